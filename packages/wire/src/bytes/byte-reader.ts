import { Fault } from './fault.ts'
import { plain } from './plain.ts'
import { readUtf8 } from './utf8.ts'

/**
 * Reads big-endian values from a piece of bytes and never beyond its end. Whatever it cannot read is a {@link Fault}.
 */
export class ByteReader {
  readonly bytes: Uint8Array
  position: number
  #end: number

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.bytes = plain(bytes)
    this.position = start
    this.#end = end
  }

  get remaining(): number {
    return this.#end - this.position
  }

  /** The bytes from here, `length` of them, with nothing copied. */
  take(length: number): Uint8Array {
    const start = this.#advance(length)
    return this.bytes.subarray(start, start + length)
  }

  skip(length: number): void {
    this.#advance(length)
  }

  text(length: number): string {
    const start = this.#advance(length)
    return readUtf8(this.bytes, start, start + length)
  }

  int8(): number {
    return (this.bytes[this.#advance(1)]! << 24) >> 24
  }

  int16(): number {
    const at = this.#advance(2)
    return ((this.bytes[at]! << 24) | (this.bytes[at + 1]! << 16)) >> 16
  }

  uint16(): number {
    return this.int16() & 0xffff
  }

  int32(): number {
    const at = this.#advance(4)
    const { bytes } = this
    return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
  }

  /** A 64-bit integer as a number. One beyond ±(2^53 - 1) would lose its last digits and is refused. */
  int64(): number {
    const high = this.int32()
    const low = this.int32()
    // As it was read it stays a small integer of V8's, in whatever keeps it; a sum would be a number on the heap.
    if (high === 0 && low >= 0) return low
    const value = high * 0x100000000 + (low >>> 0)
    if (Number.isSafeInteger(value)) return value
    this.position -= 8
    throw this.fault('a 64-bit integer is beyond ±(2^53 - 1), the range in which numbers are exact')
  }

  float64(): number {
    const at = this.#advance(8)
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + at, 8).getFloat64(0)
  }

  /** An unsigned integer of up to 32 bits, seven bits a byte, the lowest first. */
  uvarint(): number {
    const first = this.bytes[this.#advance(1)]!
    if (first < 0x80) return first
    let value = first & 0x7f
    for (let shift = 7; shift < 35; shift += 7) {
      const byte = this.bytes[this.#advance(1)]!
      if (shift === 28 && byte > 0x0f) break
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    throw this.fault('a varint is longer than 32 bits')
  }

  /** A signed integer of 32 bits, zigzag. */
  varint(): number {
    const zigzag = this.uvarint()
    return (zigzag >>> 1) ^ -(zigzag & 1)
  }

  /** A signed integer of 64 bits, zigzag, as a number: within ±(2^53 - 1). */
  varlong(): number {
    const first = this.bytes[this.#advance(1)]!
    // Halved from the start: the zigzag form of a number that is just exact would itself no longer be exact.
    let half = (first & 0x7f) >>> 1
    let byte = first
    for (let scale = 64; byte >= 0x80; scale *= 128) {
      byte = this.bytes[this.#advance(1)]!
      half += (byte & 0x7f) * scale
      if (half > Number.MAX_SAFE_INTEGER || scale > 2 ** 63) throw this.fault('a varint is beyond ±(2^53 - 1)')
    }
    return first & 1 ? -half - 1 : half
  }

  /** Runs `read` on the next `length` bytes, all of which it must use. */
  within<T>(length: number, read: (reader: this) => T): T {
    if (length > this.remaining) throw this.#cut(length)
    const outerEnd = this.#end
    this.#end = this.position + length
    const value = read(this)
    this.expectEnd()
    this.#end = outerEnd
    return value
  }

  /** Refuses bytes that nothing has read. */
  expectEnd(): void {
    if (this.remaining > 0) throw this.fault(`${this.remaining} bytes are left over`)
  }

  fault(message: string): Fault {
    return new Fault(message, this.position)
  }

  #advance(length: number): number {
    const start = this.position
    if (length > this.#end - start || length < 0) throw this.#cut(length)
    this.position = start + length
    return start
  }

  #cut(length: number): Fault {
    return this.fault(`${length} bytes should follow but ${this.remaining} are there`)
  }
}
