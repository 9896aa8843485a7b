import { PartitaError, partitionName } from '@partita/protocol'
import type { LogPlace } from '../core/storage.ts'
import type { BatchLocation, BatchStore, BatchSummary, NewBatch, RecoveredBatch } from '../log/batch-store.ts'
import { stampBatch } from '../log/stamp-batch.ts'
import type { FileSystem } from './file-system.ts'
import type { Flusher } from './flusher.ts'
import { scanBatches } from './scan-batches.ts'
import { SegmentFile, segmentsIn } from './segment-file.ts'
import { writeTopicId } from './topic-id-file.ts'

/** What the stores of all partitions share. */
export interface StoreSurroundings {
  readonly files: FileSystem
  readonly flusher: Flusher
  /** The files were closed in order: no batch has to be read to know that it is sound. */
  readonly isTrusted: boolean
  readonly warn: (message: string) => void
  /** Something is about to be written. */
  readonly writing: () => void
  /** Keeps where the log begins; `undefined`: it is gone. */
  readonly keepStart: (offset: number | undefined) => void
}

const largestRelativeOffset = 0x7fffffff

/** The batches of one partition in a folder of Kafka's own form: `orders-3/00000000000000000000.log`. */
export class DiskBatchStore implements BatchStore {
  readonly startOffset: number
  readonly #place: LogPlace
  readonly #folder: string
  readonly #surroundings: StoreSurroundings
  #segments: SegmentFile[]
  #failure: string | undefined
  /** The last write failed: nothing more is said until one succeeds. */
  #hasWarned = false
  #isRecovered = false
  /** The folder may be another broker's by now. */
  #isClosed = false

  /** @param keptStart where the log is known to begin */
  constructor(place: LogPlace, surroundings: StoreSurroundings, keptStart: number) {
    this.#place = place
    this.#folder = partitionName(place)
    this.#surroundings = surroundings
    this.#segments = segmentsIn(surroundings.files, this.#folder).map((offset) => this.#newSegment(offset))
    this.startOffset = Math.max(keptStart, this.#segments[0]?.baseOffset ?? 0)
  }

  get failure(): string | undefined {
    return this.#failure
  }

  *recover(): Generator<RecoveredBatch, void, undefined> {
    for (const [index, segment] of this.#segments.entries()) {
      const file = segment.open()
      // What a process left behind when it died may be in nobody's memory but the machine's: a retry of it is
      // acknowledged, and has to last as well.
      if (!this.#surroundings.isTrusted) this.#surroundings.flusher.wrote(segment)
      for (const header of scanBatches(file, segment.baseOffset, this.#surroundings.isTrusted)) {
        segment.note(header, header.byteLength)
        yield { header, segment, position: header.position }
      }
      if (segment.size < file.size()) {
        this.#cutBehind(index, file.size() - segment.size)
        break
      }
      const isActive = index === this.#segments.length - 1
      if (!isActive && this.#surroundings.isTrusted) segment.release()
      else if (!isActive) this.#seal(segment)
    }
    this.#isRecovered = true
  }

  /** Whether all that is in the files is known to be sound, and to last once it is flushed. */
  get isSound(): boolean {
    return this.#isRecovered && this.#failure === undefined
  }

  append(bytes: Uint8Array, batch: NewBatch): BatchLocation {
    if (this.#isClosed)
      throw new PartitaError('KAFKA_STORAGE_ERROR', `${this.#folder} cannot be written: it is closed.`)
    // Not `slice`: of a Buffer, as sockets give it, that would be a view.
    const copy = new Uint8Array(bytes)
    stampBatch(copy, 0, copy.length, batch)
    try {
      this.#surroundings.writing()
      const segment = this.#segmentFor(copy.length, batch)
      // Before the write: what of it is there when it fails is cut off, and that has to last too.
      this.#surroundings.flusher.wrote(segment)
      const position = segment.append(copy, batch)
      this.#hasWarned = false
      return { segment, position }
    } catch (error) {
      throw this.#writeFailed(error as Error)
    }
  }

  deleteBefore(offset: number): void {
    if (this.#isClosed) return
    this.#surroundings.keepStart(offset)
    const keepFrom = this.#segments.findLastIndex(({ baseOffset }) => baseOffset <= offset)
    for (const segment of this.#segments.splice(0, Math.max(0, keepFrom))) this.#removeSegment(segment)
  }

  remove(): void {
    if (this.#isClosed) return
    this.#surroundings.keepStart(undefined)
    for (const segment of this.#segments) this.#surroundings.flusher.forget(segment)
    try {
      for (const segment of this.#segments) segment.release()
      this.#surroundings.files.remove(this.#folder)
    } catch (error) {
      this.#surroundings.warn(`${this.#folder} cannot be removed from the data folder: ${(error as Error).message}`)
    }
    this.#segments = []
  }

  /** Writes the indexes and closes the files. */
  close(): void {
    this.#isClosed = true
    const active = this.#segments.at(-1)
    if (active !== undefined) this.#seal(active)
  }

  /** The broker itself does without indexes: that they cannot be written is no reason to stop. */
  #seal(segment: SegmentFile): void {
    try {
      segment.seal()
    } catch (error) {
      segment.release()
      this.#surroundings.warn(`The indexes of ${this.#folder} could not be written: ${(error as Error).message}`)
    }
  }

  #newSegment(baseOffset: number): SegmentFile {
    return new SegmentFile(this.#surroundings.files, this.#folder, baseOffset, (error) => this.#fail('flushed', error))
  }

  #segmentFor(byteLength: number, { baseOffset, lastOffset }: BatchSummary): SegmentFile {
    const active = this.#segments.at(-1)
    if (active === undefined) return this.#firstSegment(baseOffset)
    const isFull = active.size > 0 && active.size + byteLength > this.#place.segmentBytes()
    if (!isFull && lastOffset - active.baseOffset <= largestRelativeOffset) return active
    this.#surroundings.flusher.flushNow(active)
    this.#seal(active)
    return this.#addSegment(baseOffset)
  }

  #firstSegment(baseOffset: number): SegmentFile {
    const { files, flusher } = this.#surroundings
    files.makeFolder(this.#folder)
    writeTopicId(files, this.#folder, this.#place.topicId)
    if (flusher.policy !== 'never') files.syncFolder('')
    return this.#addSegment(baseOffset)
  }

  #addSegment(baseOffset: number): SegmentFile {
    const { files, flusher } = this.#surroundings
    const segment = this.#newSegment(baseOffset)
    segment.open()
    if (flusher.policy !== 'never') files.syncFolder(this.#folder)
    this.#segments.push(segment)
    return segment
  }

  #cutBehind(index: number, byteLength: number): void {
    const last = this.#segments[index]!
    const later = this.#segments.splice(index + 1)
    this.#surroundings.warn(
      `${this.#folder}: ${byteLength} bytes behind position ${last.size} of the segment ${last.baseOffset} are no sound ` +
        `batches, and are cut off${later.length === 0 ? '' : `, with ${later.length} later segments`}.`,
    )
    last.truncate()
    this.#surroundings.flusher.wrote(last)
    for (const segment of later) this.#removeSegment(segment)
  }

  #removeSegment(segment: SegmentFile): void {
    this.#surroundings.flusher.forget(segment)
    try {
      segment.remove()
    } catch (error) {
      const message = `The segment ${segment.baseOffset} of ${this.#folder} cannot be removed: ${(error as Error).message}`
      this.#surroundings.warn(message)
    }
  }

  /** What was written of the batch is cut off, so that the next one may be written; if even that fails, none can be. */
  #writeFailed(cause: Error): PartitaError {
    try {
      this.#segments.at(-1)?.truncate()
    } catch (error) {
      this.#fail('cut', error as Error)
    }
    const message = `${this.#folder} cannot be written: ${cause.message}.`
    if (!this.#hasWarned) this.#surroundings.warn(message)
    this.#hasWarned = true
    const { topic, partition } = this.#place
    return new PartitaError('KAFKA_STORAGE_ERROR', message, { topic, partition, cause })
  }

  #fail(step: string, error: Error): void {
    this.#failure ??=
      `${this.#folder} takes no more batches until the broker is started again: it could not be ${step}: ` +
      `${error.message}.`
    this.#surroundings.warn(this.#failure)
  }
}
