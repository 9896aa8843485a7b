import { Lane } from './lane.ts'

/**
 * Lanes by the bytes of their key: a hash table with a chain for each bucket. Building a string of every record's key for
 * a `Map` costs several times as much.
 */
export class KeyTable {
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
    const lane = new Lane(key, hash)
    lane.nextInBucket = first
    this.#buckets[bucket] = lane
    this.#size += 1
    if (this.#size > this.#buckets.length) this.#resize(this.#buckets.length * 2)
    return lane
  }

  /** Takes a lane out; one that is not in the table is left alone. */
  remove(lane: Lane): void {
    const bucket = lane.hash & (this.#buckets.length - 1)
    const first = this.#buckets[bucket]!
    if (first === lane) this.#buckets[bucket] = lane.nextInBucket
    else if (!cutOut(lane, first)) return
    lane.nextInBucket = null
    this.#size -= 1
    // What a burst of keys made large is given back once they are gone.
    if (this.#size === 0 && this.#buckets.length > 16_384) this.#buckets = emptyBuckets(64)
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

/** Takes a lane that is not the first out of its bucket's chain. `false`: it is not in it. */
function cutOut(lane: Lane, first: Lane | null): boolean {
  for (let at = first; at !== null; at = at.nextInBucket) {
    if (at.nextInBucket !== lane) continue
    at.nextInBucket = lane.nextInBucket
    return true
  }
  return false
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
