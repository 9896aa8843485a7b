import type { ConfigSet } from '../configs/config-set.ts'

/** What a topic's settings say about its logs. Read when it is needed: settings change while the broker runs. */
export interface LogSettings {
  /** A segment takes no more bytes than that, but for one batch. */
  readonly segmentBytes: number
  /** A segment takes no batch that is so much later than its first one. */
  readonly segmentMs: number
  /** Whether old segments are deleted. */
  readonly deletes: boolean
  /** How old, by its latest timestamp, a segment may get; -1: as old as it likes. */
  readonly retentionMs: number
  /** How large a log may get before its oldest segments go; -1: as large as it likes. */
  readonly retentionBytes: number
  /** Whether only the last record of a key is kept. */
  readonly compacts: boolean
  /** How long tombstones and markers stay, from when they were first met by compaction. */
  readonly deleteRetentionMs: number
  /** How young a segment is left alone by compaction. */
  readonly minCompactionLagMs: number
  /** After that long a segment is compacted even where little would be gained. */
  readonly maxCompactionLagMs: number
  /** How much of a log has to be new for it to be compacted: 0 to 1. */
  readonly minCleanableDirtyRatio: number
}

export function logSettingsOf(configs: ConfigSet): LogSettings {
  return {
    get segmentBytes() {
      return configs.number('segment.bytes')
    },
    get segmentMs() {
      const segmentMs = configs.number('segment.ms')
      // What is not in an older segment could not be compacted in time.
      return this.compacts ? Math.min(segmentMs, this.maxCompactionLagMs) : segmentMs
    },
    get deletes() {
      return configs.includes('cleanup.policy', 'delete')
    },
    get retentionMs() {
      return configs.number('retention.ms')
    },
    get retentionBytes() {
      return configs.number('retention.bytes')
    },
    get compacts() {
      return configs.includes('cleanup.policy', 'compact')
    },
    get deleteRetentionMs() {
      return configs.number('delete.retention.ms')
    },
    get minCompactionLagMs() {
      return configs.number('min.compaction.lag.ms')
    },
    get maxCompactionLagMs() {
      return configs.number('max.compaction.lag.ms')
    },
    get minCleanableDirtyRatio() {
      return configs.number('min.cleanable.dirty.ratio')
    },
  }
}
