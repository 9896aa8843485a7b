import {
  type ConsumedOffsets,
  type ConsumedPosition,
  type ConsumerGroupMetadata,
  type ErrorPlace,
  type OffsetCommit,
  PartitaError,
  type TopicPartition,
  type TransactionOutcome,
} from '@partita/protocol'
import type { Task } from './lane.ts'

/** What a transaction asks of the partition that a record came from. */
export interface ConsumedPartition extends TopicPartition {
  readonly ended: boolean
  readonly claim: TransactionClaim
  /** What would be to commit if these records were finished too; `null` where nothing is known. */
  positionWith(done: ReadonlySet<Task>): OffsetCommit | null
  acknowledge(offset: OffsetCommit): void
  finish(task: Task): boolean
}

/** What it asks of the member. */
export interface ConsumingMember {
  /** Who the member is; `null`: no longer one. */
  group(): ConsumerGroupMetadata | null
  /** The consumer's own commit that is under way. */
  committing(): Promise<unknown> | null
  /** Whether the group's offsets are waited for while a transaction that has some is open. */
  readonly readsCommitted: boolean
}

/**
 * A partition's offsets in the hands of a transaction, from the moment it asks for them until it is over: nobody else
 * commits for the partition meanwhile, or one of the two would undo the other.
 */
export class TransactionClaim {
  readonly tasks: Set<Task> = new Set()
  /** Nobody knows whether a transaction was committed: only the group's own offsets can tell, to whoever reads them next. */
  inDoubt = false
  position: OffsetCommit | null = null
  #transaction: object | null = null

  get held(): boolean {
    return this.#transaction !== null
  }

  /** @throws PartitaError `CONCURRENT_TRANSACTIONS` */
  take(transaction: object, task: Task): void {
    if (this.inDoubt || (this.#transaction !== null && this.#transaction !== transaction)) {
      const text = this.inDoubt
        ? 'Nobody knows whether an earlier transaction with offsets of the partition was committed. Whoever goes on has to ' +
          "begin at the group's committed offset: the consumer stops."
        : 'Another transaction has offsets of the same partition: let one transactional producer serve a consumer.'
      const { topic, partition } = task.owner
      throw new PartitaError('CONCURRENT_TRANSACTIONS', text, { topic, partition, retriable: !this.inDoubt })
    }
    this.#transaction = transaction
    this.tasks.add(task)
  }

  release(task: Task): void {
    this.tasks.delete(task)
    if (this.tasks.size === 0) this.#transaction = null
  }
}

/** One record, as work that a transaction takes along. */
export class ConsumedWork implements ConsumedOffsets {
  readonly #task: Task
  readonly #partition: ConsumedPartition
  readonly #member: ConsumingMember
  /** Transactions that were over before they had the offsets are not to get them late. */
  #settled = 0

  constructor(task: Task, partition: ConsumedPartition, member: ConsumingMember) {
    this.#task = task
    this.#partition = partition
    this.#member = member
  }

  async offsets(transaction: object): Promise<ConsumedPosition> {
    const settled = this.#settled
    const task = this.#task
    const { topic, partition, claim } = this.#partition
    const place = { api: 'sendOffsets', topic, partition, offset: task.offset }
    if (!this.#member.readsCommitted) throw unstableError(place)
    // A commit that was sent before could arrive behind the transaction's, and take back what that committed.
    for (let commit = this.#member.committing(); commit !== null; commit = this.#member.committing()) await commit
    if (settled !== this.#settled) throw overError(place)
    const group = this.#member.group()
    if (this.#partition.ended || group === null) throw lostError(place)
    if (group.groupId === '') throw noGroupError(place)
    // Whoever chose its partitions by hand is nobody's member, and commits as such.
    if (group.generationId < 0 && group.memberId !== '') throw lostError(place)
    if (task.finished) throw twiceError(place)
    claim.take(transaction, task)
    claim.position = this.#partition.positionWith(claim.tasks)
    return { group, offsets: claim.position === null ? [] : [claim.position] }
  }

  settled(outcome: TransactionOutcome): void {
    this.#settled += 1
    const task = this.#task
    const { claim } = this.#partition
    if (!claim.tasks.has(task)) return
    if (outcome === 'unknown') {
      claim.inDoubt = true
      return
    }
    if (outcome === 'committed') {
      // Before the handler returns: the next transaction of the partition may begin at once, and must count it in.
      this.#partition.finish(task)
      if (claim.position !== null) this.#partition.acknowledge(claim.position)
    }
    claim.release(task)
  }
}

function unstableError(place: ErrorPlace): PartitaError {
  const text =
    "isolationLevel must be 'read_committed' where transactions take consumed offsets along: a member with " +
    "'read_uncommitted' does not wait for those of an open transaction, and would handle its records again."
  return new PartitaError('INVALID_OPTION', text, place)
}

function lostError(place: ErrorPlace): PartitaError {
  return new PartitaError(
    'PARTITION_LOST',
    'The partition may belong to another member, which handles the record.',
    place,
  )
}

function noGroupError(place: ErrorPlace): PartitaError {
  const text = 'There is no group whose offsets a transaction could commit: give a groupId with the partitions.'
  return new PartitaError('INVALID_GROUP_ID', text, place)
}

function overError(place: ErrorPlace): PartitaError {
  return new PartitaError('INVALID_TXN_STATE', 'The transaction was over before it had the offsets.', place)
}

function twiceError(place: ErrorPlace): PartitaError {
  return new PartitaError('INVALID_TXN_STATE', 'The record was committed with a transaction before.', place)
}
