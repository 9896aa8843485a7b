import type { PartitionKey } from '../partition-keys.ts'

/** A member as an assignor sees it. */
export interface AssignorMember {
  readonly id: string
  readonly instanceId: string | null
  /** Ids of the topics that it subscribes to, of those that exist. */
  readonly topicIds: ReadonlySet<string>
  /** What it is to have until now. */
  readonly target: ReadonlySet<PartitionKey>
}

/** Partition counts by topic id, of all topics that any member subscribes to. */
export type TopicCounts = ReadonlyMap<string, number>

/** What each member is to have, by its id. */
export type Assignment = ReadonlyMap<string, ReadonlySet<PartitionKey>>

/** One way to deal out the partitions of a group: here it is the coordinator that does. */
export type Assignor = (members: readonly AssignorMember[], counts: TopicCounts) => Assignment

/** Members in an order that restarts do not change: static ones first, by their instance's id. */
export function inOrder(members: readonly AssignorMember[]): AssignorMember[] {
  const rank = ({ instanceId, id }: AssignorMember): string => (instanceId === null ? `1${id}` : `0${instanceId}`)
  return members.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
}
