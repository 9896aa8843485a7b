/** Shorter frames are not worth it. */
const minBytes = 65_536
/** New memory is a multiple of that, so that frames of about one size fit into it. */
const stepBytes = 1_048_576
/** Kept for the next frames: one comes in while the one before it is read. */
const maxKept = 2

/**
 * Memory that long answers come in, used again. New memory for each would be filled with zeros and then given back to the
 * system, and would be so much outside V8's heap that it marks the whole heap again and again (measured: 28 times for five
 * million records, twice with this; together a sixth of the CPU of a whole consumer).
 *
 * Whoever reads an answer holds on to its bytes and lets go of them; when the last one has, the next answer may come in the
 * same memory. What nobody lets go of is left to the garbage collector.
 */
export class FrameMemory {
  readonly #kept: ArrayBuffer[] = []
  /** How many hold on to what was given out. */
  readonly #readers: WeakMap<ArrayBufferLike, number> = new WeakMap()

  take(bytes: number): Uint8Array {
    if (bytes < minBytes) return new Uint8Array(bytes)
    let buffer = this.#kept.pop()
    // Where frames have grown the short ones go, one by one.
    if (buffer === undefined || buffer.byteLength < bytes) {
      buffer = new ArrayBuffer(Math.ceil(bytes / stepBytes) * stepBytes)
    }
    this.#readers.set(buffer, 0)
    return new Uint8Array(buffer, 0, bytes)
  }

  /** The memory of these bytes must stay as it is. Every call wants one of {@link letGo}. */
  hold({ buffer }: Uint8Array): void {
    const readers = this.#readers.get(buffer)
    if (readers !== undefined) this.#readers.set(buffer, readers + 1)
  }

  letGo({ buffer }: Uint8Array): void {
    const readers = this.#readers.get(buffer)
    if (readers === undefined) return
    this.#readers.set(buffer, readers - 1)
    if (readers > 1) return
    this.#readers.delete(buffer)
    if (this.#kept.length < maxKept) this.#kept.push(buffer as ArrayBuffer)
  }

  /** Keeps nothing for later. */
  clear(): void {
    this.#kept.length = 0
  }
}
