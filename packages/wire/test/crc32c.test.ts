import { crc32c } from '@partita/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'

test.each([
  ['123456789', new TextEncoder().encode('123456789'), 0xe3069283],
  ['nothing', new Uint8Array(0), 0],
  // RFC 3720, B.4.
  ['32 bytes of zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['32 bytes ascending', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ['32 bytes descending', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
])('known value: %s', (_, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected)
})

test('agrees with the definition, bit by bit, of any part at any position', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat({ max: 60 }), fc.nat({ max: 60 }), (bytes, a, b) => {
      const [start, end] = [Math.min(a, b, bytes.length), Math.min(Math.max(a, b), bytes.length)]
      expect(crc32c(bytes, start, end)).toBe(byDefinition(bytes.subarray(start, end)))
    }),
    { numRuns: 300, seed: 9 },
  )
})

test.each([1023, 1024, 1025, 1040, 5003])('agrees with the definition where a piece has %i bytes', (length) => {
  const bytes = Uint8Array.from({ length: length + 7 }, (_, i) => (i * 7919) >>> 3)
  for (let start = 0; start < 5; start++) {
    expect(crc32c(bytes, start, start + length)).toBe(byDefinition(bytes.subarray(start, start + length)))
  }
  const within = new Uint8Array(bytes.buffer, 3)
  expect(crc32c(within, 1, 1 + length)).toBe(byDefinition(within.subarray(1, 1 + length)))
})

function byDefinition(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0)
  }
  return ~crc >>> 0
}
