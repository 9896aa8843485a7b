import type { PartitionMetadata, TopicMetadata } from './cluster.ts'
import { zeroUuid } from '@partita/wire'

interface Entry {
  readonly metadata: TopicMetadata
  /** On the monotonic clock. */
  readonly at: number
}

/** What is known of topics. Pure: it asks nobody, and takes the time from its caller. */
export class TopicCache {
  readonly #topics = new Map<string, Entry>()
  readonly #names = new Map<string, string>()

  get(topic: string): TopicMetadata | undefined {
    return this.#topics.get(topic)?.metadata
  }

  /** What was told at that moment or later. */
  since(topic: string, moment: number): TopicMetadata | undefined {
    const entry = this.#topics.get(topic)
    return entry !== undefined && entry.at >= moment ? entry.metadata : undefined
  }

  name(topicId: string): string | undefined {
    return this.#names.get(topicId)
  }

  /**
   * Takes what a broker told. It may be behind what is known already (brokers hear of changes one after the other): a
   * partition's leader of an older epoch is not taken. A topic with another id is another topic, whose epochs begin anew.
   */
  put(told: TopicMetadata, at: number): TopicMetadata {
    const known = this.get(told.topic)
    const metadata = known?.topicId === told.topicId ? newest(known, told) : told
    if (known !== undefined && known.topicId !== told.topicId) this.#names.delete(known.topicId)
    if (told.topicId !== zeroUuid) this.#names.set(told.topicId, told.topic)
    this.#topics.set(told.topic, { metadata, at })
    return metadata
  }

  forget(topic: string): void {
    const known = this.get(topic)
    if (known !== undefined) this.#names.delete(known.topicId)
    this.#topics.delete(topic)
  }

  /** Whether it was news: only a newer epoch is. */
  learnLeader(topic: string, partition: number, leader: number, leaderEpoch: number): boolean {
    const entry = this.#topics.get(topic)
    const known = entry?.metadata.partitions[partition]
    if (entry === undefined || known === undefined || leaderEpoch <= known.leaderEpoch) return false
    const partitions = entry.metadata.partitions.with(partition, { partition, leader, leaderEpoch })
    this.#topics.set(topic, { at: entry.at, metadata: { ...entry.metadata, partitions } })
    return true
  }
}

function newest(known: TopicMetadata, told: TopicMetadata): TopicMetadata {
  const isBehind = (now: PartitionMetadata): boolean =>
    now.leaderEpoch >= 0 && now.leaderEpoch < (known.partitions[now.partition]?.leaderEpoch ?? -1)
  if (!told.partitions.some(isBehind)) return told
  return { ...told, partitions: told.partitions.map((now) => (isBehind(now) ? known.partitions[now.partition]! : now)) }
}
