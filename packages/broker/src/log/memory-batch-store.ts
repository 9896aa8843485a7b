import type { BatchLocation, BatchStore, Segment, SegmentRewrite } from './batch-store.ts'
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
export function createMemoryBatchStore(): BatchStore {
  const chunks = new Chunks()
  let segmentOffsets: number[] = []

  return {
    failure: undefined,
    startOffset: 0,
    cleanedOffset: 0,
    segmentOffsets: () => segmentOffsets,
    get activeOffset() {
      return segmentOffsets.at(-1) ?? 0
    },
    recover: () => [],
    append(bytes, batch) {
      if (segmentOffsets.length === 0) segmentOffsets.push(batch.baseOffset)
      const { segment, position } = chunks.put(bytes)
      stampBatch(segment.bytes, position, bytes.length, batch)
      return { segment, position }
    },
    roll(baseOffset) {
      if (segmentOffsets.at(-1) === baseOffset) return
      segmentOffsets.push(baseOffset)
      chunks.clear()
    },
    deleteBefore(offset) {
      const keepFrom = segmentOffsets.findLastIndex((baseOffset) => baseOffset <= offset)
      segmentOffsets = segmentOffsets.slice(Math.max(0, keepFrom))
    },
    rewrite(from, until): SegmentRewrite {
      const written = new Chunks()
      return {
        append: (bytes): BatchLocation => written.put(bytes),
        commit() {
          if (!segmentOffsets.includes(from) || !segmentOffsets.includes(until)) return false
          segmentOffsets = segmentOffsets.filter((offset) => offset <= from || offset >= until)
          return true
        },
        abandon: () => undefined,
      }
    },
    markCleaned: () => undefined,
    remove() {
      chunks.clear()
      segmentOffsets = []
    },
  }
}
