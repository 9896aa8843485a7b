import type { ConsumedOffsets, ConsumerRecord, PartitaError } from '@partita/protocol'

/** What a handler is told besides the record. */
export interface HandlerContext {
  /**
   * Fires when the handler should stop: its partition was lost, has to be given up and the time for that is nearly over, or
   * the consumer is closed and its time is over. Its reason is a `PartitaError`: `PARTITION_LOST` or `CLOSED`.
   */
  readonly signal: AbortSignal
  /** 1 for the first call with this record, since this member got the partition. */
  readonly attempt: number
  /**
   * The epoch of the assignment. Whoever gets the partition next has a higher one: a store that remembers the highest
   * fence it saw for a key, and refuses lower ones, is safe from a handler that was thought dead.
   */
  readonly fence: number
  /**
   * The record as work that a transaction takes along: `producer.transaction((tx) => { …; tx.sendOffsets(consumed) })`. When
   * that commits the record is finished, whatever the handler does afterwards; when it does not, the handler has failed
   * as it throws. Needs `isolationLevel: 'read_committed'`.
   */
  readonly consumed: ConsumedOffsets
}

/**
 * Handles one record. Returning a promise keeps the record's key busy until it settles. Whatever is thrown, or rejected
 * with, makes it a failed attempt.
 */
export type Handler<K = Uint8Array, V = Uint8Array> = (record: ConsumerRecord<K, V>, context: HandlerContext) => unknown

/**
 * Takes over a record that failed for good, as the bytes it came in: to write it elsewhere, say. When it is done the record
 * counts as finished; when it fails, as one more failed attempt.
 */
export type ExhaustedHandler = (record: ConsumerRecord, error: PartitaError, context: HandlerContext) => unknown
