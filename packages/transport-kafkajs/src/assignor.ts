import kafkajs from 'kafkajs'
import type { PartitionAssignmentStrategy, TopicPartition } from '@partita/protocol'
import type { GroupMemberInfo } from './broker-api.ts'

/** The ways of dealing out that there are here: all of them eager, as kafkajs is. */
export type EagerStrategy = Exclude<PartitionAssignmentStrategy, 'cooperative-sticky'>

/** kafkajs's own: so a group may consist of kafkajs consumers and of ours while a service moves over. */
const ownName = 'RoundRobinAssigner'
const version = 0

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol

/**
 * What a member says when it joins: the topics that it wants, under the name of each way of dealing out that it offers.
 *
 * @param strategies by the names of Java's clients; `undefined`: the way of kafkajs's consumers
 */
export function subscriptions(
  topics: readonly string[],
  strategies?: readonly EagerStrategy[],
): { readonly name: string; readonly metadata: Buffer }[] {
  const metadata = MemberMetadata.encode({ version, topics: [...topics], userData: Buffer.alloc(0) })
  return (strategies ?? [ownName]).map((name) => ({ name, metadata }))
}

/** The topics that any member of the group wants. */
export function subscribedTopics(members: readonly GroupMemberInfo[]): readonly string[] {
  return [...new Set(members.flatMap(topicsOf))].toSorted()
}

/**
 * Deals out the partitions of all topics.
 *
 * @param protocolName the way that the group agreed on
 * @param counts partitions of each topic; a topic that is missing has none
 */
export function assign(
  members: readonly GroupMemberInfo[],
  counts: ReadonlyMap<string, number>,
  protocolName: string = ownName,
): readonly { readonly memberId: string; readonly memberAssignment: Buffer }[] {
  const ordered = members.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1))
  const wanted = ordered.map((member) => new Set(topicsOf(member)))
  const dealt = protocolName === 'range' ? inRanges(members, wanted, counts) : inTurn(members, wanted, counts)
  const userData = Buffer.alloc(0)
  return ordered.map(({ memberId }, index) => ({
    memberId,
    memberAssignment: MemberAssignment.encode({ version, assignment: dealt[index]!, userData }),
  }))
}

/** What each member gets, by topic; the members as they are ordered. */
type Dealt = readonly Record<string, number[]>[]

/** Each topic by itself: members in order have a run of neighbouring partitions each. (Java: `RangeAssignor`.) */
function inRanges(
  members: readonly GroupMemberInfo[],
  wanted: readonly ReadonlySet<string>[],
  counts: ReadonlyMap<string, number>,
): Dealt {
  const dealt = wanted.map((): Record<string, number[]> => ({}))
  for (const topic of subscribedTopics(members)) {
    const takers = dealt.filter((_, index) => wanted[index]!.has(topic))
    const count = counts.get(topic) ?? 0
    const [least, extra] = [Math.floor(count / takers.length), count % takers.length]
    let next = 0
    for (const [index, assignment] of takers.entries()) {
      const end = next + least + (index < extra ? 1 : 0)
      for (; next < end; next++) (assignment[topic] ??= []).push(next)
    }
  }
  return dealt
}

/**
 * All partitions of all topics in one row, each to the next member that wants its topic. (kafkajs's own assigner deals to
 * members that do not want it, where the partition is then left unread.)
 */
function inTurn(
  members: readonly GroupMemberInfo[],
  wanted: readonly ReadonlySet<string>[],
  counts: ReadonlyMap<string, number>,
): Dealt {
  const dealt = wanted.map((): Record<string, number[]> => ({}))
  let turn = 0
  for (const topic of subscribedTopics(members)) {
    for (let partition = 0; partition < (counts.get(topic) ?? 0); partition++) {
      while (!wanted[turn % wanted.length]!.has(topic)) turn++
      const assignment = dealt[turn % wanted.length]!
      ;(assignment[topic] ??= []).push(partition)
      turn++
    }
  }
  return dealt
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
