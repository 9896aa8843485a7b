import { Lane, type LaneHome } from './lane.ts'

/**
 * Lanes by the bytes of their key: a hash table with a chain for each bucket. Building a string of every record's key for
 * a `Map` costs several times as much.
 */
export class KeyTable implements LaneHome {
  #buckets: (Lane | null)[] = emptyBuckets(64)
  #size = 0
  readonly #seed: number

  /** @param seed starts every hash, so that nobody outside can choose keys that all fall into one bucket */
  constructor(seed: number) {
    this.#seed = seed
  }

  get size(): number {
    return this.#size
  }

  /** The lane of the key; a new one where there is none. */
  laneFor(key: Uint8Array): Lane {
    const hash = hashOf(key, this.#seed)
    const bucket = hash & (this.#buckets.length - 1)
    const first = this.#buckets[bucket]!
    for (let lane: Lane | null = first; lane !== null; lane = lane.nextInBucket) {
      if (lane.hash === hash && sameBytes(lane.key!, key)) return lane
    }
    const lane = new Lane(key, hash, this)
    lane.nextInBucket = first
    this.#buckets[bucket] = lane
    this.#size += 1
    if (this.#size > this.#buckets.length) this.#resize(this.#buckets.length * 2)
    return lane
  }

  /** Takes a lane out; one that is not in the table is left alone. */
  remove(lane: Lane): void {
    const bucket = lane.hash & (this.#buckets.length - 1)
    let previous: Lane | null = null
    for (let at: Lane | null = this.#buckets[bucket]!; at !== null; previous = at, at = at.nextInBucket) {
      if (at !== lane) continue
      if (previous === null) this.#buckets[bucket] = lane.nextInBucket
      else previous.nextInBucket = lane.nextInBucket
      lane.nextInBucket = null
      this.#size -= 1
      // What a burst of keys made large is given back once they are gone.
      if (this.#size === 0 && this.#buckets.length > 16_384) this.#buckets = emptyBuckets(64)
      return
    }
  }

  *lanes(): Generator<Lane> {
    for (const first of this.#buckets) {
      for (let lane: Lane | null = first; lane !== null; lane = lane.nextInBucket) yield lane
    }
  }

  #resize(length: number): void {
    const lanes = [...this.lanes()]
    this.#buckets = emptyBuckets(length)
    for (const lane of lanes) {
      const bucket = lane.hash & (length - 1)
      lane.nextInBucket = this.#buckets[bucket]!
      this.#buckets[bucket] = lane
    }
  }
}

function emptyBuckets(length: number): (Lane | null)[] {
  return Array.from({ length }, () => null)
}

/** FNV-1a over the bytes, then mixed (murmur3's finalizer) so that its low bits depend on all of them. */
function hashOf(bytes: Uint8Array, seed: number): number {
  let hash = seed
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
