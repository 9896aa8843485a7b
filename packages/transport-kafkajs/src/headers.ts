import { noHeaders, type Header, type Headers } from '@partita/protocol'
import type { IncomingMessage } from './broker-api.ts'

const empty = Buffer.alloc(0)

/**
 * Headers in the only shape in which kafkajs writes them as they are. It takes an object and lists it with
 * `Object.keys`, which moves integer-like names first and groups repeated ones; and it measures a `null` value with
 * `Buffer.byteLength`, which throws. But it maps an *array* value with the array's own `map`: one array whose `map`
 * gives all pairs is written in their order.
 */
export function writableHeaders(headers: Headers): object {
  const list = Object.assign([], { map: () => headers.map(writableHeader) })
  return { headers: list }
}

function writableHeader([key, value]: Header): object {
  if (value !== null) return { key, value: asBuffer(value) }
  // kafkajs reads a value three times: it measures it, compares it with null, writes it. Only the measuring fails on
  // null, so the first reading gives an empty one; its length is then not used.
  let readings = 0
  return {
    key,
    get value(): Buffer | null {
      return ++readings === 1 ? empty : null
    },
  }
}

/** Bytes of the headers in a record of format 2, without their count. */
export function headersLength(headers: Headers): number {
  let length = 0
  for (const [name, value] of headers) {
    const nameLength = Buffer.byteLength(name)
    length += varintLength(nameLength) + nameLength
    length += value === null ? 1 : varintLength(value.length) + value.length
  }
  return length
}

/** Bytes of a signed (zigzag) varint for a number that is not negative. */
export function varintLength(value: number): number {
  if (value < 64) return 1
  if (value < 8_192) return 2
  if (value < 1_048_576) return 3
  if (value < 134_217_728) return 4
  return 5
}

/**
 * Headers as kafkajs read them: an object, so that repeated names are grouped at the first one's place and integer-like
 * names come first. Nothing else is lost.
 */
export function readableHeaders(headers: IncomingMessage['headers']): Headers {
  if (headers === undefined) return noHeaders
  const names = Object.keys(headers)
  if (names.length === 0) return noHeaders
  const pairs: Header[] = []
  for (const name of names) {
    const value = headers[name]
    if (isList(value)) for (const each of value) pairs.push([name, each])
    else pairs.push([name, value ?? null])
  }
  return pairs
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value)
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
