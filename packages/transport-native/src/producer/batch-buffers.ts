/** Kept for the next batches, half of the default `bufferMemory`; what is beyond is left to the garbage collector. */
const maxKeptBytes = 16_777_216

/**
 * The buffers that batches are encoded into, used again. A new one for every batch would be filled with zeros, then with
 * records, then collected: memory outside V8's heap that makes it mark the whole heap (measured: 10 times for a million
 * records, once with this).
 *
 * A buffer comes back only when a broker said that its batch is stored, at its first attempt: nothing that is still under way, in a connection
 * or on its way to a second attempt, has its bytes then (what KAFKA-19012 was about).
 */
export class BatchBuffers {
  readonly #kept: Uint8Array[] = []
  #keptBytes = 0

  /** A buffer of at least `least` bytes, in which anything may stand. */
  take(least: number): Uint8Array {
    const buffer = this.#kept.pop()
    if (buffer === undefined) return new Uint8Array(least)
    this.#keptBytes -= buffer.length
    // Batches have grown: the small ones go, one by one.
    return buffer.length < least ? new Uint8Array(least) : buffer
  }

  giveBack(buffer: Uint8Array | undefined): void {
    if (buffer === undefined || this.#keptBytes + buffer.length > maxKeptBytes) return
    this.#keptBytes += buffer.length
    this.#kept.push(buffer)
  }
}
