import type { KafkaErrorName } from '@partita/protocol'
import { epochError } from '../core/epoch-error.ts'
import type { ClusterNode } from './cluster-node.ts'
import type { Leadership } from './leadership.ts'

type Refusal = Extract<
  KafkaErrorName,
  'NONE' | 'NOT_LEADER_OR_FOLLOWER' | 'FENCED_LEADER_EPOCH' | 'UNKNOWN_LEADER_EPOCH'
>

/** Why a node cannot answer for a partition as its leader. In Kafka's order: no replica, another epoch, no leader. */
export function leaderError(leadership: Leadership, node: ClusterNode, leaderEpoch: number): Refusal {
  const error = replicaError(leadership, node, leaderEpoch)
  if (error !== 'NONE') return error
  return leadership.leader === node.id ? 'NONE' : 'NOT_LEADER_OR_FOLLOWER'
}

/** Why a node cannot answer for a partition as one of its replicas. */
export function replicaError({ replicas, epoch }: Leadership, { id }: ClusterNode, leaderEpoch: number): Refusal {
  if (!replicas.includes(id)) return 'NOT_LEADER_OR_FOLLOWER'
  return epochError(leaderEpoch, epoch)
}
