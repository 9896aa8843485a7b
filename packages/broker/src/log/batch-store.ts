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

/** Keeps the batches of one partition. */
export interface BatchStore {
  /** Why nothing can be written any more, until the broker is started again; `undefined` where it can. */
  readonly failure: string | undefined
  /** What `deleteBefore` was told last; 0 where it never was. */
  readonly startOffset: number
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
  /** Whatever lies before `offset` will not be read again. */
  deleteBefore(offset: number): void
  /** The topic was deleted. */
  remove(): void
}
