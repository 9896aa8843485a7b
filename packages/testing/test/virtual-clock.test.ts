import { describe, expect, it } from 'vitest'
import { createVirtualClock, seededRandom } from '@partita/testing'

describe('the virtual clock', () => {
  it('runs timers in the order of their times, each at its own time', async () => {
    const clock = createVirtualClock({ startAt: 1000 })
    const seen: [string, number][] = []
    clock.setTimer(30, () => seen.push(['late', clock.now()]))
    clock.setTimer(10, () => seen.push(['early', clock.now()]))
    clock.setTimer(10, () => seen.push(['early, set second', clock.now()]))
    await clock.advance(20)
    expect(seen).toEqual([
      ['early', 1010],
      ['early, set second', 1010],
    ])
    expect(clock.now()).toBe(1020)
    expect(clock.pendingTimers).toBe(1)
  })

  it('tells the time of day in whole milliseconds, also after a timer of a fraction', async () => {
    const clock = createVirtualClock({ startAt: 1000 })
    clock.setTimer(0.7, () => undefined)
    await clock.advanceUntil(() => clock.monotonic() > 0)
    expect([clock.monotonic(), clock.now()]).toEqual([0.7, 1000])
  })

  it('lets promises settle between two timers', async () => {
    const clock = createVirtualClock()
    const seen: string[] = []
    clock.setTimer(
      1,
      () =>
        void Promise.resolve()
          .then(() => Promise.resolve())
          .then(() => seen.push('promise')),
    )
    clock.setTimer(2, () => seen.push('second timer'))
    await clock.advance(2)
    expect(seen).toEqual(['promise', 'second timer'])
  })

  it('forgets a cancelled timer', async () => {
    const clock = createVirtualClock()
    let fired = false
    clock.setTimer(1, () => (fired = true)).cancel()
    await clock.advance(10)
    expect(fired).toBe(false)
  })

  it('runs what was deferred, also from inside something deferred, without moving time', async () => {
    const clock = createVirtualClock()
    const seen: string[] = []
    clock.defer(() => {
      seen.push('first')
      clock.defer(() => seen.push('nested'))
    })
    await clock.settle()
    expect(seen).toEqual(['first', 'nested'])
    expect(clock.monotonic()).toBe(0)
  })

  it('advances until something holds, and says so when it never can', async () => {
    const clock = createVirtualClock()
    let fired = false
    clock.setTimer(500, () => (fired = true))
    await clock.advanceUntil(() => fired)
    expect(clock.monotonic()).toBe(500)
    await expect(clock.advanceUntil(() => false)).rejects.toThrow('no timer is set')
  })

  it('draws the same numbers from the same seed', () => {
    const [one, same, other] = [seededRandom(7), seededRandom(7), seededRandom(8)]
    const draw = (random: () => number): number[] => Array.from({ length: 5 }, random)
    const numbers = draw(one)
    expect(draw(same)).toEqual(numbers)
    expect(draw(other)).not.toEqual(numbers)
    expect(numbers.every((n) => n >= 0 && n < 1)).toBe(true)
  })
})
