import { createVirtualClock } from '@partita/testing'
import { expect, test } from 'vitest'
import { createSharedTimers } from '../src/core/shared-timers.ts'

test('timers that would fall due within a hundredth of a second do so together, never late, in the order in which they were set', async () => {
  const clock = createVirtualClock()
  const timers = createSharedTimers(clock)
  const fired: string[] = []
  const set = (name: string, delayMs: number) =>
    timers.setTimer(delayMs, () => fired.push(`${name} at ${clock.monotonic()}`))
  for (const [name, delayMs] of Object.entries({ a: 509, b: 500, c: 510, d: 499 })) set(name, delayMs)
  expect(clock.pendingTimers).toBe(3)
  await clock.advance(3)
  set('e', 502)
  await clock.advance(1_000)
  expect(fired).toEqual(['d at 490', 'a at 500', 'b at 500', 'e at 500', 'c at 510'])
  expect(clock.pendingTimers).toBe(0)
})

test('a short delay is kept as it is', async () => {
  const clock = createVirtualClock()
  const fired: number[] = []
  createSharedTimers(clock).setTimer(99, () => fired.push(clock.monotonic()))
  await clock.advance(1_000)
  expect(fired).toEqual([99])
})

test('a timer that is cancelled does not fire, and the last of its round leaves nothing behind', async () => {
  const clock = createVirtualClock()
  const timers = createSharedTimers(clock)
  const fired: string[] = []
  const [one, other] = ['one', 'other'].map((name) => timers.setTimer(500, () => fired.push(name)))
  one!.cancel()
  one!.cancel()
  expect(clock.pendingTimers).toBe(1)
  other!.cancel()
  expect(clock.pendingTimers).toBe(0)
  const third = timers.setTimer(500, () => fired.push('third'))
  await clock.advance(500)
  third.cancel()
  expect(fired).toEqual(['third'])
})

test('one of a round may cancel another, or set the next', async () => {
  const clock = createVirtualClock()
  const timers = createSharedTimers(clock)
  const fired: string[] = []
  timers.setTimer(500, () => {
    fired.push('first')
    second.cancel()
    timers.setTimer(100, () => fired.push(`next at ${clock.monotonic()}`))
  })
  const second = timers.setTimer(500, () => fired.push('second'))
  await clock.advance(1_000)
  expect(fired).toEqual(['first', 'next at 600'])
})
