import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countUtf8, readUtf8, utf8Length, writeUtf8 } from '../src/bytes/utf8.ts'

const anyText = fc.oneof(
  fc.string({ maxLength: 100 }),
  fc.string({ unit: 'binary', maxLength: 100 }),
  // Halves of surrogate pairs, alone and in the wrong order.
  fc.array(fc.constantFrom('a', 'ß', '€', '𝄞', '\ud834', '\udd1e'), { maxLength: 60 }).map((parts) => parts.join('')),
)

test('a string is counted and written as TextEncoder does, with and without the help of the host', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const expected = new TextEncoder().encode(text)
      expect(utf8Length(text)).toBe(expected.length)
      expect(countUtf8(text)).toBe(expected.length)
      const bytes = new Uint8Array(expected.length + 2)
      writeUtf8(bytes, 1, text, expected.length)
      expect(bytes.subarray(1, -1)).toEqual(expected)
      expect([bytes[0], bytes.at(-1)]).toEqual([0, 0])
    }),
    { numRuns: 500, seed: 10 },
  )
})

test('bytes are read as Java reads them: what is not UTF-8 is replaced, a byte order mark is kept', () => {
  const read = (...bytes: number[]) => readUtf8(Uint8Array.from([1, ...bytes, 1]), 1, bytes.length + 1)
  expect(read(0x61, 0xff, 0x62)).toBe('a\ufffdb')
  expect(read(0xef, 0xbb, 0xbf, 0x61)).toBe('\ufeffa')
  expect(read()).toBe('')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 90 }), (text) => {
      const bytes = new TextEncoder().encode(text)
      expect(readUtf8(bytes, 0, bytes.length)).toBe(text)
    }),
    { numRuns: 200, seed: 11 },
  )
})
