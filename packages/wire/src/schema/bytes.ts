import type { ByteReader } from '../bytes/byte-reader.ts'
import type { ByteWriter } from '../bytes/byte-writer.ts'
import type { Codec, Format, NullableType, Type } from './type.ts'
import { Fault } from '../bytes/fault.ts'
import { readLength, wideLength, writeNull } from './lengths.ts'
import { show } from './show.ts'

const noBytes = new Uint8Array(0)

/** `null`, or bytes. Decoded as a view of the frame, nothing copied: what is kept longer than the frame is to be copied. */
export const nullableBytes: Type<Uint8Array | null> = {
  zero: null,
  form: { kind: 'bytes', nullable: true },
  codec: (format) => bytesCodec(format, true),
}

/** Bytes, decoded as a view of the frame. */
export const bytes: NullableType<Uint8Array> = {
  zero: noBytes,
  form: { kind: 'bytes', nullable: false },
  codec: (format) => bytesCodec(format, false) as Codec<Uint8Array>,
  orNull: nullableBytes,
}

/** Record batches back to back, or `null`. A view of the frame; read them with `batchHeaders` and `recordsOf`. */
export const records: Type<Uint8Array | null> = nullableBytes

function bytesCodec(format: Format, nullable: boolean): Codec<Uint8Array | null> {
  const prefix = wideLength(format)
  function read(reader: ByteReader): Uint8Array | null {
    const length = readLength(prefix, reader, nullable)
    return length < 0 ? null : reader.take(length)
  }
  function write(writer: ByteWriter, value: Uint8Array | null): void {
    if (value === null) return writeNull(prefix, writer, nullable)
    if (!(value instanceof Uint8Array)) throw new Fault(`must be a Uint8Array; got ${show(value)}`)
    prefix.write(writer, value.length)
    writer.borrow(value)
  }
  return { minBytes: prefix.minBytes, read, write }
}
