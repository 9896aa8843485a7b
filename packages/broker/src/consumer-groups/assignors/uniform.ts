import { partitionKey, type PartitionKey } from '../partition-keys.ts'
import type { Assignment, AssignorMember, TopicCounts } from './assignor.ts'

interface Share {
  readonly member: AssignorMember
  readonly partitions: Set<PartitionKey>
}

/**
 * As even as the subscriptions allow, and otherwise as it was: no member could take a partition from one that has two
 * more. (Kafka's `uniform` promises the same; which partition goes to whom may differ from it.)
 */
export function assignUniformly(members: readonly AssignorMember[], counts: TopicCounts): Assignment {
  const shares = members.map((member): Share => ({ member, partitions: new Set() }))
  const takers = new Map(
    Array.from(counts.keys(), (topicId) => [topicId, shares.filter(({ member }) => member.topicIds.has(topicId))]),
  )
  const taken = keepWhatMayStay(shares, counts)
  // Those that few may take come first: the others can even out what that makes uneven.
  const topics = [...counts].toSorted(([a], [b]) => takers.get(a)!.length - takers.get(b)!.length)
  for (const [topicId, count] of topics) {
    for (let index = 0; index < count; index++) {
      const key = partitionKey(topicId, index)
      if (!taken.has(key)) leastOf(takers.get(topicId)!).partitions.add(key)
    }
  }
  evenOut(shares, takers)
  return new Map(shares.map(({ member, partitions }) => [member.id, partitions]))
}

function keepWhatMayStay(shares: readonly Share[], counts: TopicCounts): Set<PartitionKey> {
  const taken = new Set<PartitionKey>()
  for (const { member, partitions } of shares) {
    for (const key of member.target) {
      const [topicId, index] = key.split(':') as [string, string]
      const exists = Number(index) < (counts.get(topicId) ?? 0)
      if (!exists || !member.topicIds.has(topicId) || taken.has(key)) continue
      partitions.add(key)
      taken.add(key)
    }
  }
  return taken
}

/** Moves partitions from who has more to who has less; each move makes the sum of squares smaller, so that it ends. */
function evenOut(shares: readonly Share[], takers: ReadonlyMap<string, readonly Share[]>): void {
  for (;;) {
    const fullestFirst = shares.toSorted((a, b) => b.partitions.size - a.partitions.size)
    if (!fullestFirst.some((share) => giveOne(share, takers))) return
  }
}

function giveOne(from: Share, takers: ReadonlyMap<string, readonly Share[]>): boolean {
  const seen = new Set<string>()
  // The last that came goes first: what a member has had for longest stays.
  for (const key of [...from.partitions].reverse()) {
    const topicId = key.slice(0, key.indexOf(':'))
    if (seen.has(topicId)) continue
    seen.add(topicId)
    const to = leastOf(takers.get(topicId)!)
    if (from.partitions.size - to.partitions.size < 2) continue
    from.partitions.delete(key)
    to.partitions.add(key)
    return true
  }
  return false
}

function leastOf(shares: readonly Share[]): Share {
  return shares.reduce((least, share) => (share.partitions.size < least.partitions.size ? share : least))
}
