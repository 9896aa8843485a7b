import { toPartitaError, type Clock, type FetchedBatch, type PartitaError } from '@partita/protocol'
import { decodePortion, deliverPortion, type Portion } from './decode-portion.ts'
import type { FetchPosition } from './fetch-position.ts'
import { keepAside } from './fetched-slice.ts'

export interface DeliverySettings {
  readonly clock: Clock
  /** Whether the position still stands for its partition. */
  isCurrent(position: FetchPosition): boolean
  records(batch: FetchedBatch): void
  /** There is room to fetch more of the partition. */
  madeRoom(): void
  /** What came of the partition from that offset on cannot be read. */
  unreadable(position: FetchPosition, from: number, error: PartitaError): void
}

/**
 * So many records are handed over before the host gets its turn, and with it whoever handles them: half of what `consumer`
 * starts in a turn. What quick handlers cannot keep up with piles up, grows old in the heap, and costs a quarter of the CPU
 * (measured: 80,000 records waiting on average, 1,500 since).
 */
const recordsPerTurn = 512

/**
 * Hands over what was fetched: of each partition in order, the partitions by turns, decoded only when its turn has
 * come, and not while it is paused.
 */
export class Deliveries {
  readonly #settings: DeliverySettings
  /** Those that may have something, in the order of their turns. */
  readonly #ready: Set<FetchPosition> = new Set()
  #waking = false
  /** Records that may be handed over in this turn. Less than 0: a large batch is paid for by the turns after it. */
  #left = 0

  constructor(settings: DeliverySettings) {
    this.#settings = settings
  }

  /** Something has come of these. The first records are handed over within this call, or soon after a large batch. */
  brought(positions: readonly FetchPosition[]): void {
    for (const position of positions) this.#ready.add(position)
    if (!this.#waking) this.#turn()
  }

  /** What waits may be handed over again: soon, not within this call. */
  resumed(position: FetchPosition): void {
    if (position.waiting.length === 0) return
    this.#ready.add(position)
    this.#wake()
  }

  #wake(): void {
    if (this.#waking) return
    this.#waking = true
    this.#settings.clock.defer(() => {
      this.#waking = false
      this.#turn()
    })
  }

  #turn(): void {
    this.#left = Math.min(recordsPerTurn, this.#left + recordsPerTurn)
    for (const position of this.#ready) {
      if (this.#left <= 0) return this.#wake()
      this.#ready.delete(position)
      this.#left -= this.#deliverOne(position)
    }
  }

  /** Hands over one batch of the partition; gives how many records that were. */
  #deliverOne(position: FetchPosition): number {
    const [slice] = position.waiting
    if (slice === undefined || position.decoding || !this.#settings.isCurrent(position)) return 0
    if (position.paused) {
      keepWaiting(position)
      return 0
    }
    try {
      const portion = position.decoded ?? decodePortion(slice)
      if (!(portion instanceof Promise)) return this.#handOver(position, portion)
      void this.#decodeLater(position, portion)
    } catch (error) {
      this.#settings.unreadable(position, slice.from, toPartitaError(error))
    }
    return 0
  }

  #handOver(position: FetchPosition, portion: Portion): number {
    const { topic, partition } = position
    const { records, nextOffset, isLast } = portion
    const slice = position.waiting[0]!
    deliverPortion(slice, portion)
    position.decoded = null
    position.corruptions = 0
    if (isLast) {
      position.waiting.shift()
      slice.memory.letGo(slice.bytes)
    }
    if (position.waiting.length > 0) this.#ready.add(position)
    const { highWatermark, startsOver } = slice
    if (records.length > 0) slice.startsOver = false
    this.#settings.records({ topic, partition, records, nextOffset, highWatermark, ...(startsOver && { startsOver }) })
    if (isLast) this.#settings.madeRoom()
    return records.length
  }

  async #decodeLater(position: FetchPosition, portion: Promise<Portion>): Promise<void> {
    position.decoding = true
    try {
      position.decoded = await portion
    } catch (error) {
      return this.#settings.unreadable(position, position.waiting[0]!.from, toPartitaError(error))
    } finally {
      position.decoding = false
    }
    this.brought([position])
  }
}

/** What waits for a resumption must not hold on to the whole answer, other partitions' bytes and all. */
function keepWaiting(position: FetchPosition): void {
  for (const slice of position.waiting) {
    const { bytes } = slice
    if (bytes.byteLength < bytes.buffer.byteLength / 2) keepAside(slice)
  }
}
