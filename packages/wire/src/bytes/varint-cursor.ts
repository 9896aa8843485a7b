import { ByteReader } from './byte-reader.ts'

/**
 * A place in bytes from which varints are read, most of which take one or two bytes: a record is made of them. Its methods
 * are so short that V8 compiles them into their caller, which is half of what reading a record costs. Nothing keeps the
 * cursor from going beyond an end but that there is nothing to read: whoever moves it looks where it came to.
 */
export class VarintCursor {
  readonly bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes
    this.at = at
  }

  /** A signed integer, zigzag, within ±(2^53 - 1). Faults as {@link ByteReader} does. */
  varint(): number {
    const { bytes, at } = this
    const first = bytes[at]!
    if (first < 0x80) {
      this.at = at + 1
      return (first >>> 1) ^ -(first & 1)
    }
    const second = bytes[at + 1]!
    if (!(second < 0x80)) return this.#long()
    this.at = at + 2
    return (((first & 0x7f) >>> 1) | (second << 6)) ^ -(first & 1)
  }

  #long(): number {
    const reader = new ByteReader(this.bytes, this.at)
    const value = reader.varlong()
    this.at = reader.position
    return value
  }
}
