import type { OffsetCommit } from './committed-offsets.ts'

/**
 * Who commits offsets for a group: a coordinator refuses them from whoever is no longer that member in that generation.
 * (KIP-447; Java: `ConsumerGroupMetadata`.)
 */
export interface ConsumerGroupMetadata {
  readonly groupId: string
  /** The group's generation, or the member's epoch (KIP-848); -1: not a member. */
  readonly generationId: number
  /** Empty: not a member. */
  readonly memberId: string
  readonly groupInstanceId?: string | undefined
}

/** Offsets to commit, and in whose name. */
export interface ConsumedPosition {
  readonly group: ConsumerGroupMetadata
  readonly offsets: readonly OffsetCommit[]
}

/** How a transaction ended. `unknown`: its commit was sent, and no answer came. */
export type TransactionOutcome = 'committed' | 'aborted' | 'unknown'

/**
 * Consumed work that a transaction takes along: what was read counts as handled exactly if what was written counts.
 * A consumer gives it to its handlers.
 */
export interface ConsumedOffsets {
  /**
   * What is to be committed for this work to count as done. Asked once the transaction's records are stored and it is about
   * to commit; from then until `settled` nobody else commits for the same partitions. Rejects with `PARTITION_LOST` where
   * another member may have the work already, with `CONCURRENT_TRANSACTIONS` (retriable) where another transaction has
   * offsets of the same partition.
   *
   * @param transaction stands for the transaction: the same object for all that one transaction takes along
   */
  offsets(transaction: object): Promise<ConsumedPosition>
  /** The transaction is over; called once, also where `offsets` was not. */
  settled(outcome: TransactionOutcome): void
}

export interface TransactionStepOptions {
  /** Ends the waiting with `ABORTED`. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The transactions of one transactional producer, one at a time: `begin`, writes, `sendOffsets`, then `commit` or `abort`.
 * Each step repeats by itself what can be repeated (a coordinator that moved or loads, `CONCURRENT_TRANSACTIONS`, a lost
 * connection), for `transactionTimeoutMs` at most; then it rejects with `REQUEST_TIMEOUT`.
 *
 * `PRODUCER_FENCED` is final: another producer has the transactional id, or a transaction took longer than
 * `transactionTimeoutMs`. Other rejections concern one transaction, which is then to be aborted.
 */
export interface TransactionControl {
  /**
   * Opens a transaction. The first one takes the transactional id over: whoever had it is fenced, and what they left open
   * is aborted. So does the first after a transaction whose end is not known to be clean. Rejects with `PRODUCER_FENCED`,
   * `TRANSACTIONAL_ID_AUTHORIZATION_FAILED`, `INVALID_TRANSACTION_TIMEOUT`; `INVALID_TXN_STATE` where one is open already.
   */
  begin(options?: TransactionStepOptions): Promise<void>
  /**
   * Commits offsets with the transaction. Rejects with `ILLEGAL_GENERATION`, `UNKNOWN_MEMBER_ID` or `FENCED_INSTANCE_ID`
   * where the member is no longer who it says it is.
   */
  sendOffsets(
    offsets: readonly OffsetCommit[],
    group: ConsumerGroupMetadata,
    options?: TransactionStepOptions,
  ): Promise<void>
  /**
   * Makes all of it visible. Rejects with `INVALID_TXN_STATE` where something of the transaction failed; `ambiguous` where
   * nobody answered: it may be committed. A transaction that could not be committed is to be aborted, unless it is
   * ambiguous: then it is over.
   */
  commit(options?: TransactionStepOptions): Promise<void>
  /**
   * Makes all of it invisible for ever. Afterwards the next one can begin, also where this rejects because nobody
   * answered: then `begin` sees to it.
   */
  abort(options?: TransactionStepOptions): Promise<void>
}
