import type { AssignOptions, GroupListener, SubscribeOptions } from '@partita/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import { offerAssignors } from './assignors/assignors.ts'
import { ClassicProtocol } from './group/classic-protocol.ts'
import { ConsumerProtocol } from './group/consumer-protocol.ts'
import { Coordinator } from './group/coordinator.ts'
import { drainLimitMs } from './group/drain.ts'
import type { GroupProtocol } from './group/group-protocol.ts'
import { ManualPartitions } from './manual-partitions.ts'
import { Membership } from './membership.ts'

/**
 * Default: keeps what stays a member's through a rebalance. Java offers range besides, as a way over from older groups,
 * and pays for it with eager rebalances.
 */
const defaultStrategy = ['cooperative-sticky'] as const

/** A member of a group, by the protocol that is asked for; it has not joined yet. */
export function openSubscription(cluster: Cluster, options: SubscribeOptions, listener: GroupListener): Membership {
  const coordinator = new Coordinator(cluster, options.groupId)
  const { groupProtocol = 'classic', partitionAssignmentStrategy = defaultStrategy } = options
  const assignors = offerAssignors(partitionAssignmentStrategy)
  const openProtocol = (signal: AbortSignal): GroupProtocol =>
    groupProtocol === 'consumer'
      ? new ConsumerProtocol({ cluster, coordinator, options, signal })
      : new ClassicProtocol({ cluster, coordinator, options, assignors, signal })
  return new Membership({
    cluster,
    options,
    listener,
    coordinator,
    drainLimitMs: drainLimitMs(options),
    openProtocol,
  })
}

/** Partitions that the application chose by itself. */
export function openAssignment(cluster: Cluster, options: AssignOptions, listener: GroupListener): Membership {
  const { groupId, partitions } = options
  return new Membership({
    cluster,
    options,
    listener,
    coordinator: groupId === undefined ? null : new Coordinator(cluster, groupId),
    // Nothing is ever given up.
    drainLimitMs: 0,
    openProtocol: () => new ManualPartitions(partitions),
  })
}
