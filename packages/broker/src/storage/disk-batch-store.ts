import { PartitaError, partitionName } from '@partita/protocol'
import type { LogPlace } from '../core/storage.ts'
import type { BatchLocation, BatchStore, NewBatch, RecoveredBatch, SegmentRewrite } from '../log/batch-store.ts'
import { stampBatch } from '../log/stamp-batch.ts'
import type { FileSystem } from './file-system.ts'
import type { Flusher } from './flusher.ts'
import { scanBatches } from './scan-batches.ts'
import { SegmentFile, segmentsIn } from './segment-file.ts'
import { type FileRewrite, rewriteSegments } from './segment-rewrite.ts'
import { finishSwaps } from './swap-files.ts'
import { writeTopicId } from './topic-id-file.ts'
import { WriteGuard } from './write-guard.ts'

/** What the stores of all partitions share. */
export interface StoreSurroundings {
  readonly files: FileSystem
  readonly flusher: Flusher
  /** The files were closed in order: no batch has to be read to know that it is sound. */
  readonly isTrusted: boolean
  readonly warn: (message: string) => void
  /** Something is about to be written. */
  readonly writing: () => void
  /** Keeps a place in the log. */
  readonly keepMark: (mark: LogMark, offset: number) => void
  /** The log is gone. */
  readonly removed: () => void
}

/** Places in a log that are not in its files: where it begins, and up to where it is compacted. */
export const logMarks = ['log-start', 'log-cleaned'] as const

export type LogMark = (typeof logMarks)[number]

/** The places that were kept. */
export interface KeptMarks {
  readonly start: number
  readonly cleaned: number
}

/** The batches of one partition in a folder of Kafka's own form: `orders-3/00000000000000000000.log`. */
export class DiskBatchStore implements BatchStore {
  readonly startOffset: number
  readonly cleanedOffset: number
  readonly #place: LogPlace
  readonly #folder: string
  readonly #surroundings: StoreSurroundings
  #segments: SegmentFile[]
  readonly #guard: WriteGuard
  #isRecovered = false
  /** The folder may be another broker's by now. */
  #isClosed = false
  /** What is being written anew. */
  #rewriting: FileRewrite | undefined

  constructor(place: LogPlace, surroundings: StoreSurroundings, kept: KeptMarks) {
    this.#place = place
    this.#folder = partitionName(place)
    this.#surroundings = surroundings
    const { warn, writing } = surroundings
    this.#guard = new WriteGuard(place, { warn, writing, cut: () => this.#segments.at(-1)?.truncate() })
    finishSwaps(surroundings.files, this.#folder)
    this.#segments = segmentsIn(surroundings.files, this.#folder).map((offset) => this.#newSegment(offset))
    this.startOffset = Math.max(kept.start, this.#segments[0]?.baseOffset ?? 0)
    this.cleanedOffset = kept.cleaned
  }

  segmentOffsets(): readonly number[] {
    return this.#segments.map(({ baseOffset }) => baseOffset)
  }

  get activeOffset(): number {
    return this.#segments.at(-1)?.baseOffset ?? 0
  }

  get failure(): string | undefined {
    return this.#guard.failure
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
    return this.#isRecovered && this.#guard.failure === undefined
  }

  append(bytes: Uint8Array, batch: NewBatch): BatchLocation {
    this.#checkOpen()
    // Not `slice`: of a Buffer, as sockets give it, that would be a view.
    const copy = new Uint8Array(bytes)
    stampBatch(copy, 0, copy.length, batch)
    return this.#guard.write(() => {
      const segment = this.#segments.at(-1) ?? this.#firstSegment(batch.baseOffset)
      // Before the write: what of it is there when it fails is cut off, and that has to last too.
      this.#surroundings.flusher.wrote(segment)
      const position = segment.append(copy, batch)
      this.#guard.succeeded()
      return { segment, position }
    })
  }

  roll(baseOffset: number): void {
    this.#checkOpen()
    const active = this.#segments.at(-1)
    if (active === undefined || active.baseOffset === baseOffset) return
    this.#guard.write(() => {
      this.#surroundings.flusher.flushNow(active)
      this.#addSegment(baseOffset)
    })
    this.#seal(active)
  }

  rewrite(from: number, until: number): SegmentRewrite {
    this.#checkOpen()
    const segment = this.#newSegment(from)
    const rewrite = this.#guard.write(() => rewriteSegments(this.#surroundings.files, this.#folder, segment, until))
    this.#rewriting = rewrite
    return {
      append: (bytes, summary) => this.#guard.write(() => rewrite.append(bytes, summary)),
      commit: () => !this.#isClosed && this.#swap(segment, until, rewrite),
      abandon: () => this.#abandon(rewrite),
    }
  }

  markCleaned(offset: number): void {
    if (!this.#isClosed) this.#surroundings.keepMark('log-cleaned', offset)
  }

  deleteBefore(offset: number): void {
    if (this.#isClosed) return
    this.#surroundings.keepMark('log-start', offset)
    const keepFrom = this.#segments.findLastIndex(({ baseOffset }) => baseOffset <= offset)
    for (const segment of this.#segments.splice(0, Math.max(0, keepFrom))) this.#removeSegment(segment)
  }

  remove(): void {
    if (this.#isClosed) return
    this.#surroundings.removed()
    this.#abandon(this.#rewriting)
    for (const segment of this.#segments) this.#surroundings.flusher.forget(segment)
    this.#guard.orWarn(`${this.#folder} cannot be removed from the data folder`, () => {
      for (const segment of this.#segments) segment.retire()
      this.#surroundings.files.remove(this.#folder)
    })
    this.#segments = []
  }

  /** Writes the indexes and closes the files. */
  close(): void {
    this.#abandon(this.#rewriting)
    this.#isClosed = true
    const active = this.#segments.at(-1)
    if (active !== undefined) this.#seal(active)
  }

  /** The broker itself does without indexes: that they cannot be written is no reason to stop. */
  #seal(segment: SegmentFile): void {
    this.#guard.orWarn(`The indexes of ${this.#folder} could not be written`, () => segment.seal())
    segment.release()
  }

  #newSegment(baseOffset: number): SegmentFile {
    return new SegmentFile(this.#surroundings.files, this.#folder, baseOffset, (error) =>
      this.#guard.fail('flushed', error),
    )
  }

  #abandon(rewrite: { abandon(): void } | undefined): void {
    this.#guard.orWarn(`What compaction wrote of ${this.#folder} cannot be removed`, () => rewrite?.abandon())
  }

  #checkOpen(): void {
    if (!this.#isClosed) return
    throw new PartitaError('KAFKA_STORAGE_ERROR', `${this.#folder} cannot be written: it is closed.`)
  }

  /** Puts a segment that was written anew in the place of those it was made of. */
  #swap(segment: SegmentFile, until: number, rewrite: FileRewrite): boolean {
    const first = this.#segments.findIndex(({ baseOffset }) => baseOffset === segment.baseOffset)
    const next = this.#segments.findIndex(({ baseOffset }) => baseOffset === until)
    if (first < 0 || next < 0 || this.#guard.failure !== undefined) return false
    this.#guard.write(() => {
      try {
        rewrite.prepare()
      } catch (error) {
        // A swap that is forgotten here must not be found by the next start, when the segments are others by then.
        this.#guard.orFail('compacted', () => rewrite.undo())
        throw error
      }
    })
    // From here on there is no way back: the next start would go on.
    for (const old of this.#segments.splice(first, next - first, segment)) {
      this.#surroundings.flusher.forget(old)
      old.retire()
    }
    this.#guard.orFail('compacted', () => rewrite.finish())
    if (this.#guard.failure !== undefined) {
      // Nobody knows which files have which names: nothing of them is read.
      segment.retire()
      throw new PartitaError('KAFKA_STORAGE_ERROR', this.#guard.failure)
    }
    this.#seal(segment)
    return true
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
    this.#guard.orWarn(`The segment ${segment.baseOffset} of ${this.#folder} cannot be removed`, () => segment.remove())
  }
}
