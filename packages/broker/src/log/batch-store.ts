import type { BatchHeader } from '@partita/wire'
import type { BatchStamp } from './stamp-batch.ts'

/** A run of batches, back to back, that can be read in one piece. */
export interface Segment {
  /**
   * What is returned must not be changed.
   * @throws PartitaError `KAFKA_STORAGE_ERROR` where it cannot be read
   */
  read(position: number, byteLength: number): Uint8Array
}

/** Where a batch is kept. */
export interface BatchLocation {
  readonly segment: Segment
  /** Of the batch's first byte in its segment. */
  readonly position: number
}

/** A batch that was there before. */
export interface RecoveredBatch extends BatchLocation {
  readonly header: BatchHeader
}

/** What a batch is about, for whoever keeps it. */
export interface BatchSummary {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly maxTimestamp: number
}

/** A batch to be appended. */
export interface NewBatch extends BatchSummary, BatchStamp {}

/** Batches that are to take the place of what a run of segments has. Until then nobody sees them. */
export interface SegmentRewrite {
  /**
   * Copies a batch, as it is, behind those before. It can be read after the commit.
   * @throws PartitaError `KAFKA_STORAGE_ERROR`
   */
  append(bytes: Uint8Array, batch: BatchSummary): BatchLocation
  /**
   * Puts them in the place of the segments, as one. `false` where those are not there any more, or the store is closed:
   * then nothing has changed.
   * @throws PartitaError `KAFKA_STORAGE_ERROR`: then the old ones are there, or `failure` says that nothing is sure
   */
  commit(): boolean
  /** Gives it up. Does nothing after a commit. */
  abandon(): void
}

/** Keeps the batches of one partition, in segments. */
export interface BatchStore {
  /** Why nothing can be written any more, until the broker is started again; `undefined` where it can. */
  readonly failure: string | undefined
  /** What `deleteBefore` was told last; 0 where it never was. */
  readonly startOffset: number
  /** What `markCleaned` was told last; 0 where it never was. */
  readonly cleanedOffset: number
  /** Where the segments begin, in order; none where nothing was appended ever. The last one is active: it is appended to. */
  segmentOffsets(): readonly number[]
  /** Where the active segment begins; 0 where there is none. */
  readonly activeOffset: number
  /**
   * The sound batches that are there, by offset; what is not sound, and whatever follows it, is removed. To be run through
   * once, before anything else.
   */
  recover(): Iterable<RecoveredBatch>
  /**
   * Copies a batch to the end, and stamps the copy. When this returns, it can be read.
   * @throws PartitaError `KAFKA_STORAGE_ERROR`: then nothing was appended
   */
  append(bytes: Uint8Array, batch: NewBatch): BatchLocation
  /**
   * What is appended from here on goes to a new segment.
   * @throws PartitaError `KAFKA_STORAGE_ERROR`: then it still goes to the old one
   */
  roll(baseOffset: number): void
  /** Whatever lies before `offset` will not be read again. */
  deleteBefore(offset: number): void
  /**
   * Begins to write anew what segments have: all that begin at `from` or later, and before `until`, where another begins.
   * @throws PartitaError `KAFKA_STORAGE_ERROR`
   */
  rewrite(from: number, until: number): SegmentRewrite
  /** Before `offset` there is one record of a key at most. */
  markCleaned(offset: number): void
  /** The topic was deleted. */
  remove(): void
}
