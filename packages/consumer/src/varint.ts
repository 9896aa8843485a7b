/**
 * Unsigned numbers, seven bits a byte, the lowest first; the high bit says that more follow. Up to 2^53, hence by
 * arithmetic: JavaScript's bit operators end at 32 bits.
 */
export function varintLength(value: number): number {
  let length = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length += 1
  return length
}

/** Writes at `at` and gives the place behind. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value
  let next = at
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[next++] = (rest % 128) | 128
  bytes[next++] = rest
  return next
}

/** Reads bytes from front to back. What is missing reads as 0: a checksum has told before that nothing is. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #at: number

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.#at = at
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  varint(): number {
    let value = 0
    // Eight bytes are 56 bits: no number that is written is longer.
    for (let shift = 0; shift < 8 && !this.atEnd; shift++) {
      const byte = this.#bytes[this.#at++]!
      value += (byte % 128) * 128 ** shift
      if (byte < 128) break
    }
    return value
  }

  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at)
  }
}
