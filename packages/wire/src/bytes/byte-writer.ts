import { putBytes, putInt16, putInt32, putInt64, putUvarint, putVarlong } from './put.ts'
import { writeUtf8 } from './utf8.ts'
import { uvarintLength, varlongLength } from './varint-length.ts'

/** From this on, bytes are noted and copied once at the end, instead of into a buffer that grows around them. */
const borrowedFrom = 1024

/** From this on they are a piece by themselves: for less, handing over another piece costs more than copying it. */
const apartFrom = 16 * 1024

/** Bytes of somebody else's that come to stand at a place of the buffer. */
interface Borrowed {
  readonly at: number
  readonly bytes: Uint8Array
}

/** Writes big-endian values into a buffer that grows. It checks no ranges: the schema's types do. */
export class ByteWriter {
  bytes: Uint8Array
  /** Where the next value goes in the buffer; borrowed bytes do not count. */
  position = 0
  readonly #borrowed: Borrowed[] = []
  #borrowedBytes = 0
  #sizing = 0

  /** @param initial the buffer to begin with, or how large it is to be */
  constructor(initial: Uint8Array | number = 256) {
    this.bytes = typeof initial === 'number' ? new Uint8Array(initial) : initial
  }

  /** Bytes that were written, borrowed ones included. */
  get length(): number {
    return this.position + this.#borrowedBytes
  }

  /** What was written. It may be a view: the writer is not to be used afterwards. */
  written(): Uint8Array {
    return this.#joined(0, this.position, this.#borrowed)
  }

  /** The same in pieces: long borrowed bytes are pieces by themselves, not copied; all between them is one piece. */
  pieces(): Uint8Array[] {
    const pieces: Uint8Array[] = []
    let between: Borrowed[] = []
    let start = 0
    for (const borrowed of this.#borrowed) {
      if (borrowed.bytes.length < apartFrom) {
        between.push(borrowed)
        continue
      }
      pieces.push(this.#joined(start, borrowed.at, between), borrowed.bytes)
      start = borrowed.at
      between = []
    }
    pieces.push(this.#joined(start, this.position, between))
    return pieces.filter(({ length }) => length > 0)
  }

  /** Bytes that stay as they are until `written` or `pieces` is called: large ones are copied there, once, or not at all. */
  borrow(bytes: Uint8Array): void {
    // Inside something whose length is still open the buffer may be moved, and their place with it.
    if (bytes.length < borrowedFrom || this.#sizing > 0) return this.raw(bytes)
    this.#borrowed.push({ at: this.position, bytes })
    this.#borrowedBytes += bytes.length
  }

  /** Makes room for `length` more bytes and returns where they go. */
  reserve(length: number): number {
    const start = this.position
    const end = start + length
    if (end > this.bytes.length) this.#grow(end)
    this.position = end
    return start
  }

  int8(value: number): void {
    const at = this.reserve(1)
    this.bytes[at] = value
  }

  int16(value: number): void {
    const at = this.reserve(2)
    putInt16(this.bytes, at, value)
  }

  int32(value: number): void {
    const at = this.reserve(4)
    putInt32(this.bytes, at, value)
  }

  int64(value: number): void {
    const at = this.reserve(8)
    putInt64(this.bytes, at, value)
  }

  float64(value: number): void {
    const at = this.reserve(8)
    new DataView(this.bytes.buffer, this.bytes.byteOffset + at, 8).setFloat64(0, value)
  }

  uvarint(value: number): void {
    const at = this.reserve(uvarintLength(value >>> 0))
    putUvarint(this.bytes, at, value)
  }

  varint(value: number): void {
    this.uvarint((value << 1) ^ (value >> 31))
  }

  /** A safe integer in the zigzag form of 64 bits. */
  varlong(value: number): void {
    const at = this.reserve(varlongLength(value))
    putVarlong(this.bytes, at, value)
  }

  raw(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length)
    putBytes(this.bytes, at, bytes)
  }

  /** A string of which `length` bytes of UTF-8 are known to come: see `utf8Length`. */
  text(text: string, length: number): void {
    const at = this.reserve(length)
    writeUtf8(this.bytes, at, text, length)
  }

  /** What `write` writes, with its length before it as an unsigned varint. */
  sized(write: () => void): void {
    const lengthAt = this.reserve(1)
    this.#sizing++
    write()
    this.#sizing--
    const length = this.position - lengthAt - 1
    const extra = uvarintLength(length) - 1
    if (extra > 0) {
      this.reserve(extra)
      this.bytes.copyWithin(lengthAt + 1 + extra, lengthAt + 1, lengthAt + 1 + length)
    }
    const end = this.position
    this.position = lengthAt
    this.uvarint(length)
    this.position = end
  }

  /** Own bytes from one position to another, and what was borrowed between them. */
  #joined(start: number, end: number, borrowed: readonly Borrowed[]): Uint8Array {
    if (borrowed.length === 0) return this.bytes.subarray(start, end)
    const length = borrowed.reduce((sum, { bytes }) => sum + bytes.length, end - start)
    const joined = new Uint8Array(length)
    let from = start
    let to = 0
    for (const { at, bytes } of borrowed) {
      joined.set(this.bytes.subarray(from, at), to)
      to += at - from
      joined.set(bytes, to)
      to += bytes.length
      from = at
    }
    joined.set(this.bytes.subarray(from, end), to)
    return joined
  }

  #grow(least: number): void {
    const grown = new Uint8Array(Math.max(least, this.bytes.length * 2))
    grown.set(this.bytes.subarray(0, this.position))
    this.bytes = grown
  }
}
