/** A partition by its topic's id, as one text: what sets and maps of partitions are keyed with. */
export type PartitionKey = string

/** Partitions of one topic, as requests and answers have them. */
export interface TopicIdPartitions {
  readonly topicId: string
  readonly partitions: readonly number[]
}

export function partitionKey(topicId: string, partition: number): PartitionKey {
  return `${topicId}:${partition}`
}

export function keysOf(topics: readonly TopicIdPartitions[]): Set<PartitionKey> {
  return new Set(topics.flatMap(({ topicId, partitions }) => partitions.map((index) => partitionKey(topicId, index))))
}

/** Under their topics, partitions in order. */
export function byTopicId(keys: Iterable<PartitionKey>): TopicIdPartitions[] {
  const topics = new Map<string, number[]>()
  for (const key of keys) {
    const [topicId, partition] = key.split(':') as [string, string]
    const of = topics.get(topicId) ?? []
    of.push(Number(partition))
    topics.set(topicId, of)
  }
  return Array.from(topics, ([topicId, partitions]) => ({ topicId, partitions: partitions.sort((a, b) => a - b) }))
}
