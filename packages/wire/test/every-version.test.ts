import type { AnyType, Api } from '@partita/wire'
import {
  apiByKey,
  apis,
  createBatchWriter,
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeRequestPieces,
  encodeResponse,
  produceApi,
} from '@partita/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bodies, everyVersion } from './made-up-bodies.ts'

const numRuns = 8

function encode(api: Api, part: 'request' | 'response', version: number, body: unknown): Uint8Array {
  return part === 'request'
    ? encodeRequest(api, version, { correlationId: 41, clientId: 'a client' }, body as never)
    : encodeResponse(api, version, 41, body as never)
}

function decode(api: Api, part: 'request' | 'response', version: number, frame: Uint8Array): unknown {
  const payload = frame.subarray(4)
  return part === 'request' ? decodeRequest(payload) : decodeResponse(api, version, payload)
}

describe('what is encoded is decoded to the same', () => {
  test.each(everyVersion(apis))('$name', ({ api, part, version }) => {
    fc.assert(
      fc.property(bodies(api, part, version), (body) => {
        const frame = encode(api, part, version, body)
        expect(new DataView(frame.buffer, frame.byteOffset).getInt32(0)).toBe(frame.length - 4)
        const decoded = decode(api, part, version, frame) as { correlationId: number; body: unknown }
        expect(decoded.correlationId).toBe(41)
        expect(decoded.body).toEqual(body)
      }),
      { numRuns, seed: 1 },
    )
  })
})

describe('what may be omitted is decoded to its default', () => {
  test.each(everyVersion(apis))('$name', ({ api, part, version }) => {
    fc.assert(
      fc.property(bodies(api, part, version), (body) => {
        const frame = encode(api, part, version, withoutDefaults(api[part], body))
        expect((decode(api, part, version, frame) as { body: unknown }).body).toEqual(body)
      }),
      { numRuns: 3, seed: 2 },
    )
  })
})

test('each API is found by its key, and only once', () => {
  for (const api of apis) expect(apiByKey(api.key)).toBe(api)
  expect(new Set(apis.map(({ key }) => key)).size).toBe(apis.length)
  expect(new Set(apis.map(({ name }) => name)).size).toBe(apis.length)
  expect(apiByKey(9999)).toBeUndefined()
})

test('a body that is missing a field, or has a field of the wrong kind, is refused with the path to it', () => {
  const produce = apiByKey(0)!
  const origin = { correlationId: 1, clientId: null }
  const topic = {
    name: 'orders',
    partitionData: [
      { index: 0, records: null },
      { index: 'one', records: null },
    ],
  }
  expect(() => encodeRequest(produce, 9, origin, { acks: 1, timeoutMs: 1, topicData: [topic] } as never)).toThrow(
    'Produce v9 request cannot be written: topicData[0].partitionData[1].index must be a whole number from -2147483648 to ' +
      '2147483647; got a string of 3. (api Produce)',
  )
  expect(() => encodeRequest(produce, 9, origin, { acks: 1, topicData: [] } as never)).toThrow(
    /timeoutMs must be.*undefined/,
  )
})

test('a request in pieces is the same request, and its batches are not copied', () => {
  const origin = { correlationId: 41, clientId: 'a client' }
  const [large, small] = [20_000, 2_000].map((length) => {
    const writer = createBatchWriter()
    writer.append(5, null, 'x'.repeat(length), [])
    return writer.finish()
  })
  const partitionData = [large!, small!, large!].map((records, index) => ({ index, records }))
  const body = { acks: -1, timeoutMs: 1, topicData: [{ name: 'orders', partitionData }] }
  for (const version of [3, 9]) {
    const pieces = encodeRequestPieces(produceApi, version, origin, body)
    expect(pieces.filter((piece) => piece === large).length).toBe(2)
    expect(Buffer.concat(pieces)).toEqual(Buffer.from(encodeRequest(produceApi, version, origin, body)))
  }
})

/** The same body without the fields that have their default and may be left out. */
function withoutDefaults(type: AnyType, value: unknown): unknown {
  const { form } = type
  if (value === null) return null
  if (form.kind === 'array') return (value as unknown[]).map((element) => withoutDefaults(form.element, element))
  if (form.kind === 'choice') return withoutDefaults(form.typeIn(Infinity), value)
  if (form.kind !== 'struct') return value
  const kept = Object.entries(value as Record<string, unknown>).flatMap(([name, inner]) => {
    const field = form.fields[name]!
    if ('type' in field && isSame(inner, field.default)) return []
    return [[name, withoutDefaults('type' in field ? field.type : field, inner)]]
  })
  return Object.fromEntries(kept) as unknown
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
