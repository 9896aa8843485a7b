import type { BatchLocation, BatchSummary, Segment } from './batch-store.ts'

/** One batch in the log: where its bytes are, and what is asked of it without reading them. */
export interface BatchEntry extends BatchSummary {
  /** The latest timestamp of this batch and of all before it: it only grows, so that it can be searched. */
  readonly latestTimestamp: number
  /** All bytes of the log before this batch. Only differences count: what is deleted is not taken off. */
  readonly bytesBefore: number
  readonly segment: Segment
  /** Of the batch's first byte in its segment. */
  readonly position: number
  readonly byteLength: number
}

/** A batch whose place among the others is not known yet. */
export type PlacedBatch = BatchSummary & BatchLocation & Pick<BatchEntry, 'byteLength'>

/** @param before the entry that it comes behind */
export function entryBehind(before: BatchEntry | undefined, batch: PlacedBatch): BatchEntry {
  const { baseOffset, lastOffset, maxTimestamp, segment, position, byteLength } = batch
  return {
    baseOffset,
    lastOffset,
    maxTimestamp,
    latestTimestamp: Math.max(maxTimestamp, before?.latestTimestamp ?? -1),
    bytesBefore: endOf(before),
    segment,
    position,
    byteLength,
  }
}

/** Where the bytes of an entry end; 0 for none. */
export function endOf(entry: BatchEntry | undefined): number {
  return entry === undefined ? 0 : entry.bytesBefore + entry.byteLength
}

/** The bytes of a batch. Throws as `Segment.read`. */
export function bytesOf({ segment, position, byteLength }: BatchEntry): Uint8Array {
  return segment.read(position, byteLength)
}

/** The index of the first entry for which `holds` is true: false for all before it, true for all behind. */
export function firstIndex(entries: readonly BatchEntry[], holds: (entry: BatchEntry) => boolean): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(entries[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}
