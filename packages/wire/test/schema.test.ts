import type { RequestInput, RequestOf } from '@partita/wire'
import {
  alterConfigsApi,
  array,
  between,
  bool,
  decodeRequest,
  defineApi,
  encodeRequest,
  encodeResponse,
  float64,
  incrementalAlterConfigsApi,
  int32,
  int8,
  decodeResponse,
  nullableSince,
  optional,
  since,
  string,
  struct,
  tagged,
  uint16,
  until,
  uuid,
  varint,
  zeroUuid,
} from '@partita/wire'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { ByteReader } from '../src/bytes/byte-reader.ts'
import { ByteWriter } from '../src/bytes/byte-writer.ts'
import { failureOf } from './failure-of.ts'

const sampleApi = defineApi({
  key: 900,
  name: 'Sample',
  versions: [0, 4],
  flexibleFrom: 3,
  request: () =>
    struct({
      always: int8,
      early: until(1, string, 'early'),
      middle: between(1, 2, int8, -1),
      late: since(2, nullableSince(4, string), 'late'),
      spare: optional(bool, true),
      note: tagged(5, 4, string),
      size: tagged(2, 3, int32, 9),
      inner: tagged(7, 3, struct({ a: int8, b: optional(int8, 4) })),
    }),
  response: () => struct({ ratio: float64, port: uint16, delta: varint, id: uuid }),
})

type Request = RequestOf<typeof sampleApi>

function roundTrip(version: number, body: RequestInput<typeof sampleApi>): { bytes: number[]; body: Request } {
  const codec = sampleApi.request.codec({ version, flexible: version >= 3 })
  const writer = new ByteWriter(1)
  codec.write(writer, body)
  const bytes = writer.written()
  return { bytes: [...bytes], body: codec.read(new ByteReader(bytes)) }
}

const absent = { note: '', size: 9, inner: { a: 0, b: 4 } }

describe('one schema serves every version', () => {
  const full = { always: 7, early: 'e', middle: 3, late: 'l', spare: false }
  test.each([
    [0, [7, 0, 1, 0x65, 0], { ...full, middle: -1, late: 'late' }],
    [1, [7, 0, 1, 0x65, 3, 0], { ...full, late: 'late' }],
    [2, [7, 3, 0, 1, 0x6c, 0], { ...full, early: 'early' }],
    [3, [7, 2, 0x6c, 0, 0], { ...full, early: 'early', middle: -1 }],
    [4, [7, 2, 0x6c, 0, 0], { ...full, early: 'early', middle: -1 }],
  ])('version %i', (version, bytes, decoded) => {
    expect(roundTrip(version, full)).toEqual({ bytes, body: { ...decoded, ...absent } })
  })

  test('what may be left out takes its default', () => {
    expect(roundTrip(1, { always: 1 })).toEqual({
      bytes: [1, 0, 5, ...Buffer.from('early'), 0xff, 1],
      body: { always: 1, early: 'early', middle: -1, late: 'late', spare: true, ...absent },
    })
  })

  test('a type may become nullable', () => {
    expect(roundTrip(4, { always: 1, late: null }).body.late).toBeNull()
    expect(() => roundTrip(3, { always: 1, late: null })).toThrow('must not be null in this version')
  })

  test('the types follow from the schema', () => {
    expectTypeOf<Request['late']>().toEqualTypeOf<string | null>()
    expectTypeOf<Request['inner']>().toEqualTypeOf<{ readonly a: number; readonly b: number }>()
    expectTypeOf<RequestInput<typeof sampleApi>['always']>().toEqualTypeOf<number>()
    expectTypeOf<{ readonly always: number }>().toExtend<RequestInput<typeof sampleApi>>()
    expectTypeOf<{ readonly spare: boolean }>().not.toExtend<RequestInput<typeof sampleApi>>()
  })
})

describe('tagged fields', () => {
  test('are written by ascending tag, and only where they differ from their default', () => {
    const { bytes, body } = roundTrip(4, { always: 1, note: 'n', size: 3, inner: { a: 2 } })
    expect(bytes.slice(7)).toEqual([3, 2, 4, 0, 0, 0, 3, 5, 2, 2, 0x6e, 7, 3, 2, 4, 0])
    expect(body).toMatchObject({ note: 'n', size: 3, inner: { a: 2, b: 4 } })
    expect(roundTrip(4, { always: 1, size: 9, note: '', inner: { a: 0 } }).bytes.at(-1)).toBe(0)
  })

  test('may be long: their length then takes more than one byte', () => {
    for (const length of [124, 125, 126, 127, 128, 16_380, 16_384, 30_000]) {
      expect(roundTrip(4, { always: 1, note: 'x'.repeat(length), size: 3 }).body).toMatchObject({
        note: 'x'.repeat(length),
        size: 3,
      })
    }
  })

  test('that the version does not know are skipped; one whose length lies is refused', () => {
    const codec = sampleApi.request.codec({ version: 3, flexible: true })
    const read = (...tags: number[]) => codec.read(new ByteReader(Uint8Array.from([1, 1, 1, ...tags])))
    expect(read(2, 5, 2, 2, 0x6e, 9, 0)).toMatchObject({ always: 1, note: '' })
    expect(() => read(1, 2, 3, 0, 0, 0)).toThrow('4 bytes should follow but 3 are there')
    expect(() => read(1, 2, 5, 0, 0, 0, 1, 9)).toThrow('1 bytes are left over')
    expect(() => read(1, 9, 200, 1, 0)).toThrow('bytes should follow')
    expect(() => read(0xff, 0xff, 0xff, 0xff, 0x0f)).toThrow('4294967295 tagged fields cannot be')
  })
})

describe('numbers', () => {
  test('varints and 64 bits keep every value, and nothing beyond', () => {
    const edges = [0, 1, -1, 63, 64, -64, -65, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53 - 1, -(2 ** 53 - 1)]
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), fc.constantFrom(...edges)), (value) => {
        const writer = new ByteWriter(1)
        writer.varlong(value)
        writer.int64(value)
        writer.varint(value | 0)
        writer.uvarint(value >>> 0)
        const reader = new ByteReader(writer.written())
        expect(reader.varlong()).toBe(value)
        expect(reader.int64()).toBe(value)
        expect(reader.varint()).toBe(value | 0)
        expect(reader.uvarint()).toBe(value >>> 0)
        reader.expectEnd()
      }),
      { numRuns: 300, seed: 12 },
    )
  })

  test('64 bits are those of BigInt', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const writer = new ByteWriter(8)
        writer.int64(value)
        expect(new DataView(writer.bytes.buffer).getBigInt64(0)).toBe(BigInt(value))
      }),
      { numRuns: 200, seed: 13 },
    )
  })

  test('a varint that never ends, or is too large, is refused', () => {
    const reader = (...bytes: number[]) => new ByteReader(Uint8Array.from(bytes))
    expect(() => reader(0x80, 0x80, 0x80, 0x80, 0x80, 0x01).uvarint()).toThrow('longer than 32 bits')
    expect(() => reader(0xff, 0xff, 0xff, 0xff, 0x1f).uvarint()).toThrow('longer than 32 bits')
    expect(() => reader(...Array.from({ length: 11 }, () => 0xff)).varlong()).toThrow('beyond')
    expect(() => reader(...Array.from({ length: 11 }, () => 0x80)).varlong()).toThrow('beyond')
    expect(() => reader(0x80).uvarint()).toThrow('1 bytes should follow but 0 are there')
  })

  test('each kind refuses what it cannot hold', () => {
    const body = { ratio: 0.5, port: 65_535, delta: -5, id: zeroUuid }
    const frame = encodeResponse(sampleApi, 0, 1, body)
    expect(decodeResponse(sampleApi, 0, frame.subarray(4)).body).toEqual(body)
    const refused = (change: object) => failureOf(() => encodeResponse(sampleApi, 0, 1, { ...body, ...change })).message
    expect(refused({ port: 65_536 })).toContain('port must be a whole number from 0 to 65535; got 65536')
    expect(refused({ delta: 0.5 })).toContain('delta must be a whole number')
    expect(refused({ id: 'no id' })).toContain('id must be 32 lower-case hexadecimal digits; got a string of 5')
    expect(refused({ ratio: '1' })).toContain('ratio must be a number')
    expect(refused({ ratio: undefined })).toContain('ratio must be a number; got undefined')
  })
})

test('APIs that share a schema do not share when it becomes flexible', () => {
  const body = { responses: [{ errorCode: 0, errorMessage: 'm', resourceType: 2, resourceName: 'orders' }] }
  for (const api of [alterConfigsApi, incrementalAlterConfigsApi, alterConfigsApi]) {
    const frame = encodeResponse(api, 1, 1, body)
    expect(decodeResponse(api, 1, frame.subarray(4)).body).toEqual({ throttleTimeMs: 0, ...body })
  }
})

test('an array whose elements have no bytes cannot stand for billions of them', () => {
  const empty = array(struct({})).codec({ version: 0, flexible: false })
  expect(() => empty.read(new ByteReader(Uint8Array.of(0x7f, 0xff, 0xff, 0xff)))).toThrow(
    '2147483647 elements cannot be',
  )
})

test('a request is told apart by its name', () => {
  const frame = encodeRequest(alterConfigsApi, 0, { correlationId: 1 }, { resources: [] })
  const request = decodeRequest(frame.subarray(4))
  expect(request.name).toBe('AlterConfigs')
  if (request.name === 'AlterConfigs') expectTypeOf(request.body.validateOnly).toEqualTypeOf<boolean>()
})
