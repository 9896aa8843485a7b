// How a member comes from what it has to what it is to have: first it gives up, then it is given, and a partition only
// when nobody has it any more. (Java: `CurrentAssignmentBuilder`.)
import type { ConsumerMember, Held } from './consumer-member.ts'
import type { PartitionKey } from './partition-keys.ts'

export interface ReconcileContext {
  /** The epoch of the target. */
  readonly targetEpoch: number
  /** What the member says it has in use; `null` where it says nothing. */
  readonly owned: ReadonlySet<PartitionKey> | null
  /** Whether another member has a partition, or has not given it up. */
  readonly isHeldByOther: (key: PartitionKey) => boolean
}

/** Takes a member as far as it can go now. */
export function reconcile(member: ConsumerMember, context: ReconcileContext): void {
  if (member.isReconciledTo(context.targetEpoch)) return
  if (member.revoking.size === 0) return advance(member, member.epoch, context)
  if (!stillOwns(context.owned, member.revoking)) advance(member, member.epoch + 1, context)
}

/** @param epoch the one in which the member stays while it has to give something up */
function advance(member: ConsumerMember, epoch: number, { targetEpoch, owned, isHeldByOther }: ReconcileContext): void {
  const { target, assigned, rebalanceTimeoutMs } = member
  const kept = new Map([...assigned].filter(([key]) => target.has(key)))
  const revoked = new Map([...assigned].filter(([key]) => !target.has(key)))
  if (revoked.size > 0 && stillOwns(owned, revoked)) {
    member.reach(epoch)
    member.assigned = kept
    member.revoking = revoked
    member.awaits = false
    member.revocation.set(rebalanceTimeoutMs)
    return
  }
  const wanted = [...target].filter((key) => !kept.has(key))
  const free = wanted.filter((key) => !isHeldByOther(key))
  member.reach(targetEpoch)
  member.assigned = new Map([...kept, ...free.map((key) => [key, targetEpoch] as const)])
  member.revoking = new Map()
  member.awaits = free.length < wanted.length
  member.revocation.clear()
}

/** A member that does not say what it owns may own all of it. */
function stillOwns(owned: ReadonlySet<PartitionKey> | null, partitions: Held): boolean {
  return owned === null || Array.from(partitions.keys()).some((key) => owned.has(key))
}
