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

/** All partitions of all topics in one row, dealt out to the members in turn. (Java: `RoundRobinAssignor`.) */
export const roundRobinAssignor: Assignor = { name: 'roundrobin', cooperative: false, assign }

function assign(members: readonly GroupMemberView[], counts: PartitionCounts): GroupAssignment {
  const assignment = emptyAssignment(members)
  const ring = inOrder(members)
  let turn = 0
  for (const topic of wantedTopics(members)) {
    for (const partition of partitionsOf(topic, counts)) {
      // Somebody wants the topic, or it would not be among the wanted ones: this ends.
      while (!ring[turn % ring.length]!.topics.includes(topic)) turn += 1
      assignment.get(ring[turn % ring.length]!.memberId)!.push(partition)
      turn += 1
    }
  }
  return assignment
}
