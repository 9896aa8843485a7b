import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyTable } from '../src/key-table.ts'

describe('the key table', () => {
  it('finds one lane for each key, however many come and go', () => {
    const keys = fc.array(fc.tuple(fc.uint8Array({ maxLength: 3 }), fc.boolean()), { maxLength: 400 })
    fc.assert(
      fc.property(fc.integer(), keys, (seed, steps) => {
        const table = new KeyTable(seed)
        const model = new Map<string, unknown>()
        for (const [key, remove] of steps) {
          const lane = table.laneFor(key.slice())
          const name = key.join()
          expect(lane).toBe(model.get(name) ?? lane)
          model.set(name, lane)
          if (remove) {
            table.remove(lane)
            table.remove(lane)
            model.delete(name)
          }
          expect(table.size).toBe(model.size)
        }
        expect(new Set(table.lanes())).toEqual(new Set(model.values()))
      }),
      { numRuns: 100 },
    )
  })

  it('grows with its keys and gives the room back after them', () => {
    const table = new KeyTable(1)
    const lanes = Array.from({ length: 40_000 }, (_, i) => table.laneFor(new Uint8Array([i, i >> 8, i >> 16])))
    expect(table.size).toBe(40_000)
    for (const lane of lanes) table.remove(lane)
    expect(table.size).toBe(0)
    expect([...table.lanes()]).toEqual([])
  })
})
