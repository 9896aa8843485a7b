import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { ByteWriter } from '../src/bytes/byte-writer.ts'

const large = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill)

describe('borrowed bytes', () => {
  it('come to stand where they were written, whatever their size, between all else', () => {
    const piece = fc.record({ borrowed: fc.boolean(), length: fc.nat(3_000), fill: fc.nat(255) })
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const writer = new ByteWriter(16)
        const expected: number[] = []
        for (const { borrowed, length, fill } of pieces) {
          const bytes = large(length, fill)
          if (borrowed) writer.borrow(bytes)
          else writer.raw(bytes)
          expected.push(...bytes)
        }
        expect(writer.length).toBe(expected.length)
        expect(writer.written()).toEqual(Uint8Array.from(expected))
      }),
      { numRuns: 50 },
    )
  })

  it('are pieces by themselves where they are large enough, and never copied', () => {
    const part = fc.record({ borrowed: fc.boolean(), length: fc.nat(30_000), fill: fc.nat(255) })
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const writer = new ByteWriter(16)
        const apart = new Set<Uint8Array>()
        for (const { borrowed, length, fill } of parts) {
          const bytes = large(length, fill)
          if (borrowed && length >= 16_384) apart.add(bytes)
          if (borrowed) writer.borrow(bytes)
          else writer.raw(bytes)
        }
        const pieces = writer.pieces()
        expect(Buffer.concat(pieces).equals(writer.written())).toBe(true)
        expect(pieces.filter((each) => apart.has(each))).toEqual([...apart])
        expect(pieces.length).toBeLessThanOrEqual(2 * apart.size + 1)
        expect(pieces.every(({ length }) => length > 0)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it('are counted in a length that stands before them', () => {
    const writer = new ByteWriter(16)
    writer.sized(() => writer.borrow(large(2_000, 7)))
    writer.borrow(large(2_000, 8))
    const written = writer.written()
    expect(written.length).toBe(2 + 2_000 + 2_000)
    expect([...written.subarray(0, 3)]).toEqual([0xd0, 0x0f, 7])
    expect(written.at(-1)).toBe(8)
  })
})
