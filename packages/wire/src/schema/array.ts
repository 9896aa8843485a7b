import type { ByteReader } from '../bytes/byte-reader.ts'
import type { ByteWriter } from '../bytes/byte-writer.ts'
import type { Codec, Format, NullableType, Type } from './type.ts'
import { Fault, located } from '../bytes/fault.ts'
import { readLength, wideLength, writeNull } from './lengths.ts'
import { show } from './show.ts'

const nothing: readonly never[] = Object.freeze([])

/** Any number of elements of one type. */
/* @__NO_SIDE_EFFECTS__ */
export function array<Out, In>(element: Type<Out, In>): NullableType<readonly Out[], readonly In[]> {
  return {
    zero: nothing,
    form: { kind: 'array', element, nullable: false },
    codec: (format) => arrayCodec(element, format, false) as Codec<readonly Out[], readonly In[]>,
    orNull: nullableArray(element),
  }
}

/** The same, or `null`, which is not the same as none. */
/* @__NO_SIDE_EFFECTS__ */
export function nullableArray<Out, In>(element: Type<Out, In>): Type<readonly Out[] | null, readonly In[] | null> {
  return {
    zero: null,
    form: { kind: 'array', element, nullable: true },
    codec: (format) => arrayCodec(element, format, true),
  }
}

function arrayCodec<Out, In>(
  element: Type<Out, In>,
  format: Format,
  nullable: boolean,
): Codec<readonly Out[] | null, readonly In[] | null> {
  const prefix = wideLength(format)
  const codec = element.codec(format)
  // An element without bytes would make a count of four bytes stand for billions: count each as a byte at least.
  const leastBytes = Math.max(1, codec.minBytes)

  function read(reader: ByteReader): readonly Out[] | null {
    const count = readLength(prefix, reader, nullable)
    if (count < 0) return null
    if (count * leastBytes > reader.remaining) {
      throw reader.fault(`${count} elements cannot be in the ${reader.remaining} bytes that are there`)
    }
    const out: Out[] = []
    try {
      while (out.length < count) out.push(codec.read(reader))
    } catch (error) {
      throw located(error, `[${out.length}]`)
    }
    return out
  }

  function write(writer: ByteWriter, values: readonly In[] | null): void {
    if (values === null) return writeNull(prefix, writer, nullable)
    if (!Array.isArray(values)) throw new Fault(`must be an array; got ${show(values)}`)
    prefix.write(writer, values.length)
    let index = 0
    try {
      for (; index < values.length; index++) codec.write(writer, values[index] as In)
    } catch (error) {
      throw located(error, `[${index}]`)
    }
  }

  return { minBytes: prefix.minBytes, read, write }
}
