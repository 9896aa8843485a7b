import { describe, expect, it } from 'vitest'
import { createVirtualClock } from '@partita/testing'
import { keyed, orders0, start } from './harness.ts'

describe("ordering: 'key'", () => {
  it('runs one handler of a key at a time, in offset order, and other keys beside it', async () => {
    const t = await start()
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'a', 'b', 'a', 'b'))
    await t.clock.settle()
    expect(t.running()).toEqual([0, 2])
    t.call(0).done()
    await t.clock.settle()
    expect(t.running()).toEqual([2, 1])
    t.call(2).done()
    t.call(1).done()
    await t.clock.settle()
    expect(new Set(t.running())).toEqual(new Set([3, 4]))
  })

  it('knows keys by their bytes, whichever view they come in, and an empty key as a key', async () => {
    const t = await start()
    t.transport.assign([orders0])
    const shared = new Uint8Array([9, 1, 2, 9, 1, 2])
    const records = [shared.subarray(1, 3), shared.subarray(4, 6), new Uint8Array([1]), '', new Uint8Array(0)]
    t.transport.deliver(
      'orders',
      0,
      records.map((key) => ({ key })),
    )
    await t.clock.settle()
    expect(t.running()).toEqual([0, 2, 3])
  })

  it('asks no order of records without key', async () => {
    const t = await start()
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('-', '-', '-'))
    await t.clock.settle()
    expect(t.running()).toEqual([0, 1, 2])
  })

  it('keeps the same key in two partitions and in two topics apart', async () => {
    const t = await start({ topics: ['orders', 'refunds'] })
    t.transport.assign([orders0, { topic: 'orders', partition: 1 }, { topic: 'refunds', partition: 0 }])
    t.transport.deliver('orders', 0, keyed('a'))
    t.transport.deliver('orders', 1, keyed('a'))
    t.transport.deliver('refunds', 0, keyed('a'))
    await t.clock.settle()
    expect(t.calls).toHaveLength(3)
    expect(t.running()).toHaveLength(3)
  })

  it('never runs more than maxConcurrency handlers, whatever their keys', async () => {
    const t = await start({ maxConcurrency: 2 })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'b', 'c', 'a'))
    await t.clock.settle()
    expect(t.running()).toEqual([0, 1])
    t.call(1).done()
    await t.clock.settle()
    expect(t.running()).toEqual([0, 2])
    expect(t.consumer.metrics().peakConcurrency).toBe(2)
  })

  it('starts the next records when all handlers that settle at one moment have been seen to, and before the host has its turn', async () => {
    const finishedAtStart: number[] = []
    let finished = 0
    const t = await start({
      maxConcurrency: 3,
      hooks: { recordStarted: () => finishedAtStart.push(finished), recordFinished: () => (finished += 1) },
    })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'b', 'c', 'd', 'e'))
    await t.clock.settle()
    let hostHadItsTurn = false
    t.clock.defer(() => (hostHadItsTurn = true))
    for (const call of t.calls.slice(0, 3)) call.done()
    for (let i = 0; i < 5; i++) await Promise.resolve()
    expect([t.running(), hostHadItsTurn]).toEqual([[3, 4], false])
    expect(finishedAtStart).toEqual([0, 0, 0, 3, 3])
  })

  it('finds work behind a key that is busy, however many of its records come first', async () => {
    const t = await start({ maxBufferedRecordsPerKey: 1000 })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, [...keyed(...Array.from({ length: 500 }, () => 'hot')), ...keyed('cold')])
    await t.clock.settle()
    expect(t.running()).toEqual([0, 500])
  })
})

describe("ordering: 'partition'", () => {
  it('runs one handler of a partition at a time, in offset order', async () => {
    const t = await start({ ordering: 'partition' })
    t.transport.assign([orders0, { topic: 'orders', partition: 1 }])
    t.transport.deliver('orders', 0, keyed('a', 'b', '-'))
    t.transport.deliver('orders', 1, keyed('a'))
    await t.clock.settle()
    expect(t.calls.map(({ partition, offset }) => [partition, offset])).toEqual([
      [0, 0],
      [1, 0],
    ])
    t.calls[0]!.done()
    await t.clock.settle()
    t.call(1).done()
    await t.clock.settle()
    expect(t.calls.filter(({ partition }) => partition === 0).map(({ offset }) => offset)).toEqual([0, 1, 2])
  })

  it('comes through a long batch', async () => {
    const t = await start({ ordering: 'partition', onCall: (call) => call.done() })
    t.transport.assign([orders0])
    const records = keyed(...Array.from({ length: 500 }, (_, i) => `k${i}`))
    t.transport.deliver('orders', 0, records)
    await t.clock.settle()
    expect(t.started()).toEqual(records.map((_, i) => i))
  })
})

describe("ordering: 'unordered'", () => {
  it('is bounded by maxConcurrency alone', async () => {
    const t = await start({ ordering: 'unordered', maxConcurrency: 3 })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'a', 'a', 'a'))
    await t.clock.settle()
    expect(t.running()).toEqual([0, 1, 2])
  })
})

describe('a handler', () => {
  it('that returns nothing to wait for runs thousands of records without growing the stack', async () => {
    let handled = 0
    const t = await start({ handler: () => handled++ })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed(...Array.from({ length: 9000 }, () => 'a')))
    await t.clock.settle()
    expect(handled).toBe(9000)
    await t.consumer.close()
    expect(t.transport.committed('orders', 0)).toEqual({ offset: 9000, metadata: '' })
  })

  it('may return any thenable', async () => {
    let settle = (): void => {}
    // eslint-disable-next-line unicorn/no-thenable -- that is what this is about
    const t = await start({ handler: () => ({ then: (resolve: () => void) => (settle = resolve) }) })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.settle()
    expect(t.consumer.metrics().runningHandlers).toBe(1)
    settle()
    await t.clock.settle()
    expect(t.consumer.metrics()).toMatchObject({ runningHandlers: 0, recordsHandled: 1 })
  })

  it('gives the host its turn: quick handlers do not hold up timers until the buffer is empty', async () => {
    const clock = createVirtualClock()
    let turns = 0
    const t = await start({
      clockToUse: { ...clock, defer: (callback) => (turns++, clock.defer(callback)) },
      handler: async () => {},
    })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed(...Array.from({ length: 9000 }, (_, i) => `k${i}`)))
    await t.clock.settle()
    expect(t.consumer.metrics().recordsHandled).toBe(9000)
    expect(turns).toBeGreaterThanOrEqual(8)
  })

  it('that is paused starts nothing, and what runs goes on', async () => {
    const t = await start()
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'a', 'b'))
    await t.clock.settle()
    t.consumer.pause()
    t.call(0).done()
    t.transport.deliver('orders', 0, keyed('c'))
    await t.clock.settle()
    expect(t.running()).toEqual([2])
    expect(t.consumer.metrics()).toMatchObject({ paused: true, recordsHandled: 1 })
    t.consumer.resume()
    await t.clock.settle()
    expect(t.running()).toEqual([2, 1, 3])
  })
})
