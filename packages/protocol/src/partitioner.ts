import type { PartitionInfo } from './partition-info.ts'

/**
 * Chooses partitions for one topic, one record at a time. It may keep state (a sticky partition, a counter): the producer
 * calls `partition` exactly once a record and remembers the answer, so that a retry never moves a record.
 */
export interface TopicPartitioner {
  /**
   * The partition, 0-based, for a record whose producer named none.
   * @param key the serialized key; `null` for a record without one
   * @param partitions all partitions of the topic, by index; `leader` is -1 where there is none at the moment
   */
  partition(key: Uint8Array | string | null, partitions: readonly PartitionInfo[]): number
  /**
   * Told after a record *without key* was put into a batch: `bytes` is what the batch grew by, `batchFull` says that
   * nothing is half-filled there. Sticky strategies switch on it (KIP-794).
   */
  appended?(partition: number, bytes: number, batchFull: boolean): void
}

/**
 * A way of choosing partitions. State is per topic: `forTopic` is called once a topic and a producer.
 */
export interface Partitioner {
  /** The name to show to people, e.g. `java`, `librdkafka consistent_random`. */
  readonly name: string
  /** Whether a record with a key always lands on the same partition for the same number of partitions. */
  readonly deterministic: boolean
  forTopic(topic: string): TopicPartitioner
}
