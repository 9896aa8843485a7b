import type { PartitionConsumer } from './partition-consumer.ts'

/** How much may wait in memory. A limit may be overshot by what one fetch brings: it was under way already. */
export interface BufferLimits {
  /** Bytes of keys and values, of the whole consumer. Each assigned partition has an even share. */
  readonly maxBufferedBytes: number
  /** Records of one partition. */
  readonly maxBufferedRecords: number
}

/**
 * Whether to stop fetching a partition. Its share of the bytes is its own: a partition that is stuck, on a key that
 * always fails say, fills its share and leaves the others theirs.
 */
export function isFull(partition: PartitionConsumer, limits: BufferLimits, partitions: number): boolean {
  const { buffered, bufferedBytes } = partition
  return buffered >= limits.maxBufferedRecords || bufferedBytes >= limits.maxBufferedBytes / partitions
}

/** Whether to fetch again: at half of each limit, so that fetching does not stop and go with every record. */
export function hasRoom(partition: PartitionConsumer, limits: BufferLimits, partitions: number): boolean {
  const { buffered, bufferedBytes } = partition
  return buffered <= limits.maxBufferedRecords / 2 && bufferedBytes <= limits.maxBufferedBytes / partitions / 2
}
