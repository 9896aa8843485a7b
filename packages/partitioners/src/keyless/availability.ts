import { type Clock, PartitaError, type PartitionInfo } from '@partita/protocol'

/** How many partitions have a leader, without the one excluded. */
export function countAvailable(partitions: readonly PartitionInfo[], except = -1): number {
  let count = 0
  for (let i = 0; i < partitions.length; i++) if (partitions[i]!.leader >= 0 && i !== except) count++
  return count
}

/** The index of the `n`-th (0-based) partition that has a leader and is not excluded; -1 where there are fewer. */
export function nthAvailable(partitions: readonly PartitionInfo[], n: number, except = -1): number {
  let left = n
  for (let i = 0; i < partitions.length; i++) {
    if (partitions[i]!.leader >= 0 && i !== except && left-- === 0) return i
  }
  return -1
}

/** Whether a partition exists and has a leader. */
export function isAvailable(partitions: readonly PartitionInfo[], partition: number): boolean {
  const info = partitions[partition]
  return info !== undefined && info.leader >= 0
}

/**
 * Any partition with a leader, each as likely as the other; where none has one, any.
 * @param except not this one, if there is another
 */
export function randomPartition(partitions: readonly PartitionInfo[], clock: Clock, except = -1): number {
  requirePartitions(partitions)
  const others = countAvailable(partitions, except)
  if (others > 0) return nthAvailable(partitions, Math.floor(clock.random() * others), except)
  if (isAvailable(partitions, except)) return except
  return Math.floor(clock.random() * partitions.length)
}

/** Throws `PARTITION_NOT_FOUND` for a topic without partitions. */
export function requirePartitions(partitions: readonly PartitionInfo[]): void {
  if (partitions.length === 0) {
    throw new PartitaError('PARTITION_NOT_FOUND', 'A record cannot be placed in a topic that has no partitions.')
  }
}
