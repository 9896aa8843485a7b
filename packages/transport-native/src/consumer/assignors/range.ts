import {
  emptyAssignment,
  inOrder,
  partitionsOf,
  wantedTopics,
  type Assignor,
  type GroupAssignment,
  type GroupMemberView,
  type PartitionCounts,
} from './assignor.ts'

/**
 * Each topic by itself: members in order have a run of neighbouring partitions each, the first ones one more where it
 * does not come out even. Topics with equal counts are dealt out alike, so they can be joined. (Java: `RangeAssignor`,
 * without its regard for racks.)
 */
export const rangeAssignor: Assignor = { name: 'range', cooperative: false, assign }

function assign(members: readonly GroupMemberView[], counts: PartitionCounts): GroupAssignment {
  const assignment = emptyAssignment(members)
  for (const topic of wantedTopics(members)) {
    const partitions = partitionsOf(topic, counts)
    const takers = inOrder(members.filter(({ topics }) => topics.includes(topic)))
    const [least, extra] = [Math.floor(partitions.length / takers.length), partitions.length % takers.length]
    let next = 0
    for (const [index, { memberId }] of takers.entries()) {
      const end = next + least + (index < extra ? 1 : 0)
      assignment.get(memberId)!.push(...partitions.slice(next, end))
      next = end
    }
  }
  return assignment
}
