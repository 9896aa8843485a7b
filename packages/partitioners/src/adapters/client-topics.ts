import type { Bytes, Partitioner, PartitionInfo, TopicPartitioner } from '@partita/protocol'

/**
 * One partitioner's state for every topic of another client's producer. Such a client says nothing of its batches, so
 * sticky strategies are told the sizes of the records themselves, and never that a batch is full.
 */
export class ClientTopics {
  readonly #partitioner: Partitioner
  readonly #topics = new Map<string, TopicPartitioner>()

  constructor(partitioner: Partitioner) {
    this.#partitioner = partitioner
  }

  /**
   * @param valueBytes about how large the value is
   */
  place(topic: string, key: Bytes | null, partitions: readonly PartitionInfo[], valueBytes: number): number {
    let state = this.#topics.get(topic)
    if (state === undefined) {
      state = this.#partitioner.forTopic(topic)
      this.#topics.set(topic, state)
    }
    const partition = state.partition(key, partitions)
    if (key === null) state.appended?.(partition, valueBytes + recordOverhead, false)
    return partition
  }
}

/** What a record in a batch has besides its key and value: lengths, deltas, a few headers. */
const recordOverhead = 16

/** About how many bytes a value makes; 0 where that is not known. */
export function roughSize(value: unknown): number {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : 0
}
