import type { Bytes, Headers } from '@partita/protocol'
import { uvarintLength } from '../bytes/byte-writer.ts'
import { utf8Length } from '../bytes/utf8.ts'

/** Bytes of a key or value as it is written; 0 for null. */
export function contentLength(content: Bytes | null): number {
  if (content === null) return 0
  return typeof content === 'string' ? utf8Length(content) : content.length
}

/** Bytes that a signed 32-bit integer takes in zigzag form. */
export function varintLength(value: number): number {
  return uvarintLength(((value << 1) ^ (value >> 31)) >>> 0)
}

/** Bytes that a safe integer takes in zigzag form. */
export function varlongLength(value: number): number {
  if (value === (value | 0)) return varintLength(value)
  // The zigzag form is 2·half or 2·half + 1; dividing by two keeps it exact.
  let half = value < 0 ? -(value + 1) : value
  let length = 1
  for (half = Math.floor(half / 64); half > 0; half = Math.floor(half / 128)) length++
  return length
}

/** Bytes of all headers, without their count. */
export function headersLength(headers: Headers): number {
  let length = 0
  for (const [name, value] of headers) {
    const nameLength = utf8Length(name)
    length += varintLength(nameLength) + nameLength
    length += value === null ? 1 : varintLength(value.length) + value.length
  }
  return length
}
