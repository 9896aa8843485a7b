import type { TopicPartition } from './records.ts'

/** What the group had committed for a partition. */
export interface CommittedOffset {
  /** The next offset to handle. */
  readonly offset: number
  /** The text that was committed with it; empty where there was none. */
  readonly metadata: string
}

/** What is to be committed for a partition. */
export interface OffsetCommit extends TopicPartition {
  /** The next offset to handle. */
  readonly offset: number
  /** At most 4,096 characters on a broker with default settings. */
  readonly metadata: string
}
