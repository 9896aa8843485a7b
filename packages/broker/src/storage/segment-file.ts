import { PartitaError } from '@partita/protocol'
import type { BatchSummary, Segment } from '../log/batch-store.ts'
import { type FileSystem, type OpenFile, writeWhole } from './file-system.ts'
import type { Flushable } from './flusher.ts'
import { IndexBuilder } from './index-builder.ts'

/** Kafka's names: the first offset that may be in it, as 20 digits. */
const logFile = /^(\d{20})\.log$/

/** One segment of a log, as Kafka has it: `.log` with the batches, `.index` and `.timeindex` beside it. */
export class SegmentFile implements Segment, Flushable {
  readonly baseOffset: number
  readonly #files: FileSystem
  readonly #path: string
  readonly #onFlushFailed: (error: Error) => void
  readonly #index: IndexBuilder
  /** Open while it is written to, and while it is flushed. */
  #file: OpenFile | undefined
  #flushes = 0
  #isSealed = false
  #isRemoved = false
  #size = 0

  constructor(files: FileSystem, folder: string, baseOffset: number, onFlushFailed: (error: Error) => void) {
    this.baseOffset = baseOffset
    this.#files = files
    this.#path = segmentPath(folder, baseOffset)
    this.#onFlushFailed = onFlushFailed
    this.#index = new IndexBuilder(baseOffset)
  }

  /** How much of the file is batches. */
  get size(): number {
    return this.#size
  }

  /** Takes in a batch that is in the file already: the next one, from where those before it ended. */
  note(summary: BatchSummary, byteLength: number): void {
    this.#index.add(summary, this.#size, byteLength)
    this.#size += byteLength
  }

  /** Writes a batch to the end. If it throws, a part of it may be there: see `truncate`. */
  append(batch: Uint8Array, summary: BatchSummary): number {
    const position = this.#size
    this.open().write(batch, position)
    this.note(summary, batch.length)
    return position
  }

  read(position: number, byteLength: number): Uint8Array {
    const bytes = new Uint8Array(byteLength)
    try {
      const count = this.#with((file) => file.read(bytes, position))
      if (count < byteLength) throw new Error(`it ends at ${position + count}`)
    } catch (cause) {
      const message = `${this.#path}.log cannot be read from ${position} on: ${(cause as Error).message}.`
      throw new PartitaError('KAFKA_STORAGE_ERROR', message, { cause })
    }
    return bytes
  }

  /** Cuts off whatever is behind the batches. */
  truncate(): void {
    this.#with((file) => file.truncate(this.#size))
  }

  /** The file, which stays open until the segment is sealed. */
  open(): OpenFile {
    return (this.#file ??= this.#openLog())
  }

  /** Nothing will be appended for now. The indexes are written, and the file is closed as soon as no flush needs it. */
  seal(): void {
    writeWhole(this.#files, `${this.#path}.index`, this.#index.offsetIndex())
    writeWhole(this.#files, `${this.#path}.timeindex`, this.#index.timeIndex())
    this.release()
  }

  /** Closes the file as soon as no flush needs it. */
  release(): void {
    this.#isSealed = true
    if (this.#flushes > 0) return
    this.#file?.close()
    this.#file = undefined
  }

  async flush(): Promise<void> {
    this.#flushes += 1
    try {
      await this.open().sync()
    } finally {
      this.#flushes -= 1
      if (this.#isSealed) this.release()
    }
  }

  flushNow(): void {
    this.#with((file) => file.syncNow())
  }

  flushFailed(error: Error): void {
    this.#onFlushFailed(error)
  }

  remove(): void {
    this.retire()
    removeSegmentFiles(this.#files, this.#path)
  }

  /** The file is no longer this segment's: whoever still has a place in it cannot read it. */
  retire(): void {
    this.release()
    this.#isRemoved = true
  }

  /** Opening would make a file that is not there: one that was removed would come back. */
  #openLog(): OpenFile {
    if (this.#isRemoved) throw new Error('the segment was removed')
    return this.#files.open(`${this.#path}.log`)
  }

  #with<T>(step: (file: OpenFile) => T): T {
    if (this.#file !== undefined) return step(this.#file)
    const file = this.#openLog()
    try {
      return step(file)
    } finally {
      file.close()
    }
  }
}

/** What the names of a segment's files begin with. */
export function segmentPath(folder: string, baseOffset: number): string {
  return `${folder}/${String(baseOffset).padStart(20, '0')}`
}

export function removeSegmentFiles(files: FileSystem, path: string): void {
  for (const ending of ['.log', '.index', '.timeindex']) files.remove(path + ending)
}

/** The base offsets of the segments in a folder, in order. */
export function segmentsIn(files: FileSystem, folder: string): number[] {
  const offsets = files.list(folder).flatMap((name) => logFile.exec(name)?.[1] ?? [])
  return offsets.map(Number).sort((one, other) => one - other)
}
