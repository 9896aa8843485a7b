import type { Bytes, Headers } from '@partita/protocol'
import { utf8Length } from '../bytes/utf8.ts'
import { varintLength } from '../bytes/varint-length.ts'

/** Bytes of a key or value as it is written; 0 for null. */
export function contentLength(content: Bytes | null): number {
  if (content === null) return 0
  return typeof content === 'string' ? utf8Length(content) : content.length
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
