import { kafkaErrorCodes, PartitaError, topicName, type PartitionInfo } from '@partita/protocol'
import type { MetadataAnswer } from './broker-api.ts'
import type { ClusterSession } from './cluster-session.ts'
import { throwRefusal } from './errors.ts'

interface Known {
  readonly partitions: readonly PartitionInfo[]
  readonly at: number
}

/** Java's and kafkajs's `metadata.max.age.ms`: so old may an answer be that nobody complained about. */
const maxAgeMs = 300_000

/** The partitions and leaders of the topics that a session deals with. */
export class TopicMetadata {
  readonly #session: ClusterSession
  readonly #known = new Map<string, Known>()
  readonly #asking = new Map<string, Promise<readonly PartitionInfo[]>>()

  constructor(session: ClusterSession) {
    this.#session = session
  }

  /** All partitions of a topic, by index. One question at a time for each topic, shared by all who ask. */
  async partitions(topic: string, options: { readonly refresh?: boolean } = {}): Promise<readonly PartitionInfo[]> {
    const known = this.#known.get(topic)
    const fresh = known !== undefined && this.#session.clock.monotonic() - known.at < maxAgeMs
    if (fresh && options.refresh !== true) return known.partitions
    const asking = this.#asking.get(topic) ?? this.#ask(topic)
    this.#asking.set(topic, asking)
    try {
      return await asking
    } finally {
      if (this.#asking.get(topic) === asking) this.#asking.delete(topic)
    }
  }

  /** The leader's id. Rejects with `PARTITION_NOT_FOUND` or, retriable, with `LEADER_NOT_AVAILABLE`. */
  async leader(topic: string, partition: number): Promise<number> {
    let partitions = await this.partitions(topic)
    // It may have been created, or have found a leader, since the metadata was read.
    if ((partitions[partition]?.leader ?? -1) < 0) partitions = await this.partitions(topic, { refresh: true })
    const info = partitions[partition]
    if (info === undefined) {
      const text = `The topic has ${partitions.length} partitions, 0 to ${partitions.length - 1}.`
      throw new PartitaError('PARTITION_NOT_FOUND', text, { topic, partition })
    }
    if (info.leader >= 0) return info.leader
    this.forget(topic)
    const text = 'No broker leads the partition at the moment.'
    throw new PartitaError('LEADER_NOT_AVAILABLE', text, { topic, partition, retriable: true })
  }

  /** What is known without asking; -1 where nothing is. */
  knownLeader(topic: string, partition: number): number {
    return this.#known.get(topic)?.partitions[partition]?.leader ?? -1
  }

  /** Makes the next call ask: what is known has proved wrong. */
  forget(topic: string): void {
    this.#known.delete(topic)
  }

  async #ask(topic: string): Promise<readonly PartitionInfo[]> {
    topicName(topic)
    // One topic a question: an error of one topic can then not stand in the way of another.
    const answer = await this.#session.metadata([topic])
    const partitions = partitionsOf(answer, topic)
    this.#known.set(topic, { partitions, at: this.#session.clock.monotonic() })
    return partitions
  }
}

function partitionsOf(answer: MetadataAnswer, topic: string): readonly PartitionInfo[] {
  const entry = answer.topicMetadata.find((each) => each.topic === topic)
  throwRefusal(entry?.topicErrorCode ?? kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION, { api: 'Metadata', topic })
  const partitions: PartitionInfo[] = []
  for (const { partitionId, leader } of entry?.partitionMetadata ?? []) {
    partitions[partitionId] = { partition: partitionId, leader }
  }
  return partitions
}
