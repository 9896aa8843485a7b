import { createHash } from 'node:crypto'
import { crc32 as zlibCrc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formulas, java, partition, partitionerName, listPartitioners, type DeterministicName } from '../src/index.ts'
import { crc32 } from '../src/hashes/crc32.ts'
import { md5 } from '../src/hashes/md5.ts'
import { sha1 } from '../src/hashes/sha1.ts'
import { partitionOf, valueOf } from '../src/key-bytes.ts'
import { encodeUtf8 } from '../src/utf8.ts'
import { partitionsOf } from './vectors.ts'

const deterministic = listPartitioners()
  .filter((row) => row.deterministic && row.name === row.implementation)
  .map(({ name }) => name as DeterministicName)

/** Any text: ASCII, other scripts, pairs, and halves of pairs where none belong. Short and long. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', 'é', 'ク', '🔑', '\ud83d', '\udd11', '\0'), maxLength: 60 }),
)
const anyBytes = fc.uint8Array({ maxLength: 200 })
const anyCount = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.constantFrom(2 ** 16, 2 ** 31 - 1))

describe('UTF-8', () => {
  it('is written as the host writes it, half a surrogate pair as EF BF BD', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const into = new Uint8Array(text.length * 3)
        expect(Buffer.from(into.subarray(0, encodeUtf8(text, into)))).toEqual(Buffer.from(text))
      }),
      { numRuns: 500, seed: 20 },
    )
  })

  it.each(['\ud800', 'a\ud800', '\udc00b', '\ud800\ud800', '🔑'.repeat(13), `${'x'.repeat(30)}\ud800`])(
    'of %j',
    (text) => {
      const into = new Uint8Array(200)
      expect(Buffer.from(into.subarray(0, encodeUtf8(text, into)))).toEqual(Buffer.from(text))
    },
  )
})

describe.each(deterministic)('%s', (name) => {
  it('places text as its UTF-8 bytes, always the same, within range', () => {
    fc.assert(
      fc.property(anyText, anyCount, (text, count) => {
        const got = partition(text, count, name)
        expect(got).toBe(partition(new Uint8Array(Buffer.from(text)), count, name))
        expect(got).toBe(partition(text, count, name))
        expect(Number.isInteger(got) && got >= 0 && got < count).toBe(true)
      }),
      { numRuns: 60, seed: 20 },
    )
  })
})

describe('a formula', () => {
  it.each(Object.values(formulas))('$name: partition = value % n', (formula) => {
    fc.assert(
      fc.property(anyBytes, anyCount, (key, count) => {
        const value = valueOf(formula, key)
        if (formula.name === 'sha1-modulo') expect(value).toBeUndefined()
        else expect(partitionOf(formula, key, count)).toBe(value! % count)
      }),
      { numRuns: 60, seed: 20 },
    )
  })

  it('of class A equals class E for powers of two, and only there for keys with the sign bit set', () => {
    const signed = new Uint8Array([0xa5, 0xd4, 0x30, 0x5c])
    expect(partition(signed, 12, 'java')).not.toBe(partition(signed, 12, 'platformatic'))
    fc.assert(
      fc.property(anyBytes, fc.integer({ min: 0, max: 30 }), (key, power) => {
        expect(partition(key, 2 ** power, 'java')).toBe(partition(key, 2 ** power, 'platformatic'))
      }),
      { numRuns: 300, seed: 20 },
    )
  })
})

describe('hashes, against the host', () => {
  // Around the edges of the 64-byte blocks, where padding goes wrong first.
  const lengths = [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000]

  it.each(lengths)('sha1, md5 and crc32 of %i bytes', (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37) & 0xff)
    const bigEndian = Buffer.alloc(20)
    sha1(bytes).forEach((word, i) => bigEndian.writeInt32BE(word, 4 * i))
    const littleEndian = Buffer.alloc(16)
    md5(bytes).forEach((word, i) => littleEndian.writeInt32LE(word, 4 * i))
    expect(bigEndian.toString('hex')).toBe(createHash('sha1').update(bytes).digest('hex'))
    expect(littleEndian.toString('hex')).toBe(createHash('md5').update(bytes).digest('hex'))
    expect(crc32(bytes)).toBe(zlibCrc32(bytes))
  })

  it('read a view into a larger buffer, and nothing around it', () => {
    const around = Uint8Array.from({ length: 300 }, (_, i) => (i * 91) & 0xff)
    const view = around.subarray(33, 233)
    for (const name of deterministic) expect(partition(view, 97, name), name).toBe(partition(view.slice(), 97, name))
  })
})

describe('a string key', () => {
  it('of any length is hashed whole, and leaves nothing behind for the next', () => {
    const topic = java().forTopic('t')
    const all = partitionsOf(997)
    for (const unit of ['k', 'é', 'キ', '🔑']) {
      for (const length of [0, 23, 24, 25, 341, 342, 400, 1000, 5000, 200_000, 5]) {
        const key = unit.repeat(length)
        expect(topic.partition(key, all), `${length} ${unit}`).toBe(topic.partition(Buffer.from(key), all))
      }
    }
  })

  it('that is composed and one that is decomposed are two keys', () => {
    expect(partition('\u00e9', 1000, 'java')).not.toBe(partition('e\u0301', 1000, 'java'))
  })
})

describe('partition()', () => {
  it('refuses a count that no topic has', () => {
    for (const count of [0, -1, 1.5, Number.NaN, 2 ** 31]) {
      expect(() => partition('k', count, 'java')).toThrow(/count must be a whole number, from 1 to 2147483647/)
    }
  })

  it('has no answer where the key does not decide', () => {
    expect(partition(null, 12, 'java')).toBeUndefined()
    expect(partition('', 12, 'librdkafka')).toBeUndefined()
    expect(partition('k', 12, 'kafka-go')).toBeUndefined()
    expect(partition('k', 12, 'kafka-python@0.9')).toBeUndefined()
    expect(partition('k', 12, 'librdkafka')).toBe(partition('k', 12, 'librdkafka-consistent'))
  })

  it('refuses a missing key where the client does', () => {
    expect(() => partition(null, 12, 'pykafka-hashing-sha1')).toThrow(/by their key, and this one's is missing/)
    expect(() => partition(null, 12, partitionerName('kaffe'))).toThrow(/kaffe places records by their key/)
  })
})
