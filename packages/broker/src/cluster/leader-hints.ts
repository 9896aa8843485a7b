import type { Cluster } from './cluster.ts'
import type { Leadership } from './leadership.ts'

/** Who leads a partition now, for a client that asked another (KIP-951). */
export interface LeaderHint {
  readonly leaderId: number
  readonly leaderEpoch: number
}

export function leaderHint({ leader, epoch }: Leadership): LeaderHint {
  return { leaderId: leader, leaderEpoch: epoch }
}

/** Where nodes that are named are to be found, as far as they are up. */
export function endpointsOf(
  ids: Iterable<number>,
  cluster: Cluster,
): { nodeId: number; host: string; port: number; rack: string | null }[] {
  const named = new Set(ids)
  return cluster.live().flatMap(({ id, endpoint, rack }) => (named.has(id) ? [{ nodeId: id, ...endpoint, rack }] : []))
}
