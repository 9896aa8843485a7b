import { PartitaError } from '@partita/protocol'
import type { BatchHeader } from '@partita/wire'
import { Listeners } from '../core/listeners.ts'
import type { BatchStore, RecoveredBatch } from './batch-store.ts'
import { type BatchEntry, endOf, entryBehind, firstIndex, type PlacedBatch } from './batch-entry.ts'
import { type LogSegment, mustRoll, segmentsOf } from './log-segments.ts'
import { beginRewrite, type LogRewrite } from './log-rewrite.ts'
import type { LogSettings } from './log-settings.ts'
import { MemoryBatchStore } from './memory-batch-store.ts'
import type { BatchStamp } from './stamp-batch.ts'
import { TransactionIndex } from './transaction-index.ts'

function noFault(): undefined {
  return undefined
}

/** Compaction leaves some batches without records. */
function isHeaderAlone({ byteLength }: BatchEntry): boolean {
  return byteLength <= 61
}

/** What a reader gets: everything, or only what no open transaction could still undo. */
export type Isolation = 'read_uncommitted' | 'read_committed'

/** When a log begins a new segment. */
type RollSettings = Pick<LogSettings, 'segmentBytes' | 'segmentMs'>

const noBytes = new Uint8Array(0)
const neverRoll: RollSettings = { segmentBytes: Number.POSITIVE_INFINITY, segmentMs: Number.POSITIVE_INFINITY }

/**
 * The log of one partition: batches as they go over the wire, back to back in the segments of a store, and in memory one
 * entry per batch.
 *
 * There is one replica: what is appended is replicated at once, so the high watermark is the log's end.
 */
export class PartitionLog {
  #entries: BatchEntry[] = []
  readonly #store: BatchStore
  readonly #settings: RollSettings
  readonly #diskFault: () => string | undefined
  #startOffset: number
  #cleanedOffset: number
  /** Called after something was appended or removed, and when the log is closed. */
  readonly changes: Listeners<PartitionLog> = new Listeners<PartitionLog>()
  /** Which transactions are open in the log, and which were aborted. */
  readonly transactions: TransactionIndex = new TransactionIndex()
  #isClosed = false

  constructor(
    store: BatchStore = new MemoryBatchStore(),
    settings: RollSettings = neverRoll,
    diskFault: () => string | undefined = noFault,
  ) {
    this.#store = store
    this.#diskFault = diskFault
    this.#settings = settings
    this.#startOffset = store.startOffset
    this.#cleanedOffset = store.cleanedOffset
  }

  /** Why nothing can be appended any more: the disk failed. */
  get failure(): string | undefined {
    return this.diskFault ?? this.#store.failure
  }

  /** Why nothing can be read either: the disk was made to fail. */
  get diskFault(): string | undefined {
    return this.#diskFault()
  }

  /** The first offset that can be read. */
  get startOffset(): number {
    return this.#startOffset
  }

  /** The offset that the next record gets. */
  get endOffset(): number {
    const last = this.#entries.at(-1)
    // Compaction may have taken the last batches before the active segment: their offsets are not given out again.
    return Math.max(last === undefined ? this.#startOffset : last.lastOffset + 1, this.#store.activeOffset)
  }

  /** Up to here the log is compacted: one record of a key at most. */
  get cleanedOffset(): number {
    return Math.min(Math.max(this.#cleanedOffset, this.#startOffset), this.endOffset)
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
      const { baseOffset, lastOffset, maxTimestamp, byteLength } = header
      this.#push({ baseOffset, lastOffset, maxTimestamp, segment, position, byteLength })
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
    this.#checkDisk()
    const baseOffset = this.endOffset
    const lastOffset = baseOffset + header.lastOffsetDelta
    const maxTimestamp = logAppendTime < 0 ? header.maxTimestamp : logAppendTime
    const byteLength = batch.length
    const placed = { baseOffset, lastOffset, maxTimestamp, byteLength }
    if (mustRoll(this.#entries, this.#store.activeOffset, placed, this.#settings)) this.roll()
    // Written out: on Node 20 an object that others are spread into takes two microseconds.
    const stamped = { baseOffset, lastOffset, maxTimestamp, leaderEpoch, logAppendTime }
    const { segment, position } = this.#store.append(batch, stamped)
    this.#push({ baseOffset, lastOffset, maxTimestamp, byteLength, segment, position })
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
    this.#checkDisk()
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
    return endOf(this.#entries[stop - 1]) - this.#entries[start]!.bytesBefore
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

  /** The batch that holds `offset`, or the first behind it. */
  batchFrom(offset: number): BatchEntry | undefined {
    return this.#entries[this.#indexOf(offset)]
  }

  /** The first of the batches with the latest timestamp. */
  latest(): BatchEntry | undefined {
    let latest: BatchEntry | undefined
    for (const entry of this.#entries) {
      if (isHeaderAlone(entry)) continue
      if (latest === undefined || entry.maxTimestamp > latest.maxTimestamp) latest = entry
    }
    return latest
  }

  /** What retention and compaction go by. The last segment is the active one; none where nothing was appended ever. */
  segments(): LogSegment[] {
    return segmentsOf(this.#entries, this.#store.segmentOffsets(), this.endOffset)
  }

  /**
   * What is appended from here on goes to a new segment.
   * @throws PartitaError `KAFKA_STORAGE_ERROR`: then it still goes to the old one
   */
  roll(): void {
    this.#store.roll(this.endOffset)
  }

  /**
   * Begins to write the batches of some segments anew: see `BatchStore.rewrite`. Nothing of it is in the log before it is
   * committed; then all of it is.
   */
  rewrite(from: number, until: number): LogRewrite {
    return beginRewrite(this.#store, from, until, (written) => {
      const before = this.#entries
      this.#entries = []
      for (const entry of before) if (entry.baseOffset < from) this.#push(entry)
      for (const entry of written) if (entry.lastOffset >= this.#startOffset) this.#push(entry)
      for (const entry of before) if (entry.baseOffset >= until) this.#push(entry)
    })
  }

  /** Before `offset` the log is compacted. */
  markCleaned(offset: number): void {
    this.#cleanedOffset = offset
    this.#store.markCleaned(offset)
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

  #checkDisk(): void {
    if (this.diskFault !== undefined) throw new PartitaError('KAFKA_STORAGE_ERROR', this.diskFault)
  }

  #push(batch: PlacedBatch): void {
    this.#entries.push(entryBehind(this.#entries.at(-1), batch))
  }

  #indexOf(offset: number): number {
    return firstIndex(this.#entries, (entry) => entry.lastOffset >= offset)
  }
}
