import { createVirtualClock } from '@partita/testing'
import { expect, test } from 'vitest'
import { Deadline } from '../src/core/deadline.ts'

test('a deadline fires once, when it is due', async () => {
  const clock = createVirtualClock()
  let fired = 0
  const deadline = new Deadline(clock, () => (fired += 1))
  deadline.set(100)
  await clock.advance(99)
  expect([fired, deadline.isSet]).toEqual([0, true])
  await clock.advance(1_000)
  expect([fired, deadline.isSet, clock.pendingTimers]).toEqual([1, false, 0])
})

test('a deadline that is put off again and again keeps one timer', async () => {
  const clock = createVirtualClock()
  let firedAt = -1
  const deadline = new Deadline(clock, () => (firedAt = clock.monotonic()))
  for (let i = 0; i < 10; i++) {
    deadline.set(100)
    await clock.advance(30)
    expect(clock.pendingTimers).toBe(1)
  }
  await clock.advance(200)
  expect(firedAt).toBe(370)
})

test('a deadline may be brought forward, or called off', async () => {
  const clock = createVirtualClock()
  let firedAt = -1
  const deadline = new Deadline(clock, () => (firedAt = clock.monotonic()))
  deadline.set(1_000)
  deadline.set(10)
  await clock.advance(10)
  expect(firedAt).toBe(10)
  deadline.set(10)
  deadline.clear()
  await clock.advance(1_000)
  expect([firedAt, clock.pendingTimers]).toEqual([10, 0])
})

test('a deadline beyond what hosts keep as a delay is reached in steps', async () => {
  const clock = createVirtualClock()
  let fired = false
  const deadline = new Deadline(clock, () => (fired = true))
  deadline.set(3 * 0x7fffffff)
  await clock.advance(3 * 0x7fffffff - 1)
  expect(fired).toBe(false)
  await clock.advance(1)
  expect(fired).toBe(true)
})
