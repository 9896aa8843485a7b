import { partitionName, type TopicPartition } from '@partita/protocol'
import type { ClusterSession } from './cluster-session.ts'
import { throwRefusal } from './errors.ts'
import type { TopicMetadata } from './topic-metadata.ts'

/** What stands in the place of a timestamp for the ends of a log. */
export const latestOffset = -1
export const earliestOffset = -2

export interface OffsetQuery {
  readonly partitions: readonly TopicPartition[]
  /** Milliseconds since the epoch, {@link latestOffset} or {@link earliestOffset}. */
  readonly timestamp: number
  /** With committed reads, "latest" is the first offset of a transaction that is still open. */
  readonly readCommitted: boolean
}

/**
 * Asks the leaders for offsets; -1 where no record is that young. By {@link partitionName}. Rejects with the first
 * partition's refusal; where that is retriable, the next call looks for the leaders anew.
 */
export async function listOffsets(
  session: ClusterSession,
  metadata: TopicMetadata,
  query: OffsetQuery,
): Promise<ReadonlyMap<string, number>> {
  const { timestamp } = query
  const byLeader = new Map<number, Map<string, { partition: number; timestamp: number }[]>>()
  for (const { topic, partition } of query.partitions) {
    const leader = await metadata.leader(topic, partition)
    const topics = byLeader.get(leader) ?? new Map<string, { partition: number; timestamp: number }[]>()
    byLeader.set(leader, topics)
    topics.set(topic, [...(topics.get(topic) ?? []), { partition, timestamp }])
  }
  const offsets = new Map<string, number>()
  await Promise.all(
    [...byLeader].map(async ([leader, topics]) => {
      const broker = await session.node(leader)
      const { responses } = await broker.listOffsets({
        isolationLevel: query.readCommitted ? 1 : 0,
        topics: [...topics].map(([topic, partitions]) => ({ topic, partitions })),
      })
      for (const { topic, partitions } of responses) {
        for (const { partition, errorCode, offset } of partitions) {
          if (errorCode !== 0) metadata.forget(topic)
          throwRefusal(errorCode, { api: 'ListOffsets', topic, partition })
          offsets.set(partitionName({ topic, partition }), Number(offset))
        }
      }
    }),
  )
  return offsets
}
