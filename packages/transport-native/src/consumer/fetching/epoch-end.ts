import type { TopicPartition } from '@partita/protocol'
import { offsetForLeaderEpochApi } from '@partita/wire'
import type { Cluster } from '../../cluster/cluster.ts'
import { refusal } from '../refusal.ts'

export interface EpochQuestion extends TopicPartition {
  /** The leader to ask, and its epoch. */
  readonly leader: number
  readonly leaderEpoch: number
  /** The epoch whose end is asked for. */
  readonly epoch: number
  readonly signal: AbortSignal
}

/**
 * Where an epoch ends in the log of the present leader: a consumer that is further was fed records that no longer exist
 * (KIP-320). `null`: the leader's log has nothing to compare with.
 */
export async function endOfEpoch(cluster: Cluster, question: EpochQuestion): Promise<number | null> {
  const { topic, partition, leader, leaderEpoch, epoch, signal } = question
  const asked = { topic, partitions: [{ partition, currentLeaderEpoch: leaderEpoch, leaderEpoch: epoch }] }
  const body = { replicaId: -1, topics: [asked] }
  const answer = await cluster.request(leader, offsetForLeaderEpochApi, body, { signal })
  const { errorCode = -1, endOffset = -1 } = answer.topics[0]?.partitions[0] ?? {}
  if (errorCode !== 0) throw refusal(errorCode, { api: offsetForLeaderEpochApi.name, topic, partition })
  return endOffset < 0 ? null : endOffset
}
