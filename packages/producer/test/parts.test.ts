import { toBytes } from '@partita/protocol'
import { createVirtualClock } from '@partita/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffMs } from '../src/backoff.ts'
import { keyIdentity } from '../src/key-identity.ts'
import { exactBytes, roughBytes } from '../src/record-size.ts'
import { WaitingLine } from '../src/waiting-line.ts'

describe('keyIdentity', () => {
  it('is the same for a string and its UTF-8 form, and different for different bytes', () => {
    const text = fc.string({ unit: 'binary' })
    fc.assert(fc.property(text, (key) => keyIdentity(key) === keyIdentity(toBytes(key))))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4 }), fc.uint8Array({ maxLength: 4 }), (a, b) => {
        expect(keyIdentity(a) === keyIdentity(b)).toBe(a.join() === b.join())
      }),
    )
    const long = new Uint8Array(100_000).fill(200)
    expect(keyIdentity(long).length).toBe(100_000)
  })
})

describe('the size of a record', () => {
  it('counts strings as their UTF-8 form, and roughly is never more than that', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom('\ud800', '\udc00', 'é', '\u{1F600}'), fc.string({ unit: 'binary' })),
    })
    fc.assert(
      fc.property(text, text, text, (key, value, name) => {
        const overhead = 82 + 10
        const size = exactBytes(key, value, [[name, null]])
        expect(size).toBe(overhead + toBytes(key).length + toBytes(value).length + toBytes(name).length)
        expect(roughBytes(key, value, [[name, null]])).toBeLessThanOrEqual(size)
        expect(roughBytes(key, value, [[name, null]]) * 3).toBeGreaterThanOrEqual(size)
      }),
    )
  })
})

describe('backoff', () => {
  it('never passes its maximum and never is less than 80 % of where it should be', () => {
    const clock = createVirtualClock()
    const limits = { retryBackoffMs: 100, retryBackoffMaxMs: 1_000 }
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), (failures) => {
        const pause = backoffMs(failures, limits, clock)
        expect(pause).toBeLessThanOrEqual(1_000)
        expect(pause).toBeGreaterThanOrEqual(Math.min(100 * 2 ** (failures - 1), 1_000) * 0.8)
      }),
    )
  })
})

describe('a waiting line', () => {
  it('sends away those whose time is up, whatever the order of their deadlines, and keeps one timer', async () => {
    const clock = createVirtualClock()
    const gone: string[] = []
    const line = new WaitingLine<{ name: string; deadline: number; signal: undefined; fail(): void }>(
      clock,
      () => null!,
    )
    for (const [name, deadline] of [
      ['a', 30],
      ['b', 10],
      ['c', 20],
      ['d', 10],
    ] as const) {
      line.add({ name, deadline, signal: undefined, fail: () => void gone.push(name) })
      expect(clock.pendingTimers).toBe(1)
    }
    await clock.advance(10)
    expect(gone).toEqual(['b', 'd'])
    expect([...line].map(({ name }) => name)).toEqual(['a', 'c'])
    await clock.advance(100)
    expect([gone, line.size, clock.pendingTimers]).toEqual([['b', 'd', 'c', 'a'], 0, 0])
  })
})
