import type { LogSegment } from '../log-segments.ts'
import type { LogSettings } from '../log-settings.ts'
import type { PartitionLog } from '../partition-log.ts'

/** What compaction is to do to a log. */
export interface CleaningPlan {
  /** The segments that are written anew, from the log's beginning. */
  readonly sources: readonly LogSegment[]
  /** From here on keys may be there more than once. */
  readonly dirtyFrom: number
}

/** When a log is compacted. */
export type CleaningSettings = Pick<
  LogSettings,
  'minCleanableDirtyRatio' | 'minCompactionLagMs' | 'maxCompactionLagMs' | 'deleteRetentionMs' | 'segmentBytes'
>

/**
 * Which segments of a log may be compacted: none that is active, that an open transaction could still undo, or that is too
 * young, and nothing behind such. `undefined`: too little of them is new. (Java: `LogCleanerManager.grabFilthiestCompactedLog`.)
 * @param isForced whether they are compacted however little is new, as tombstones may be due
 */
export function cleaningPlan(
  log: PartitionLog,
  settings: CleaningSettings,
  now: number,
  isForced: boolean,
): CleaningPlan | undefined {
  const dirtyFrom = log.cleanedOffset
  const youngest = settings.minCompactionLagMs > 0 ? now - settings.minCompactionLagMs : Number.POSITIVE_INFINITY
  const stable = log.lastStableOffset
  const isLeft = ({ endOffset, largestTimestamp }: LogSegment): boolean =>
    endOffset > stable || (endOffset > dirtyFrom && largestTimestamp > youngest)
  const inactive = log.segments().slice(0, -1)
  const limit = inactive.findIndex(isLeft)
  const sources = limit < 0 ? inactive : inactive.slice(0, limit)
  if (isForced) return sources.length === 0 ? undefined : { sources, dirtyFrom }
  const dirty = sources.filter(({ endOffset }) => endOffset > dirtyFrom)
  const [first] = dirty
  if (first === undefined) return undefined
  const ratio = bytesOf(dirty) / bytesOf(sources)
  const isDue = first.firstTimestamp >= 0 && now - first.firstTimestamp > settings.maxCompactionLagMs
  return ratio > settings.minCleanableDirtyRatio || isDue ? { sources, dirtyFrom } : undefined
}

/** Runs of segments that become one each, as large as a segment may be. */
export function groupsOf(sources: readonly LogSegment[], segmentBytes: number): (readonly LogSegment[])[] {
  const groups: LogSegment[][] = []
  for (const segment of sources) {
    const group = groups.at(-1)
    const isFitting =
      group !== undefined &&
      bytesOf(group) + segment.byteLength <= segmentBytes &&
      segment.endOffset - group[0]!.baseOffset <= 0x7fffffff
    if (isFitting) group.push(segment)
    else groups.push([segment])
  }
  return groups
}

function bytesOf(segments: readonly LogSegment[]): number {
  return segments.reduce((sum, { byteLength }) => sum + byteLength, 0)
}
