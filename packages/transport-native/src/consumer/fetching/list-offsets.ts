import { partitionName, PartitaError, toPartitaError, type TopicPartition } from '@partita/protocol'
import { listOffsetsApi } from '@partita/wire'
import type { Cluster } from '../../cluster/cluster.ts'
import { byTopic } from '../by-topic.ts'
import { refusal } from '../refusal.ts'

/** Instead of a timestamp: the log's start, its end. */
export const earliestOffset = -2
export const latestOffset = -1

export interface ListOffsetsQuery {
  readonly partitions: readonly TopicPartition[]
  /** {@link earliestOffset} or {@link latestOffset}. */
  readonly timestamp: number
  /** The end is then that of the last transaction that is over. */
  readonly readCommitted: boolean
  readonly signal: AbortSignal
}

export interface ListedOffsets {
  /** By partition name. */
  readonly offsets: ReadonlyMap<string, number>
  /** Why some are missing: the first reason. */
  readonly failure: PartitaError | undefined
}

type Asked = TopicPartition & { readonly leader: number; readonly leaderEpoch: number }

/** Asks the partitions' leaders where their logs begin or end, each once. What cannot be had now is missing. */
export async function listOffsets(cluster: Cluster, query: ListOffsetsQuery): Promise<ListedOffsets> {
  const offsets = new Map<string, number>()
  let failure: PartitaError | undefined
  const failed = (error: unknown): void => {
    failure ??= toPartitaError(error, { api: listOffsetsApi.name })
  }
  const byLeader = new Map<number, Asked[]>()
  await Promise.all(
    Array.from(byTopic(query.partitions), async ([topic, partitions]) => {
      try {
        const metadata = await cluster.topic(topic, { signal: query.signal })
        for (const { partition } of partitions) {
          const { leader = -1, leaderEpoch = -1 } = metadata.partitions[partition] ?? {}
          if (leader < 0) failed(noLeader({ topic, partition }))
          else byLeader.set(leader, [...(byLeader.get(leader) ?? []), { topic, partition, leader, leaderEpoch }])
        }
      } catch (error) {
        failed(error)
      }
    }),
  )
  await Promise.all(
    Array.from(byLeader, ([node, asked]) => askLeader(cluster, node, { asked, query, offsets, failed }).catch(failed)),
  )
  return { offsets, failure }
}

interface Question {
  readonly asked: readonly Asked[]
  readonly query: ListOffsetsQuery
  readonly offsets: Map<string, number>
  readonly failed: (error: unknown) => void
}

async function askLeader(cluster: Cluster, node: number, { asked, query, offsets, failed }: Question): Promise<void> {
  const { timestamp, readCommitted, signal } = query
  const topics = Array.from(byTopic(asked), ([name, partitions]) => ({
    name,
    partitions: partitions.map(({ partition, leaderEpoch }) => ({
      partitionIndex: partition,
      currentLeaderEpoch: leaderEpoch,
      timestamp,
    })),
  }))
  const answer = await cluster.request(
    node,
    listOffsetsApi,
    { isolationLevel: readCommitted ? 1 : 0, topics },
    { signal },
  )
  for (const { name: topic, partitions } of answer.topics) {
    for (const { partitionIndex: partition, errorCode, offset } of partitions) {
      const place = { topic, partition }
      if (errorCode !== 0) failed(refusal(errorCode, { api: listOffsetsApi.name, ...place, broker: String(node) }))
      else offsets.set(partitionName(place), offset)
    }
  }
}

function noLeader(place: TopicPartition): PartitaError {
  const text = 'No broker leads the partition at the moment.'
  return new PartitaError('LEADER_NOT_AVAILABLE', text, { api: listOffsetsApi.name, retriable: true, ...place })
}
