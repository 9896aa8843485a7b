import type { AssignOptions, SubscribeOptions } from './consume-options.ts'
import type { CommittedOffset, OffsetCommit } from './committed-offsets.ts'
import type { PartitaError } from './errors.ts'
import type { FetchedRecord, TopicPartition } from './records.ts'
import type { ConsumerGroupMetadata } from './transactions.ts'

export interface AssignedPartition extends TopicPartition {
  /** `null`: nothing is committed yet, and `autoOffsetReset` decides where fetching starts. */
  readonly committed: CommittedOffset | null
}

/** What one fetch brought of one partition. */
export interface FetchedBatch extends TopicPartition {
  /**
   * In offset order. Offsets may have gaps (compaction, transaction markers, aborted transactions); none at all where only
   * such was read, so that the position moves on.
   */
  readonly records: readonly FetchedRecord[]
  /** Where the fetch goes on: everything below it was delivered or does not exist. */
  readonly nextOffset: number
  /** The end of the log as the broker told it with this fetch: `highWatermark - nextOffset` is the lag. */
  readonly highWatermark: number
  /**
   * The records are of another log than those before, which had the same offsets for others: it was cut, or its topic made
   * anew. Default `false`.
   */
  readonly startsOver?: boolean | undefined
}

/**
 * What a transport tells a member. Calls come one after another, never from inside a call of the member's own. Between
 * `assigned` and `revoked` or `lost`, a partition's batches come in order, each once.
 */
export interface GroupListener {
  /**
   * Partitions that are ours from now on; nothing of them was delivered before, and none of them is paused. `epoch` never
   * goes back, and whoever has a partition next has it in a greater one.
   */
  assigned(partitions: readonly AssignedPartition[], epoch: number): void
  /**
   * Partitions that will be given up. The transport waits for the promise, but not past the rebalance timeout; commits
   * for them are still good until it settles. Nothing of them is delivered after the call. Where it did not settle in time,
   * `lost` follows for the same partitions.
   */
  revoked(partitions: readonly TopicPartition[]): Promise<void>
  /** Partitions that others may already have: commits for them would be refused. Never without a group to share. */
  lost(partitions: readonly TopicPartition[]): void
  /**
   * Where the log itself went back (truncation, a topic that was made anew, an offset out of range), a batch may lie wholly
   * below the one before it, or say that it `startsOver`: handling goes on from there.
   */
  records(batch: FetchedBatch): void
  /** The membership has ended for good; no other call follows. */
  failed(error: PartitaError): void
}

/** A member of a group, from `subscribe` until `leave` or `failed`; or whoever reads partitions by hand, from `assign`. */
export interface GroupMembership {
  /** Of the latest assignment (the group's generation, or the member's epoch); -1 before the first. */
  readonly epoch: number
  /** Empty for whoever reads by hand. */
  readonly memberId: string
  /** Who the member is at this moment, for offsets that a transaction commits. */
  groupMetadata(): ConsumerGroupMetadata
  /**
   * Settles when the coordinator has acknowledged all of them. Rejects with `ILLEGAL_GENERATION`, `UNKNOWN_MEMBER_ID`,
   * `REBALANCE_IN_PROGRESS` or `STALE_MEMBER_EPOCH` (both retriable), or `PARTITION_LOST` where the member no longer owns
   * what it commits; with `INVALID_GROUP_ID` where there is no group to commit to.
   */
  commit(offsets: readonly OffsetCommit[]): Promise<void>
  /** No more batches of these partitions until `resume`. One that is already on its way may still come. */
  pause(partitions: readonly TopicPartition[]): void
  resume(partitions: readonly TopicPartition[]): void
  /** Goes on fetching there; what comes next of the partition is from that offset. */
  seek(partition: TopicPartition, offset: number): void
  /** Leaves the group at once (others take over without waiting for the session timeout) and closes the connections. */
  leave(): Promise<void>
}

export interface ConsumerTransport {
  /**
   * Joins the group; settles when the member has joined and fetching goes on by itself. Its share may still be nothing:
   * while others drain theirs, or where there are more members than partitions. Rejects with `UNKNOWN_TOPIC_OR_PARTITION`,
   * `CONNECTION_FAILED`, `AUTHENTICATION_FAILED`, `INVALID_GROUP_ID`… where that cannot be, and with `OFFSET_OUT_OF_RANGE`
   * where nothing is committed for a partition and `autoOffsetReset` is `none`; at a later assignment that is `failed`.
   * Rejects with `UNSUPPORTED` where `groupProtocol`, an assignor or `groupInstanceId` is not the transport's or the
   * brokers' to have. At most one subscription (or assignment) a session.
   */
  subscribe(options: SubscribeOptions, listener: GroupListener): Promise<GroupMembership>
  /**
   * Reads these partitions without being a member of a group: they are told by `assigned` once, and are never revoked or
   * lost. Settles when they were told and fetching goes on by itself. Rejects as `subscribe` does, and with
   * `PARTITION_NOT_FOUND` where a partition does not exist. Java: `assign`.
   */
  assign(options: AssignOptions, listener: GroupListener): Promise<GroupMembership>
  /** Leaves where still joined. Never rejects. */
  close(): Promise<void>
}
