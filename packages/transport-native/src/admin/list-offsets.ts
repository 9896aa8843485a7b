import { kafkaErrorCodes, type ListedOffset, type OffsetSpec } from '@partita/protocol'
import { listOffsetsApi } from '@partita/wire'
import type { Cluster, PartitionMetadata } from '../cluster/cluster.ts'
import { groupBy } from '../cluster/group-by.ts'
import { kafkaError, throwKafkaError } from '../cluster/kafka-error.ts'

/** What stands in the place of a timestamp for the ends of a log. */
const latest = -1
const earliest = -2

/** Asks the leaders of a topic's partitions, each once for all that it leads. */
export async function listOffsets(
  cluster: Cluster,
  topic: string,
  at: OffsetSpec,
  timeoutMs: number,
): Promise<ListedOffset[]> {
  const { partitions } = await cluster.topic(topic, { refresh: true, timeoutMs })
  const timestamp = at === 'earliest' ? earliest : at === 'latest' ? latest : at.timestamp
  const byLeader = groupBy(partitions, ({ leader }) => leader)
  const asked = [...byLeader].map(([leader, led]) => askLeader(cluster, { topic, leader, led, timestamp, timeoutMs }))
  return (await Promise.all(asked)).flat().sort((a, b) => a.partition - b.partition)
}

interface Question {
  readonly topic: string
  readonly leader: number
  readonly led: readonly PartitionMetadata[]
  readonly timestamp: number
  readonly timeoutMs: number
}

async function askLeader(cluster: Cluster, question: Question): Promise<ListedOffset[]> {
  const { topic, leader, led, timestamp, timeoutMs } = question
  const place = { api: 'ListOffsets', topic }
  if (leader < 0) {
    const text = 'The partition has no leader at the moment.'
    throw kafkaError(kafkaErrorCodes.LEADER_NOT_AVAILABLE, { ...place, partition: led[0]!.partition }, text)
  }
  const partitions = led.map(({ partition }) => ({ partitionIndex: partition, timestamp }))
  const answer = await cluster.request(leader, listOffsetsApi, { topics: [{ name: topic, partitions }] }, { timeoutMs })
  return answer.topics.flatMap((told) =>
    told.partitions.map(({ partitionIndex: partition, errorCode, offset }) => {
      throwKafkaError(errorCode, { ...place, partition })
      return { topic, partition, offset }
    }),
  )
}
