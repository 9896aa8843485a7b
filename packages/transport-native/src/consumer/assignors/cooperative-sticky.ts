import { partitionName } from '@partita/protocol'
import type { Assignor, GroupAssignment, GroupMemberView, PartitionCounts } from './assignor.ts'
import { balance } from './sticky-balance.ts'

/**
 * Balanced, and as much as possible as it was. A partition that changes hands is given to nobody this time: its owner
 * sees that it is gone, drains it and joins again, and only then is it dealt out (KIP-429). Understands the members of
 * Java's `CooperativeStickyAssignor` and of librdkafka's; it has no regard for racks.
 */
export const cooperativeStickyAssignor: Assignor = { name: 'cooperative-sticky', cooperative: true, assign }

function assign(members: readonly GroupMemberView[], counts: PartitionCounts): GroupAssignment {
  const claims = claimsOf(members)
  const owners = new Map<string, string>()
  for (const [name, claimants] of claims) {
    const owner = rightfulOwner(claimants)
    if (owner !== undefined) owners.set(name, owner.memberId)
  }
  const assignment = balance(members, counts, owners)
  for (const [memberId, partitions] of assignment) {
    const mayHaveNow = partitions.filter((partition) => {
      const name = partitionName(partition)
      return !claims.has(name) || owners.get(name) === memberId
    })
    assignment.set(memberId, mayHaveNow)
  }
  return assignment
}

function claimsOf(members: readonly GroupMemberView[]): Map<string, GroupMemberView[]> {
  const claims = new Map<string, GroupMemberView[]>()
  for (const member of members) {
    for (const name of new Set(member.owned.map(partitionName))) {
      const claimants = claims.get(name)
      if (claimants === undefined) claims.set(name, [member])
      else claimants.push(member)
    }
  }
  return claims
}

/**
 * Whoever got it in the latest generation: a member that was out for a while may still claim what it had. Where two
 * claim it from one generation, neither is believed.
 */
function rightfulOwner(claimants: readonly GroupMemberView[]): GroupMemberView | undefined {
  const latest = Math.max(...claimants.map(({ generation }) => generation))
  const rightful = claimants.filter(({ generation }) => generation === latest)
  return rightful.length === 1 ? rightful[0] : undefined
}
