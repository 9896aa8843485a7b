import type { ByteReader } from '../bytes/byte-reader.ts'
import type { ByteWriter } from '../bytes/byte-writer.ts'
import type { Codec, Format, NullableType, Type } from './type.ts'
import { Fault } from '../bytes/fault.ts'
import { utf8Length } from '../bytes/utf8.ts'
import { readLength, stringLength, writeNull } from './lengths.ts'
import { show } from './show.ts'

/** Kafka allows no longer string, whatever its prefix could express. */
const maxStringBytes = 0x7fff

/** {@link string}, or `null`. */
export const nullableString: Type<string | null> = {
  zero: null,
  form: { kind: 'string', nullable: true },
  codec: (format) => stringCodec(format, true),
}

/** UTF-8, at most 32,767 bytes. */
export const string: NullableType<string> = {
  zero: '',
  form: { kind: 'string', nullable: false },
  codec: (format) => stringCodec(format, false) as Codec<string>,
  orNull: nullableString,
}

function stringCodec(format: Format, nullable: boolean): Codec<string | null> {
  const prefix = stringLength(format)
  function read(reader: ByteReader): string | null {
    const length = readLength(prefix, reader, nullable)
    if (length < 0) return null
    if (length > maxStringBytes) throw reader.fault(`a string of ${length} bytes is longer than ${maxStringBytes}`)
    return reader.text(length)
  }
  function write(writer: ByteWriter, value: string | null): void {
    if (value === null) return writeNull(prefix, writer, nullable)
    if (typeof value !== 'string') throw new Fault(`must be a string; got ${show(value)}`)
    const length = utf8Length(value)
    if (length > maxStringBytes) throw new Fault(`must be at most ${maxStringBytes} bytes of UTF-8; it is ${length}`)
    prefix.write(writer, length)
    writer.text(value, length)
  }
  return { minBytes: prefix.minBytes, read, write }
}
