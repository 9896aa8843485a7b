import type { TopicPartition } from '@partita/protocol'

/** Partitions gathered by topic, as Kafka's requests want them. */
export function byTopic<T extends TopicPartition, R>(
  partitions: readonly T[],
  map: (partition: T) => R,
): { readonly topic: string; readonly partitions: R[] }[] {
  const topics = new Map<string, R[]>()
  for (const each of partitions) {
    const entries = topics.get(each.topic)
    if (entries === undefined) topics.set(each.topic, [map(each)])
    else entries.push(map(each))
  }
  return [...topics].map(([topic, entries]) => ({ topic, partitions: entries }))
}
