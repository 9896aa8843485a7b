import kafkajs from 'kafkajs'
import type { TopicPartition } from '@partita/protocol'
import type { GroupMemberInfo } from './broker-api.ts'

/** kafkajs's own: so a group may consist of kafkajs consumers and of ours while a service moves over. */
const assignorName = 'RoundRobinAssigner'
const version = 0

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol

/** What a member says when it joins: the topics that it wants. */
export function subscription(topics: readonly string[]): { readonly name: string; readonly metadata: Buffer } {
  const userData = Buffer.alloc(0)
  return { name: assignorName, metadata: MemberMetadata.encode({ version, topics: [...topics], userData }) }
}

/** The topics that any member of the group wants. */
export function subscribedTopics(members: readonly GroupMemberInfo[]): readonly string[] {
  return [...new Set(members.flatMap(topicsOf))].toSorted()
}

/**
 * Deals the partitions of all topics to the members in turn, each to the next one that wants its topic. (kafkajs's own
 * assigner deals to members that do not want it, where the partition is then left unread.)
 *
 * @param counts partitions of each topic; a topic that is missing has none
 */
export function assign(
  members: readonly GroupMemberInfo[],
  counts: ReadonlyMap<string, number>,
): readonly { readonly memberId: string; readonly memberAssignment: Buffer }[] {
  const ordered = members.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1))
  const wanted = ordered.map((member) => new Set(topicsOf(member)))
  const dealt = ordered.map((): Record<string, number[]> => ({}))
  let turn = 0
  for (const topic of subscribedTopics(members)) {
    for (let partition = 0; partition < (counts.get(topic) ?? 0); partition++) {
      while (!wanted[turn % ordered.length]!.has(topic)) turn++
      const assignment = dealt[turn % ordered.length]!
      ;(assignment[topic] ??= []).push(partition)
      turn++
    }
  }
  const userData = Buffer.alloc(0)
  return ordered.map(({ memberId }, index) => ({
    memberId,
    memberAssignment: MemberAssignment.encode({ version, assignment: dealt[index]!, userData }),
  }))
}

/** The partitions that a member was given. */
export function assignedPartitions(assignment: Buffer): readonly TopicPartition[] {
  // A member that got nothing may be sent no bytes at all.
  if (assignment.length === 0) return []
  const byTopic = MemberAssignment.decode(assignment)?.assignment ?? {}
  return Object.entries(byTopic).flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition })))
}

function topicsOf({ memberMetadata }: GroupMemberInfo): readonly string[] {
  return MemberMetadata.decode(memberMetadata)?.topics ?? []
}
