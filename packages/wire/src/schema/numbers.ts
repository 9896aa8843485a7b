import type { ByteReader } from '../bytes/byte-reader.ts'
import type { ByteWriter } from '../bytes/byte-writer.ts'
import type { Type } from './type.ts'
import { Fault } from '../bytes/fault.ts'
import { show } from './show.ts'

/** 8 bits, signed. */
export const int8: Type<number> = integer(1, -0x80, 0x7f, {
  read: (reader) => reader.int8(),
  write: (writer, value) => writer.int8(value),
})

/** 16 bits, signed, big-endian as all numbers are. */
export const int16: Type<number> = integer(2, -0x8000, 0x7fff, {
  read: (reader) => reader.int16(),
  write: (writer, value) => writer.int16(value),
})

/** 16 bits, unsigned. */
export const uint16: Type<number> = integer(2, 0, 0xffff, {
  read: (reader) => reader.uint16(),
  write: (writer, value) => writer.int16(value),
})

/** 32 bits, signed. */
export const int32: Type<number> = integer(4, -0x80000000, 0x7fffffff, {
  read: (reader) => reader.int32(),
  write: (writer, value) => writer.int32(value),
})

/** 64 bits on the wire, a `number` here: what is beyond ±(2^53 - 1) is refused in both directions. */
export const int64: Type<number> = integer(8, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, {
  read: (reader) => reader.int64(),
  write: (writer, value) => writer.int64(value),
})

/** A signed 32-bit integer in zigzag form, one to five bytes. */
export const varint: Type<number> = integer(1, -0x80000000, 0x7fffffff, {
  read: (reader) => reader.varint(),
  write: (writer, value) => writer.varint(value),
})

/** 64 bits, IEEE 754. */
export const float64: Type<number> = {
  zero: 0,
  form: { kind: 'float' },
  codec: () => ({
    minBytes: 8,
    read: (reader) => reader.float64(),
    write(writer, value) {
      if (typeof value !== 'number') throw new Fault(`must be a number; got ${show(value)}`)
      writer.float64(value)
    },
  }),
}

/** One byte; any value but 0 is true, as in Java. */
export const bool: Type<boolean> = {
  zero: false,
  form: { kind: 'bool' },
  codec: () => ({
    minBytes: 1,
    read: (reader) => reader.int8() !== 0,
    write(writer, value) {
      if (typeof value !== 'boolean') throw new Fault(`must be true or false; got ${show(value)}`)
      writer.int8(value ? 1 : 0)
    },
  }),
}

interface Primitive {
  readonly read: (reader: ByteReader) => number
  readonly write: (writer: ByteWriter, value: number) => void
}

/* @__NO_SIDE_EFFECTS__ */
function integer(minBytes: number, min: number, max: number, primitive: Primitive): Type<number> {
  const codec = {
    minBytes,
    read: primitive.read,
    write(writer: ByteWriter, value: number): void {
      if (!Number.isInteger(value) || value < min || value > max) {
        throw new Fault(`must be a whole number from ${min} to ${max}; got ${show(value)}`)
      }
      primitive.write(writer, value)
    },
  }
  return { zero: 0, form: { kind: 'integer', min, max }, codec: () => codec }
}
