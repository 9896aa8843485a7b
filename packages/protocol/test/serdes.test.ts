import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import {
  bytesSerde,
  deserialize,
  int32Serde,
  int64Serde,
  jsonSerde,
  PartitaError,
  schemaSerde,
  serialize,
  stringSerde,
  textOrBytesSerializer,
  toBytes,
  type Serde,
  type SerdeContext,
  type StandardSchema,
} from '@partita/protocol'

const context: SerdeContext = { topic: 'orders', target: 'value', headers: [] }

function roundTrip<T>(serde: Serde<T>, value: T): T {
  return serde.deserialize(toBytes(serde.serialize(value, context)), context)
}

describe('serdes give back what they were given', () => {
  it('string, for every string that is well-formed Unicode', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => roundTrip(stringSerde, text) === text))
  })
  it('a byte order mark is part of the text', () => {
    expect(roundTrip(stringSerde, '\uFEFFa')).toBe('\uFEFFa')
  })
  it('JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(roundTrip(jsonSerde(), value)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
  it('int32, in Java’s byte order', () => {
    fc.assert(fc.property(fc.integer(), (value) => roundTrip(int32Serde, value) === value))
    expect(int32Serde.serialize(-2, context)).toEqual(new Uint8Array([255, 255, 255, 254]))
  })
  it('int64, in Java’s byte order', () => {
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    fc.assert(fc.property(int64, (value) => roundTrip(int64Serde, value) === value))
    expect(int64Serde.serialize(1n, context)).toEqual(new Uint8Array([0, 0, 0, 0, 0, 0, 0, 1]))
  })
  it('integers from the middle of a larger buffer', () => {
    const bytes = new Uint8Array([9, 9, 0, 0, 0, 7, 9]).subarray(2, 6)
    expect(int32Serde.deserialize(bytes, context)).toBe(7)
  })
  it('bytes, without a copy', () => {
    const bytes = new Uint8Array([1, 2])
    expect(bytesSerde.serialize(bytes, context)).toBe(bytes)
    expect(bytesSerde.deserialize(bytes, context)).toBe(bytes)
  })
})

describe('what cannot be serialized is refused with the place and the reason', () => {
  it.each([
    ['a number without a serializer', textOrBytesSerializer, 42],
    ['an object without a serializer', textOrBytesSerializer, {}],
    ['undefined as JSON', jsonSerde(), undefined],
    ['an int32 out of range', int32Serde, 2 ** 31],
    ['a fraction as int32', int32Serde, 1.5],
    ['a number as int64', int64Serde, 1],
    ['a bigint of more than 64 bits', int64Serde, 2n ** 63n],
    ['a number as string', stringSerde, 1],
    ['text as bytes', bytesSerde, 'a'],
  ])('%s', (_name, serializer, value) => {
    const attempt = (): unknown => serialize(serializer as Serde<unknown>, value, context)
    expect(attempt).toThrow(PartitaError)
    expect(attempt).toThrow(/^The value cannot be serialized: expected .*\(topic orders\)$/)
  })
  it('a serializer that gives something else than bytes', () => {
    const broken = { serialize: () => 7 as never }
    expect(() => serialize(broken, 'x', context)).toThrow(
      'serializer gave number; it must give a Uint8Array or a string',
    )
  })
  it('bytes of the wrong length for an integer, and bytes that are not UTF-8 or not JSON', () => {
    expect(() => deserialize(int32Serde, new Uint8Array(3), context)).toThrow('expected 4 bytes, got 3')
    expect(() => deserialize(stringSerde, new Uint8Array([0xff]), context)).toThrow('The value cannot be deserialized')
    expect(() => deserialize(jsonSerde(), new Uint8Array([0x7b]), context)).toThrow('The value cannot be deserialized')
  })
})

describe('a Standard Schema as serde', () => {
  type Order = { state: string }
  const schema: StandardSchema<Order, Order & { seen: true }> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate(value) {
        const { state } = value as Order
        return typeof state === 'string'
          ? { value: { state, seen: true } }
          : { issues: [{ message: 'must be a string', path: [{ key: 'state' }] }] }
      },
    },
  }
  it('writes the input as it is and hands on the validator’s output', () => {
    const serde = schemaSerde(schema)
    const bytes = toBytes(serde.serialize({ state: 'paid' }, context))
    expect(new TextDecoder().decode(bytes)).toBe('{"state":"paid"}')
    expect(serde.deserialize(bytes, context)).toEqual({ state: 'paid', seen: true })
  })
  it('names the path of what is wrong, both ways', () => {
    const serde = schemaSerde(schema)
    expect(() => serialize(serde, { state: 1 } as never, context)).toThrow('state: must be a string.')
    expect(() => deserialize(serde, toBytes('{"state":null}'), context)).toThrow('state: must be a string.')
  })
  it('refuses a validator that is asynchronous', () => {
    const later: StandardSchema<unknown, unknown> = {
      '~standard': { version: 1, vendor: 'later', validate: (value) => Promise.resolve({ value }) },
    }
    expect(() => serialize(schemaSerde(later), {}, context)).toThrow('the later schema validates asynchronously')
  })
})
