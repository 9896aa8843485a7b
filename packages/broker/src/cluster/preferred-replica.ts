import type { Cluster } from './cluster.ts'
import type { ClusterNode } from './cluster-node.ts'
import type { Leadership } from './leadership.ts'

/**
 * The follower that a consumer should rather read from: one that is in sync and stands in the consumer's rack, where the leader
 * does not (KIP-392; Java: `RackAwareReplicaSelector`). `undefined`: the leader will do.
 */
export function preferredReplica(
  { inSync, leader }: Leadership,
  rack: string,
  { node, isUp }: Cluster,
): ClusterNode | undefined {
  if (rack === '' || node(leader)?.rack === rack) return undefined
  const id = inSync.find((replica) => isUp(replica) && node(replica)?.rack === rack)
  return id === undefined ? undefined : node(id)
}
