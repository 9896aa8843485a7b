import type { Timer } from '@partita/protocol'
import { createVirtualClock } from '@partita/testing'
import { expect, test } from 'vitest'
import { Listeners } from '../src/core/listeners.ts'
import { waitForNews } from '../src/core/wait-for-news.ts'
import { Watch } from '../src/core/watch.ts'

const never = () => () => undefined
const newsOf = (log: Listeners<void>) => (listener: () => void) => log.add(listener)

test('a watch takes everything for news until it is over something, and whenever it is reset', () => {
  const log = new Listeners<void>()
  const watch = new Watch(true)
  expect(watch.hasNews).toBe(true)
  watch.over([newsOf(log)])
  expect(watch.hasNews).toBe(false)
  watch.reset()
  expect([watch.hasNews, log.size]).toEqual([true, 0])
})

test('a watch that is kept hears of news while nobody waits, once: then it listens no more', () => {
  const [one, other] = [new Listeners<void>(), new Listeners<void>()]
  const watch = new Watch(true)
  watch.over([newsOf(one), newsOf(other)])
  one.notify()
  expect([watch.hasNews, one.size, other.size]).toEqual([true, 0, 0])
})

test('a watch listens on while somebody waits, and afterwards if it is kept', () => {
  const log = new Listeners<void>()
  const [kept, passing] = [new Watch(true), new Watch(false)]
  let calls = 0
  const stops = [kept, passing].map((watch) => {
    watch.over([newsOf(log)])
    return watch.wait(() => (calls += 1))
  })
  log.notify()
  log.notify()
  expect([calls, log.size]).toEqual([4, 2])
  for (const stop of stops) stop()
  expect(log.size).toBe(1)
  kept.release()
  expect(log.size).toBe(0)
})

test('a watch that is released goes on for those who wait already', () => {
  const log = new Listeners<void>()
  const watch = new Watch(true)
  watch.over([newsOf(log)])
  let calls = 0
  const stops = [1, 2].map(() => watch.wait(() => (calls += 1)))
  watch.release()
  log.notify()
  stops[0]!()
  log.notify()
  expect([calls, log.size]).toEqual([3, 1])
  stops[1]!()
  expect(log.size).toBe(0)
})

test('waiting looks once after all that happens in a turn, and goes on where it is not enough', async () => {
  const clock = createVirtualClock()
  const log = new Listeners<void>()
  const watch = new Watch(true)
  watch.over([newsOf(log)])
  let looks = 0
  let isOver = false
  const isEnough = () => (looks += 1) === 2
  void waitForNews(watch, isEnough, 500, { timers: clock, clock, onClose: never }).then(() => (isOver = true))
  for (const expected of [1, 2]) {
    log.notify()
    log.notify()
    await clock.settle()
    expect([looks, isOver]).toEqual([expected, expected === 2])
  }
  expect([watch.hasNews, clock.pendingTimers, log.size]).toEqual([false, 0, 1])
})

test('waiting looks at what has just happened when its time is over, and not again', async () => {
  const log = new Listeners<void>()
  const watch = new Watch(false)
  watch.over([newsOf(log)])
  // Both in one turn, which a clock of the tests never has.
  const due: (() => void)[] = []
  const later = (callback: () => void): Timer => {
    due.push(callback)
    return { cancel: () => undefined }
  }
  const clock = {
    ...createVirtualClock(),
    setTimer: (_ms: number, callback: () => void) => later(callback),
    defer: later,
  }
  let looks = 0
  const waiting = waitForNews(watch, () => (looks += 1) > 9, 500, { timers: clock, clock, onClose: never })
  log.notify()
  for (const callback of due) callback()
  await waiting
  expect([looks, log.size]).toEqual([1, 0])
})
