import type { Type } from './type.ts'
import { Fault } from '../bytes/fault.ts'
import { show } from './show.ts'

/** 32 zeros: Kafka's "no topic id". */
export const zeroUuid: string = '0'.repeat(32)

const form = /^[0-9a-f]{32}$/

/** 16 bytes on the wire, 32 lower-case hexadecimal digits here: a string is what serves as a map's key. */
export const uuid: Type<string> = {
  zero: zeroUuid,
  form: { kind: 'uuid' },
  codec: () => ({
    minBytes: 16,
    read(reader) {
      const bytes = reader.take(16)
      const digits: number[] = []
      for (const byte of bytes) digits.push(hexDigit(byte >> 4), hexDigit(byte & 15))
      return String.fromCharCode(...digits)
    },
    write(writer, value) {
      if (typeof value !== 'string' || !form.test(value)) {
        throw new Fault(`must be 32 lower-case hexadecimal digits; got ${show(value)}`)
      }
      for (let i = 0; i < 32; i += 2) writer.int8(Number.parseInt(value.slice(i, i + 2), 16))
    },
  }),
}

function hexDigit(value: number): number {
  return value < 10 ? 0x30 + value : 0x57 + value
}
