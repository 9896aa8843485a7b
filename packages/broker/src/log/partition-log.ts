import type { BatchHeader } from '@partita/wire'
import { createListeners, type Listeners } from '../core/listeners.ts'
import { createTransactionIndex, type TransactionIndex } from './transaction-index.ts'

/** What a reader gets: everything, or only what no open transaction could still undo. */
export type Isolation = 'read_uncommitted' | 'read_committed'

/** One batch in the log: where its bytes are, and what is asked of it without reading them. */
export interface BatchEntry {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly maxTimestamp: number
  /** The latest timestamp of this batch and of all before it: it only grows, so that it can be searched. */
  readonly latestTimestamp: number
  /** All bytes that were ever appended before this batch. */
  readonly bytesBefore: number
  readonly segment: Uint8Array
  /** Of the batch's first byte in its segment. */
  readonly position: number
  readonly byteLength: number
}

const noBytes = new Uint8Array(0)
const smallestSegment = 4096
const largestSegment = 1024 * 1024

/**
 * The log of one partition, in memory: batches as they go over the wire, back to back in segments, and one entry per
 * batch. Batches are copied in (a view would keep the whole request alive) and handed out as views.
 *
 * There is one replica: what is appended is replicated at once, so the high watermark is the log's end.
 */
export class PartitionLog {
  #entries: BatchEntry[] = []
  #segment: Uint8Array = noBytes
  #used = 0
  #startOffset = 0
  /** Called after something was appended or removed, and when the log is closed. */
  readonly changes: Listeners<PartitionLog> = createListeners<PartitionLog>()
  /** Which transactions are open in the log, and which were aborted. */
  readonly transactions: TransactionIndex = createTransactionIndex()
  #isClosed = false

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

  /**
   * Copies a batch to the end of the log and gives the entry of the copy, in which offsets are still the producer's: the
   * caller stamps it (see `bytesOf`) and then calls `announce`.
   */
  append(batch: Uint8Array, header: BatchHeader, maxTimestamp: number): BatchEntry {
    const position = this.#roomFor(batch.length)
    this.#segment.set(batch, position)
    const last = this.#entries.at(-1)
    const baseOffset = this.endOffset
    const entry: BatchEntry = {
      baseOffset,
      lastOffset: baseOffset + header.lastOffsetDelta,
      maxTimestamp,
      latestTimestamp: Math.max(maxTimestamp, last?.latestTimestamp ?? -1),
      bytesBefore: last === undefined ? 0 : last.bytesBefore + last.byteLength,
      segment: this.#segment,
      position,
      byteLength: batch.length,
    }
    this.#entries.push(entry)
    return entry
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
    return first.segment.subarray(first.position, end)
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
    for (let i = start; i < this.#entries.length; i++) {
      const entry = this.#entries[i]!
      if (entry.maxTimestamp >= timestamp) yield entry
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
    this.transactions.forgetBefore(offset)
    this.changes.notify(this)
  }

  /** Empties the log and wakes whoever waits at it. */
  close(): void {
    this.#isClosed = true
    this.#entries = []
    this.#segment = noBytes
    this.transactions.clear()
    this.changes.notify(this)
  }

  #indexOf(offset: number): number {
    return firstIndex(this.#entries, (entry) => entry.lastOffset >= offset)
  }

  #roomFor(byteLength: number): number {
    if (this.#used + byteLength > this.#segment.length) {
      // Segments grow with the log, so that a thousand small partitions cost little and a long log has few seams.
      const size = Math.min(Math.max(smallestSegment, this.#segment.length * 2), largestSegment)
      this.#segment = new Uint8Array(Math.max(size, byteLength))
      this.#used = 0
    }
    const position = this.#used
    this.#used += byteLength
    return position
  }
}

export function bytesOf({ segment, position, byteLength }: BatchEntry): Uint8Array {
  return segment.subarray(position, position + byteLength)
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
