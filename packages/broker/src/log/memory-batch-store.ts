import type { BatchLocation, BatchStore, NewBatch, Segment, SegmentRewrite } from './batch-store.ts'
import { stampBatch } from './stamp-batch.ts'

const smallestChunk = 4096
const largestChunk = 1024 * 1024

/** A piece of memory that batches are put into. A segment of the log is many of them. */
class Chunk implements Segment {
  readonly bytes: Uint8Array

  constructor(size: number) {
    this.bytes = new Uint8Array(size)
  }

  read(position: number, byteLength: number): Uint8Array {
    return this.bytes.subarray(position, position + byteLength)
  }
}

/** For logs that nothing was written to yet: one for all, as there may be thousands of them. */
const noChunk = new Chunk(0)
const none: readonly never[] = []

/** Gives room in chunks. One is freed when the last entry that points to it is forgotten. */
class Chunks {
  #chunk = noChunk
  #used = 0

  put(bytes: Uint8Array): { readonly segment: Chunk; readonly position: number } {
    if (this.#used + bytes.length > this.#chunk.bytes.length) {
      // They grow with the log, so that a thousand small partitions cost little and a long log has few seams.
      const size = Math.min(Math.max(smallestChunk, this.#chunk.bytes.length * 2), largestChunk)
      this.#chunk = new Chunk(Math.max(size, bytes.length))
      this.#used = 0
    }
    const position = this.#used
    this.#used += bytes.length
    this.#chunk.bytes.set(bytes, position)
    return { segment: this.#chunk, position }
  }

  /** What is put next has no chunk in common with what was before. */
  clear(): void {
    this.#chunk = noChunk
    this.#used = 0
  }
}

/** Batches in memory: copied in (a view would keep the whole request alive) and handed out as views. */
export class MemoryBatchStore implements BatchStore {
  readonly #chunks = new Chunks()
  #segmentOffsets: readonly number[] = none

  get failure(): undefined {
    return undefined
  }

  get startOffset(): number {
    return 0
  }

  get cleanedOffset(): number {
    return 0
  }

  segmentOffsets(): readonly number[] {
    return this.#segmentOffsets
  }

  get activeOffset(): number {
    return this.#segmentOffsets.at(-1) ?? 0
  }

  recover(): readonly never[] {
    return none
  }

  append(bytes: Uint8Array, batch: NewBatch): BatchLocation {
    if (this.#segmentOffsets.length === 0) this.#segmentOffsets = [batch.baseOffset]
    const { segment, position } = this.#chunks.put(bytes)
    stampBatch(segment.bytes, position, bytes.length, batch)
    return { segment, position }
  }

  roll(baseOffset: number): void {
    if (this.activeOffset === baseOffset && this.#segmentOffsets.length > 0) return
    this.#segmentOffsets = [...this.#segmentOffsets, baseOffset]
    this.#chunks.clear()
  }

  deleteBefore(offset: number): void {
    const keepFrom = this.#segmentOffsets.findLastIndex((baseOffset) => baseOffset <= offset)
    this.#segmentOffsets = this.#segmentOffsets.slice(Math.max(0, keepFrom))
  }

  rewrite(from: number, until: number): SegmentRewrite {
    const written = new Chunks()
    return {
      append: (bytes): BatchLocation => written.put(bytes),
      commit: () => this.#join(from, until),
      abandon: () => undefined,
    }
  }

  markCleaned(): void {}

  remove(): void {
    this.#chunks.clear()
    this.#segmentOffsets = none
  }

  /** Makes one segment of those from one to before another, if they are there. */
  #join(from: number, until: number): boolean {
    const offsets = this.#segmentOffsets
    if (!offsets.includes(from) || !offsets.includes(until)) return false
    this.#segmentOffsets = offsets.filter((offset) => offset <= from || offset >= until)
    return true
  }
}
