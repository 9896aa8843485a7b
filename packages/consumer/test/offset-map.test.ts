import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeOffsetMap, encodeOffsetMap, reachLimits, type OffsetRange } from '../src/offset-map.ts'

/** Offsets as ranges of one, for what the codec takes. */
function single(offsets: readonly number[]): OffsetRange[] {
  return offsets.map((offset) => ({ start: offset, end: offset + 1 }))
}

function expand(ranges: readonly OffsetRange[]): number[] {
  return ranges.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i))
}

describe('the offset map', () => {
  it('gives back what was put in, whatever is finished', () => {
    const bases = fc.oneof(fc.nat(1000), fc.integer({ min: 2 ** 32, max: 2 ** 52 }))
    fc.assert(
      fc.property(bases, fc.array(fc.boolean(), { maxLength: 3000 }), (base, pattern) => {
        const end = base + pattern.length
        const unfinished = pattern.flatMap((isFinished, i) => (isFinished ? [] : [base + i]))
        const finished = pattern.flatMap((isFinished, i) => (isFinished ? [base + i] : []))
        const text = encodeOffsetMap(base, end, single(unfinished))
        expect(text!.length).toBeLessThanOrEqual(4096)
        expect(text === '').toBe(pattern.length === 0)
        expect(expand(decodeOffsetMap(base, text!)?.finished ?? [])).toEqual(finished)
      }),
      { numRuns: 200 },
    )
  })

  it('holds any pattern within the reach limits, for any length of metadata', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 64, max: 4096 }),
        fc.nat(2 ** 40),
        fc.infiniteStream(fc.nat()),
        (max, base, chance) => {
          const { records, offsets } = reachLimits(max)
          const draw = (below: number): number => (chance.next().value as number) % below
          const dense = Array.from({ length: offsets }, (_, i) => base + i).filter((_, i) => i % 2 === draw(2))
          expect(encodeOffsetMap(base, base + offsets, single(dense), max)!.length).toBeLessThanOrEqual(max)
          let at = base
          const sparse = Array.from({ length: records }, () => (at += 1 + draw(2 ** 31)))
          expect(encodeOffsetMap(base, at + 2, single(sparse), max)!.length).toBeLessThanOrEqual(max)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('says nothing where nothing is finished beyond the offset, and that it does not fit where it does not', () => {
    expect(encodeOffsetMap(7, 0, [])).toBe('')
    const scattered = single(Array.from({ length: 3000 }, (_, i) => i * 1000))
    expect(encodeOffsetMap(0, 3_000_000, scattered)).toBeNull()
  })

  it('is short for long runs', () => {
    expect(encodeOffsetMap(1000, 5_000_000, single([1000]))!.length).toBeLessThan(40)
  })

  it('is believed only for the offset that it was committed with', () => {
    const text = encodeOffsetMap(10, 20, single([10, 15]))!
    expect(decodeOffsetMap(10, text)!.finished).toHaveLength(2)
    expect(decodeOffsetMap(11, text)).toBeNull()
  })

  it('is not believed when a single character was changed, cut off or added', () => {
    const text = encodeOffsetMap(10, 400, single([10, 15, 300]))!
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'ABCxyz019+/=! '.split('')), (at, char) => {
        fc.pre(text[at] !== char)
        const decoded = decodeOffsetMap(10, text.slice(0, at) + char + text.slice(at + 1))
        // Padding bits of base64 mean nothing: what is decoded then is what was encoded.
        if (decoded !== null) expect(decoded).toEqual(decodeOffsetMap(10, text))
      }),
      { numRuns: 300 },
    )
    for (let length = 0; length < text.replace(/=+$/, '').length; length++) {
      expect(decodeOffsetMap(10, text.slice(0, length))).toBeNull()
    }
  })

  it('takes any text for foreign that is not its own', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, tail) => {
        expect(decodeOffsetMap(0, text)).toBeNull()
        expect(decodeOffsetMap(0, `partita1:${tail}`)).toBeNull()
      }),
      { numRuns: 300 },
    )
  })
})
