import {
  type Bytes,
  isPartitaError,
  PartitaError,
  type PartitionInfo,
  reasonOf,
  type TopicPartitioner,
} from '@partita/protocol'
import type { Topic } from './topic.ts'

/**
 * Asks the partitioner, once a record.
 * @throws PartitaError `PARTITION_NOT_FOUND` where it throws or names a partition that does not exist
 */
export function choosePartition(topic: Topic, key: Bytes | null, partitionerName: string): number {
  const { partitioner, partitions } = topic
  const partition = ask(partitioner, key, partitions, topic.name, partitionerName)
  if (partition >= 0 && partition < partitions.length && Number.isInteger(partition)) return partition
  throw new PartitaError(
    'PARTITION_NOT_FOUND',
    `The partitioner "${partitionerName}" chose ${String(partition)}; the topic has ${rangeOf(partitions.length)}.`,
    { api: 'send', topic: topic.name },
  )
}

/** The error for an explicit partition beyond the topic's last one, by the cluster's own and present word. */
export function noSuchPartition(topic: Topic, partition: number): PartitaError {
  return new PartitaError(
    'PARTITION_NOT_FOUND',
    `The record names partition ${partition}; the topic has ${rangeOf(topic.partitions.length)}. ` +
      'Name one of these, or leave partition out and let the partitioner choose.',
    { api: 'send', topic: topic.name, partition },
  )
}

function ask(
  partitioner: TopicPartitioner,
  key: Bytes | null,
  partitions: readonly PartitionInfo[],
  topic: string,
  name: string,
): number {
  try {
    return partitioner.partition(key, partitions)
  } catch (cause) {
    if (isPartitaError(cause)) throw cause
    const message = `The partitioner "${name}" threw instead of choosing a partition: ${reasonOf(cause)}`
    throw new PartitaError('PARTITION_NOT_FOUND', message, { api: 'send', topic, cause })
  }
}

function rangeOf(count: number): string {
  return count === 1 ? 'one partition, 0' : `${count} partitions, 0 to ${count - 1}`
}
