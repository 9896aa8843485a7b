import type { ByteReader } from '../bytes/byte-reader.ts'
import type { ByteWriter } from '../bytes/byte-writer.ts'
import type { Format } from './type.ts'
import { Fault } from '../bytes/fault.ts'

/** How a length, or a count, stands before what it measures. -1 stands for null. */
export interface LengthPrefix {
  readonly minBytes: number
  read(reader: ByteReader): number
  write(writer: ByteWriter, length: number): void
}

/** In flexible versions every length is the varint `length + 1`, and 0 is null. */
const compact: LengthPrefix = {
  minBytes: 1,
  read: (reader) => reader.uvarint() - 1,
  write: (writer, length) => writer.uvarint(length + 1),
}

const classic16: LengthPrefix = {
  minBytes: 2,
  read: (reader) => reader.int16(),
  write: (writer, length) => writer.int16(length),
}

const classic32: LengthPrefix = {
  minBytes: 4,
  read: (reader) => reader.int32(),
  write: (writer, length) => writer.int32(length),
}

export function stringLength({ flexible }: Format): LengthPrefix {
  return flexible ? compact : classic16
}

/** Of bytes, and of arrays. */
export function wideLength({ flexible }: Format): LengthPrefix {
  return flexible ? compact : classic32
}

/** Reads a length, or -1 for null, and refuses what is neither. */
export function readLength(prefix: LengthPrefix, reader: ByteReader, nullable: boolean): number {
  const length = prefix.read(reader)
  if (length >= 0) return length
  if (length < -1) throw reader.fault(`${length} is not a length`)
  if (!nullable) throw reader.fault('null is not allowed here in this version')
  return -1
}

/** Writes null; refuses it where the version has none. */
export function writeNull(prefix: LengthPrefix, writer: ByteWriter, nullable: boolean): void {
  if (!nullable) throw new Fault('must not be null in this version')
  prefix.write(writer, -1)
}
