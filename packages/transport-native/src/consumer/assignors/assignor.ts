import type { TopicPartition } from '@partita/protocol'

/** A member of the group as its leader sees it. */
export interface GroupMemberView {
  readonly memberId: string
  /** What a static member is called; `null` for the others. */
  readonly groupInstanceId: string | null
  readonly topics: readonly string[]
  /** What it says it owns. */
  readonly owned: readonly TopicPartition[]
  /** The generation in which it came to own that; -1 where it does not say. */
  readonly generation: number
}

/** Partition counts by topic. A topic that does not exist is missing. */
export type PartitionCounts = ReadonlyMap<string, number>

/** Partitions by member id; every member has an entry. */
export type GroupAssignment = Map<string, TopicPartition[]>

/** One way to deal out the partitions of a group. */
export interface Assignor {
  /** As it is named in JoinGroup: members of one group need one in common. */
  readonly name: string
  /**
   * `true`: a member keeps its partitions while it joins again, and gives up only those that its new assignment lacks
   * (KIP-429). `false`: it gives up all of them first.
   */
  readonly cooperative: boolean
  assign(members: readonly GroupMemberView[], counts: PartitionCounts): GroupAssignment
}

/**
 * No member has anything yet. Members are in the order of their ids, static ones by their instance's, so that restarts
 * change nothing.
 */
export function emptyAssignment(members: readonly GroupMemberView[]): GroupAssignment {
  return new Map(inOrder(members).map(({ memberId }) => [memberId, []]))
}

/** Members in an order that all leaders agree on. */
export function inOrder(members: readonly GroupMemberView[]): GroupMemberView[] {
  const rank = ({ groupInstanceId, memberId }: GroupMemberView): string =>
    groupInstanceId === null ? `1${memberId}` : `0${groupInstanceId}`
  return members.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
}

/** All partitions of a topic that somebody may have. */
export function partitionsOf(topic: string, counts: PartitionCounts): TopicPartition[] {
  return Array.from({ length: counts.get(topic) ?? 0 }, (_, partition) => ({ topic, partition }))
}

/** The topics that any member wants, sorted by name. */
export function wantedTopics(members: readonly GroupMemberView[]): string[] {
  return [...new Set(members.flatMap(({ topics }) => topics))].toSorted()
}
