import { type Clock, integerOption, type PartitionInfo, systemClock, type TopicPartitioner } from '@partita/protocol'
import { isAvailable, randomPartition } from './availability.ts'
import type { ClockOption, KeylessStrategy } from './strategy.ts'

export interface StickyByTimeOptions extends ClockOption {
  /**
   * Milliseconds with one partition; 0 chooses for every record. Default 10. (librdkafka:
   * `sticky.partitioning.linger.ms`, which is twice `linger.ms` unless set.)
   */
  readonly stickyPartitioningLingerMs?: number | undefined
}

/**
 * Stays with one partition for a time, then chooses any that has a leader. (librdkafka since 1.6, for records without
 * key.) A partition that loses its leader is left at once.
 * @throws PartitaError `INVALID_OPTION`
 */
export function stickyByTime(options: StickyByTimeOptions = {}): KeylessStrategy {
  const { stickyPartitioningLingerMs = 10, clock = systemClock } = options
  integerOption('stickyPartitioningLingerMs', stickyPartitioningLingerMs, { min: 0, max: 900_000 })
  return {
    name: 'sticky by time',
    deterministic: false,
    forTopic: () => new StickyByTimeTopic(stickyPartitioningLingerMs, clock),
  }
}

class StickyByTimeTopic implements TopicPartitioner {
  readonly #lingerMs: number
  readonly #clock: Clock
  #current = -1
  #chosenAt = 0

  constructor(lingerMs: number, clock: Clock) {
    this.#lingerMs = lingerMs
    this.#clock = clock
  }

  partition(_key: unknown, partitions: readonly PartitionInfo[]): number {
    const now = this.#clock.monotonic()
    if (now - this.#chosenAt >= this.#lingerMs || !isAvailable(partitions, this.#current)) {
      this.#current = randomPartition(partitions, this.#clock)
      this.#chosenAt = now
    }
    return this.#current
  }
}
