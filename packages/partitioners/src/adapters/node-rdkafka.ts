import { type Bytes, integerOption, type Partitioner, type PartitionInfo } from '@partita/protocol'
import { ClientTopics, roughSize } from './client-topics.ts'

/**
 * Makes the explicit `partition` argument of node-rdkafka and of the callback API of confluent-kafka-javascript:
 *
 *     const place = toNodeRdkafka(java(), 12)
 *     producer.produce(topic, place(topic, key, value), value, key)
 *
 * They tell nothing of leaders, so every partition counts as available. They cut a string key at its first NUL; it is
 * placed by what is left, as that is the key the record has.
 * @param partitionCount of all topics, or by topic
 * @throws PartitaError `INVALID_OPTION` for a count that is not from 1 to 1,000,000, when made or when called
 */
export function toNodeRdkafka(
  partitioner: Partitioner,
  partitionCount: number | ((topic: string) => number),
): (topic: string, key?: Bytes | null, value?: Bytes | null) => number {
  const topics = new ClientTopics(partitioner)
  const leading = leadingPartitions()
  const countOf = typeof partitionCount === 'number' ? () => partitionCount : partitionCount
  if (typeof partitionCount === 'number') checkCount(partitionCount)
  return (topic, key = null, value = null) =>
    topics.place(topic, cutAtNul(key), leading(checkCount(countOf(topic))), roughSize(value))
}

/** Kafka's practical limit is far below; this bounds the list that is made. */
const maxPartitions = 1_000_000

function checkCount(count: number): number {
  return integerOption('partitionCount', count, { min: 1, max: maxPartitions })
}

function leadingPartitions(): (count: number) => readonly PartitionInfo[] {
  const known = new Map<number, readonly PartitionInfo[]>()
  return (count) => {
    let partitions = known.get(count)
    if (partitions === undefined) {
      partitions = Array.from({ length: count }, (_, partition) => ({ partition, leader: 0 }))
      known.set(count, partitions)
    }
    return partitions
  }
}

function cutAtNul(key: Bytes | null): Bytes | null {
  if (typeof key !== 'string') return key
  const end = key.indexOf('\0')
  return end < 0 ? key : key.slice(0, end)
}
