import type { TopicPartition } from './records.ts'

/** Where to start where a group has no committed offset, or one that the log no longer has. */
export type AutoOffsetReset = 'earliest' | 'latest' | 'none'

/** Whether records of transactions that are still open or were aborted are seen. */
export type IsolationLevel = 'read_committed' | 'read_uncommitted'

/**
 * How a group shares out its partitions. `classic`: its members elect one that does, by the assignors that they have in
 * common. `consumer`: the coordinator does (KIP-848, Kafka 4), and members go on with what stays theirs.
 */
export type GroupProtocol = 'classic' | 'consumer'

/**
 * The assignors of a classic group, by the names that members agree by. With `cooperative-sticky` alone a member keeps
 * its partitions through a rebalance and gives up only what goes to another (KIP-429). `range` and `roundrobin` are eager:
 * where a member offers one of them, it gives up everything before each join.
 */
export type PartitionAssignmentStrategy = 'cooperative-sticky' | 'range' | 'roundrobin'

/** What is asked of fetches. Names are Java's; times in milliseconds, sizes in bytes. */
export interface FetchOptions {
  readonly autoOffsetReset: AutoOffsetReset
  readonly isolationLevel: IsolationLevel
  readonly fetchMinBytes: number
  readonly fetchMaxBytes: number
  readonly maxPartitionFetchBytes: number
  readonly fetchMaxWaitMs: number
  /** Where this client is: fetches go to a replica in the same rack where there is one (KIP-392). */
  readonly clientRack?: string | undefined
  /** Gives up on beginning. Leaving later is `GroupMembership.leave`. */
  readonly signal?: AbortSignal | undefined
}

/** What a member asks of its group, besides its fetches. */
export interface SubscribeOptions extends FetchOptions {
  readonly groupId: string
  readonly topics: readonly string[]
  /**
   * A member that was not heard of for so long is out. By the `consumer` protocol the broker has its own
   * (`group.consumer.session.timeout.ms`), and this is after how much silence the member takes its partitions for lost.
   */
  readonly sessionTimeoutMs: number
  /** By the `consumer` protocol it is the broker's to say (`group.consumer.heartbeat.interval.ms`). */
  readonly heartbeatIntervalMs: number
  /** So long may a member take to give up its partitions when the group rebalances. */
  readonly rebalanceTimeoutMs: number
  readonly groupInstanceId?: string | undefined
  /** Default `classic`. Java: `group.protocol`. */
  readonly groupProtocol?: GroupProtocol | undefined
  /**
   * By the `consumer` protocol: which of the broker's assignors this member would have, `uniform` or `range`. Default: the
   * broker's choice. Java: `group.remote.assignor`.
   */
  readonly groupRemoteAssignor?: string | undefined
  /**
   * By the classic protocol: the assignors that the member offers, the one it likes best first. All members of a group
   * need one in common. Default `['cooperative-sticky']` where the transport keeps `cooperativeRebalance`. (Java offers
   * range before it, as a way over from older groups, and pays for it with eager rebalances.) Java:
   * `partition.assignment.strategy`.
   */
  readonly partitionAssignmentStrategy?: readonly PartitionAssignmentStrategy[] | undefined
}

/** A partition to read by hand. */
export interface ManualPartition extends TopicPartition {
  /** Where to begin. Default: where the group committed; without such, what `autoOffsetReset` says. */
  readonly offset?: number | undefined
}

/** What to read without being a member of a group. */
export interface AssignOptions extends FetchOptions {
  readonly partitions: readonly ManualPartition[]
  /**
   * Whose commits are read and written. The group must have no members then (`UNKNOWN_MEMBER_ID`). Default: none, and
   * nothing can be committed.
   */
  readonly groupId?: string | undefined
}
