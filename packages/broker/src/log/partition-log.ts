import type { BatchHeader } from '@partita/wire'
import { createListeners, type Listeners } from '../core/listeners.ts'
import type { BatchStore, BatchSummary, RecoveredBatch, Segment } from './batch-store.ts'
import { createMemoryBatchStore } from './memory-batch-store.ts'
import type { BatchStamp } from './stamp-batch.ts'
import { createTransactionIndex, type TransactionIndex } from './transaction-index.ts'

/** What a reader gets: everything, or only what no open transaction could still undo. */
export type Isolation = 'read_uncommitted' | 'read_committed'

/** One batch in the log: where its bytes are, and what is asked of it without reading them. */
export interface BatchEntry extends BatchSummary {
  /** The latest timestamp of this batch and of all before it: it only grows, so that it can be searched. */
  readonly latestTimestamp: number
  /** All bytes that were ever appended before this batch. */
  readonly bytesBefore: number
  readonly segment: Segment
  /** Of the batch's first byte in its segment. */
  readonly position: number
  readonly byteLength: number
}

const noBytes = new Uint8Array(0)
/**
 * The log of one partition: batches as they go over the wire, back to back in the segments of a store, and in memory one
 * entry per batch.
 *
 * There is one replica: what is appended is replicated at once, so the high watermark is the log's end.
 */
export class PartitionLog {
  #entries: BatchEntry[] = []
  readonly #store: BatchStore
  #startOffset: number
  /** Called after something was appended or removed, and when the log is closed. */
  readonly changes: Listeners<PartitionLog> = createListeners<PartitionLog>()
  /** Which transactions are open in the log, and which were aborted. */
  readonly transactions: TransactionIndex = createTransactionIndex()
  #isClosed = false

  constructor(store: BatchStore = createMemoryBatchStore()) {
    this.#store = store
    this.#startOffset = store.startOffset
  }

  /** Why nothing can be appended any more: the disk failed. */
  get failure(): string | undefined {
    return this.#store.failure
  }

  /** The first offset that can be read. */
  get startOffset(): number {
    return this.#startOffset
  }

  /** The offset that the next record gets. */
  get endOffset(): number {
    const last = this.#entries.at(-1)
    return last === undefined ? this.#startOffset : last.lastOffset + 1
  }

  get highWatermark(): number {
    return this.endOffset
  }

  /** Up to here every transaction is over: readers of committed records may read so far. */
  get lastStableOffset(): number {
    // Records of an open transaction may have been deleted from under it.
    return Math.max(this.transactions.firstOpenOffset ?? this.highWatermark, this.#startOffset)
  }

  /** How far a reader may read. */
  limitFor(isolation: Isolation): number {
    return isolation === 'read_committed' ? this.lastStableOffset : this.highWatermark
  }

  /** The topic was deleted: whoever waits for records waits in vain. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  get entries(): readonly BatchEntry[] {
    return this.#entries
  }

  /** Takes in what the store has from before. Gives each batch that is part of the log, as it was when it was appended. */
  *recover(): Generator<RecoveredBatch, void, undefined> {
    for (const found of this.#store.recover()) {
      const { header, segment, position } = found
      if (header.lastOffset < this.#startOffset) continue
      // With compaction, or after records were lost behind the start, a log begins later than it was told to.
      if (this.#entries.length === 0 && this.#startOffset < header.baseOffset) this.#startOffset = header.baseOffset
      this.#entries.push(this.#entryOf(header, segment, position, header.byteLength))
      yield found
    }
  }

  /**
   * Copies a batch to the end of the log; who appends calls `announce` afterwards.
   * @param stamp what is set in the copy, besides the offset
   * @throws PartitaError `KAFKA_STORAGE_ERROR`: then nothing was appended
   */
  append(
    batch: Uint8Array,
    header: BatchHeader,
    { leaderEpoch, logAppendTime }: Omit<BatchStamp, 'baseOffset'>,
  ): number {
    const baseOffset = this.endOffset
    const lastOffset = baseOffset + header.lastOffsetDelta
    const maxTimestamp = logAppendTime < 0 ? header.maxTimestamp : logAppendTime
    const summary = { baseOffset, lastOffset, maxTimestamp, leaderEpoch, logAppendTime }
    const { segment, position } = this.#store.append(batch, summary)
    this.#entries.push(this.#entryOf(summary, segment, position, batch.length))
    return baseOffset
  }

  announce(): void {
    this.changes.notify(this)
  }

  /**
   * Batches from the one that holds `offset` on, as one view: as many as fit `maxBytes`, but all of one segment.
   * @param atLeastOne give the first batch even if it alone is larger (KIP-74)
   * @param limit batches from the one that holds this offset on are left out
   */
  read(offset: number, maxBytes: number, atLeastOne: boolean, limit: number = this.endOffset): Uint8Array {
    const start = this.#indexOf(offset)
    const stop = this.#indexOf(limit)
    const first = this.#entries[start]
    if (first === undefined || start >= stop || (first.byteLength > maxBytes && !atLeastOne)) return noBytes
    let end = first.position + first.byteLength
    for (let i = start + 1; i < stop; i++) {
      const next = this.#entries[i]!
      if (next.segment !== first.segment || next.position + next.byteLength - first.position > maxBytes) break
      end = next.position + next.byteLength
    }
    return first.segment.read(first.position, end - first.position)
  }

  /** How many bytes a reader at `offset` has before it, up to the batch that holds `limit`. */
  bytesFrom(offset: number, limit: number = this.endOffset): number {
    const start = this.#indexOf(offset)
    const stop = this.#indexOf(limit)
    if (start >= stop) return 0
    const last = this.#entries[stop - 1]!
    return last.bytesBefore + last.byteLength - this.#entries[start]!.bytesBefore
  }

  /** The batches that have a record of that time or later, by offset. */
  *since(timestamp: number): Generator<BatchEntry, void, undefined> {
    const start = firstIndex(this.#entries, (entry) => entry.latestTimestamp >= timestamp)
    let next = this.#entries[start]
    while (next !== undefined) {
      const { lastOffset } = next
      if (next.maxTimestamp >= timestamp) yield next
      // Whoever reads takes time, in which entries may go: the place is looked up again.
      next = this.#entries[this.#indexOf(lastOffset + 1)]
    }
  }

  /** The first of the batches with the latest timestamp. */
  latest(): BatchEntry | undefined {
    let latest: BatchEntry | undefined
    for (const entry of this.#entries) {
      if (latest === undefined || entry.maxTimestamp > latest.maxTimestamp) latest = entry
    }
    return latest
  }

  /** Moves the log's start up to `offset`; batches that lie wholly before it are forgotten. */
  deleteBefore(offset: number): void {
    if (offset <= this.#startOffset) return
    const keepFrom = this.#indexOf(offset)
    this.#entries = this.#entries.slice(keepFrom)
    this.#startOffset = offset
    this.#store.deleteBefore(offset)
    this.transactions.forgetBefore(offset)
    this.changes.notify(this)
  }

  /** Removes the log and wakes whoever waits at it. */
  close(): void {
    this.#isClosed = true
    this.#entries = []
    this.#store.remove()
    this.transactions.clear()
    this.changes.notify(this)
  }

  #indexOf(offset: number): number {
    return firstIndex(this.#entries, (entry) => entry.lastOffset >= offset)
  }

  #entryOf(summary: BatchSummary, segment: Segment, position: number, byteLength: number): BatchEntry {
    const { baseOffset, lastOffset, maxTimestamp } = summary
    const last = this.#entries.at(-1)
    return {
      baseOffset,
      lastOffset,
      maxTimestamp,
      latestTimestamp: Math.max(maxTimestamp, last?.latestTimestamp ?? -1),
      bytesBefore: last === undefined ? 0 : last.bytesBefore + last.byteLength,
      segment,
      position,
      byteLength,
    }
  }
}

/** The bytes of a batch. Throws as `Segment.read`. */
export function bytesOf({ segment, position, byteLength }: BatchEntry): Uint8Array {
  return segment.read(position, byteLength)
}

/** The index of the first entry for which `holds` is true: false for all before it, true for all behind. */
function firstIndex(entries: readonly BatchEntry[], holds: (entry: BatchEntry) => boolean): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(entries[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}
