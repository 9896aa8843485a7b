import type { Clock, Partitioner } from '@partita/protocol'

/**
 * A partitioner that ignores keys. It stands alone, as Java's `RoundRobinPartitioner` does, or serves as the rule for
 * records without key. Partitions with a leader are used; where none has one, all.
 */
export interface KeylessStrategy extends Partitioner {
  readonly deterministic: false
}

/** What every strategy that leaves something to chance or time takes. */
export interface ClockOption {
  /** Where chance and time come from. Default: the host's. */
  readonly clock?: Clock | undefined
}
