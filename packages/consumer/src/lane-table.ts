import { KeyTable } from './key-table.ts'
import { Lane, type LaneHome } from './lane.ts'

/**
 * What is kept in order.
 *
 * * `key`: records of one key, in one partition. Records without a key are ordered with nothing.
 * * `partition`: all records of a partition.
 * * `unordered`: nothing.
 */
export type Ordering = 'key' | 'partition' | 'unordered'

/**
 * The lanes of one partition. They outlive an assignment: where a partition was lost and comes back while one of its
 * handlers still runs, the key's next record waits behind that handler, in the same lane.
 */
export class LaneTable implements LaneHome {
  readonly #ordering: Ordering
  readonly #keys: KeyTable
  readonly #single: Lane | null
  /** More records in one lane than that, and nothing more of the partition is sorted until half of them are done. */
  readonly limit: number

  constructor(ordering: Ordering, limitPerKey: number, seed: number) {
    this.#ordering = ordering
    // All of a partition's records wait for each other: to sort more than the next few of them would help nobody.
    this.limit = ordering === 'partition' ? 16 : limitPerKey
    this.#keys = new KeyTable(seed)
    this.#single = ordering === 'partition' ? new Lane() : null
  }

  /** The lane that a record with this key belongs in. */
  laneFor(key: Uint8Array | null): Lane {
    if (this.#single !== null) return this.#single
    return this.#ordering === 'key' && key !== null ? this.#keys.laneFor(key) : new Lane()
  }

  remove(lane: Lane): void {
    if (lane.key !== null) this.#keys.remove(lane)
  }

  /** Lanes with a key that have records. */
  keyed(): Iterable<Lane> {
    return this.#keys.lanes()
  }
}
