import {
  type Clock,
  integerOption,
  PartitaError,
  type PartitionInfo,
  systemClock,
  type TopicPartitioner,
} from '@partita/protocol'
import { countAvailable, nthAvailable, requirePartitions } from './availability.ts'
import type { ClockOption, KeylessStrategy } from './strategy.ts'

export interface RoundRobinOptions extends ClockOption {
  /**
   * Where each topic begins: an index, or `'random'` so that many short-lived producers do not all begin at the same
   * partition. Default `'random'`.
   */
  readonly start?: number | 'random' | undefined
  /** Records in a row for one partition. Default 1. (kafka-go: `ChunkSize`.) */
  readonly chunkSize?: number | undefined
}

/**
 * One partition after the other, each topic for itself. It is asked once a record, so it does not skip every second
 * partition as Java's `RoundRobinPartitioner` did (KAFKA-9965).
 * @throws PartitaError `INVALID_OPTION`
 */
export function roundRobin(options: RoundRobinOptions = {}): KeylessStrategy {
  const { start = 'random', chunkSize = 1, clock = systemClock } = options
  integerOption('chunkSize', chunkSize, { min: 1 })
  if (start !== 'random') checkStart(start)
  return {
    name: 'round robin',
    deterministic: false,
    forTopic: () => new RoundRobinTopic(start === 'random' ? randomStart(clock) : start, chunkSize),
  }
}

class RoundRobinTopic implements TopicPartitioner {
  readonly #start: number
  readonly #chunkSize: number
  #records = 0

  constructor(start: number, chunkSize: number) {
    this.#start = start
    this.#chunkSize = chunkSize
  }

  partition(_key: unknown, partitions: readonly PartitionInfo[]): number {
    requirePartitions(partitions)
    const turn = this.#start + Math.floor(this.#records++ / this.#chunkSize)
    const available = countAvailable(partitions)
    return available === 0 ? turn % partitions.length : nthAvailable(partitions, turn % available)
  }
}

/** Of the size of an int, so that it is even enough over any number of partitions. */
function randomStart(clock: Clock): number {
  return Math.floor(clock.random() * 0x8000_0000)
}

function checkStart(start: number): void {
  if (Number.isSafeInteger(start) && start >= 0 && start <= 0x7fff_ffff) return
  throw new PartitaError(
    'INVALID_OPTION',
    `start must be 'random' or a whole number from 0 to 2147483647; got ${start}.`,
    {
      api: 'start',
    },
  )
}
