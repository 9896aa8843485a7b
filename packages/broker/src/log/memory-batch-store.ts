import type { BatchStore, Segment } from './batch-store.ts'
import { stampBatch } from './stamp-batch.ts'

const smallestSegment = 4096
const largestSegment = 1024 * 1024

class MemorySegment implements Segment {
  readonly bytes: Uint8Array

  constructor(size: number) {
    this.bytes = new Uint8Array(size)
  }

  read(position: number, byteLength: number): Uint8Array {
    return this.bytes.subarray(position, position + byteLength)
  }
}

/** Batches in memory: copied in (a view would keep the whole request alive) and handed out as views. */
export function createMemoryBatchStore(): BatchStore {
  let segment = new MemorySegment(0)
  let used = 0

  function roomFor(byteLength: number): number {
    if (used + byteLength > segment.bytes.length) {
      // Segments grow with the log, so that a thousand small partitions cost little and a long log has few seams.
      const size = Math.min(Math.max(smallestSegment, segment.bytes.length * 2), largestSegment)
      segment = new MemorySegment(Math.max(size, byteLength))
      used = 0
    }
    const position = used
    used += byteLength
    return position
  }

  return {
    failure: undefined,
    startOffset: 0,
    recover: () => [],
    append(bytes, batch) {
      const position = roomFor(bytes.length)
      segment.bytes.set(bytes, position)
      stampBatch(segment.bytes, position, bytes.length, batch)
      return { segment, position }
    },
    // A segment is freed when the last entry that points to it is forgotten.
    deleteBefore: () => undefined,
    remove() {
      segment = new MemorySegment(0)
      used = 0
    },
  }
}
