import type { BatchEntry } from './batch-entry.ts'
import type { BatchSummary } from './batch-store.ts'
import { endOf, firstIndex } from './batch-entry.ts'

/** A run of a log that is deleted or compacted as a whole. The last one is active: it is appended to. */
export interface LogSegment {
  readonly baseOffset: number
  /** Where the next one begins, or the log ends. */
  readonly endOffset: number
  readonly byteLength: number
  /** The latest timestamp of its first batch; -1 where it has none. */
  readonly firstTimestamp: number
  /** -1 where no record has one. */
  readonly largestTimestamp: number
}

/** What the segments of a log are, by its entries. */
export function segmentsOf(
  entries: readonly BatchEntry[],
  baseOffsets: readonly number[],
  endOffset: number,
): LogSegment[] {
  return baseOffsets.map((baseOffset, i) => {
    const end = baseOffsets[i + 1] ?? endOffset
    const first = firstIndex(entries, (entry) => entry.baseOffset >= baseOffset)
    const next = firstIndex(entries, (entry) => entry.baseOffset >= end)
    const own = entries.slice(first, next)
    return {
      baseOffset,
      endOffset: end,
      byteLength: own.length === 0 ? 0 : endOf(own.at(-1)) - own[0]!.bytesBefore,
      firstTimestamp: own[0]?.maxTimestamp ?? -1,
      largestTimestamp: own.reduce((latest, { maxTimestamp }) => Math.max(latest, maxTimestamp), -1),
    }
  })
}

/** Indexes of a segment hold offsets relative to its base, in 32 bits. */
const largestRelativeOffset = 0x7fffffff

/**
 * Whether a batch has to go to a new segment: the active one is full, too old, or too far from it. (Java:
 * `LogSegment.shouldRoll`.) Age is told by timestamps, the batch's against the first of the segment; without timestamps there is none.
 * @param entries of the whole log
 * @param activeOffset where the active segment begins
 */
export function mustRoll(
  entries: readonly BatchEntry[],
  activeOffset: number,
  { lastOffset, maxTimestamp, byteLength }: BatchSummary & { readonly byteLength: number },
  { segmentBytes, segmentMs }: { readonly segmentBytes: number; readonly segmentMs: number },
): boolean {
  const first = entries[firstIndex(entries, (entry) => entry.baseOffset >= activeOffset)]
  if (first === undefined) return false
  const size = endOf(entries.at(-1)) - first.bytesBefore
  const isTooOld = first.maxTimestamp >= 0 && maxTimestamp - first.maxTimestamp > segmentMs
  return size + byteLength > segmentBytes || isTooOld || lastOffset - activeOffset > largestRelativeOffset
}
