import type { LogSegment } from './log-segments.ts'
import type { LogSettings } from './log-settings.ts'
import type { PartitionLog } from './partition-log.ts'

/**
 * Deletes the segments of a log that are too old, or too much. Where that is all of them, the log goes on in a new one.
 * @throws PartitaError `KAFKA_STORAGE_ERROR` where that cannot be begun
 */
export function applyRetention(log: PartitionLog, settings: LogSettings, now: number): void {
  if (!settings.deletes || log.failure !== undefined) return
  const start = startAfterRetention(log.segments(), settings, now)
  if (start === undefined) return
  if (start === log.endOffset) log.roll()
  log.deleteBefore(start)
}

/**
 * Where a log begins once what may go has gone: whole segments from its beginning, first those whose latest record is too
 * old, then those without which there are still enough bytes. (Java: `UnifiedLog.deleteOldSegments`.) `undefined`: nothing goes.
 */
export function startAfterRetention(
  segments: readonly LogSegment[],
  { retentionMs, retentionBytes }: Pick<LogSettings, 'retentionMs' | 'retentionBytes'>,
  now: number,
): number | undefined {
  const last = segments.length - 1
  let count = 0
  const isThere = (): boolean => count < last || (count === last && segments[last]!.byteLength > 0)
  while (retentionMs >= 0 && isThere() && isOlder(segments[count]!, now - retentionMs)) count += 1
  let bytes = segments.slice(count).reduce((sum, { byteLength }) => sum + byteLength, 0)
  while (retentionBytes >= 0 && isThere() && bytes - segments[count]!.byteLength >= retentionBytes) {
    bytes -= segments[count]!.byteLength
    count += 1
  }
  return segments[count - 1]?.endOffset
}

/** What compaction left empty is as old as anything; records without timestamps are of no age. */
function isOlder({ largestTimestamp, byteLength }: LogSegment, moment: number): boolean {
  return byteLength === 0 || (largestTimestamp >= 0 && largestTimestamp < moment)
}
