import {
  type Bytes,
  type Clock,
  integerOption,
  type PartitionInfo,
  systemClock,
  type TopicPartitioner,
} from '@partita/protocol'
import { isAvailable, randomPartition } from './availability.ts'
import type { ClockOption, KeylessStrategy } from './strategy.ts'

export interface StickyOptions extends ClockOption {
  /** How many bytes go to a partition before the next is chosen. Default 16384, Java's `batch.size`. */
  readonly stickyBatchSize?: number | undefined
}

/** Java's default `batch.size`. */
const defaultStickyBatchSize = 16_384

/**
 * Of a record with a key the producer tells no size. Where keys are ignored such a record counts as its key and this
 * many bytes, so that the partition is left some time.
 */
const uncountedRecordBytes = 1024

/** Says when a partition has had enough. */
type Enough = (bytes: number, batchFull: boolean, stickyBatchSize: number) => boolean

/**
 * Stays with one partition until `stickyBatchSize` bytes went there and its batch is full, or until twice as many did;
 * then chooses among the partitions with a leader, each as likely, the present one included. (KIP-794: Java's default
 * since 3.3.) A partition that loses its leader is left at once.
 *
 * Not here: the weights of `partitioner.adaptive.partitioning.enable`, which prefer brokers with shorter queues.
 * @throws PartitaError `INVALID_OPTION`
 */
export function stickyByBytes(options: StickyOptions = {}): KeylessStrategy {
  return sticky('sticky by bytes', options, {
    mayRepeat: true,
    enough: (bytes, batchFull, size) => (bytes >= size && batchFull) || bytes >= 2 * size,
  })
}

/**
 * Stays with one partition until its batch is full; then chooses another one that has a leader. (KIP-480: Java 2.4 to
 * 3.2.) Of a batch that is sent before it is full nothing is told here, so `stickyBatchSize` bytes end a stay as well.
 * @throws PartitaError `INVALID_OPTION`
 */
export function stickyByBatch(options: StickyOptions = {}): KeylessStrategy {
  return sticky('sticky by batch', options, {
    mayRepeat: false,
    enough: (bytes, batchFull, size) => batchFull || bytes >= size,
  })
}

interface StickyRules {
  readonly mayRepeat: boolean
  readonly enough: Enough
}

function sticky(name: string, options: StickyOptions, rules: StickyRules): KeylessStrategy {
  const { stickyBatchSize = defaultStickyBatchSize, clock = systemClock } = options
  integerOption('stickyBatchSize', stickyBatchSize, { min: 1, max: 0x7fff_ffff })
  return { name, deterministic: false, forTopic: () => new StickyTopic(stickyBatchSize, clock, rules) }
}

class StickyTopic implements TopicPartitioner {
  readonly #stickyBatchSize: number
  readonly #clock: Clock
  readonly #rules: StickyRules
  #current = -1
  #bytes = 0
  #hadEnough = true

  constructor(stickyBatchSize: number, clock: Clock, rules: StickyRules) {
    this.#stickyBatchSize = stickyBatchSize
    this.#clock = clock
    this.#rules = rules
  }

  partition(key: Bytes | null, partitions: readonly PartitionInfo[]): number {
    if (this.#hadEnough || !isAvailable(partitions, this.#current)) this.#choose(partitions)
    const chosen = this.#current
    if (key !== null) this.appended(chosen, key.length + uncountedRecordBytes, false)
    return chosen
  }

  appended(partition: number, bytes: number, batchFull: boolean): void {
    // What went elsewhere (to the partition before this one, or to an explicit one) says nothing about this stay.
    if (partition !== this.#current || this.#hadEnough) return
    this.#bytes += bytes
    this.#hadEnough = this.#rules.enough(this.#bytes, batchFull, this.#stickyBatchSize)
  }

  #choose(partitions: readonly PartitionInfo[]): void {
    this.#current = randomPartition(partitions, this.#clock, this.#rules.mayRepeat ? -1 : this.#current)
    this.#bytes = 0
    this.#hadEnough = false
  }
}
