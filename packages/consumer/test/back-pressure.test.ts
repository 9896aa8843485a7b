import { describe, expect, it } from 'vitest'
import { decodeOffsetMap } from '@partita/consumer'
import type { CommittedOffset } from '@partita/protocol'
import { keyed, letters, orders0, start } from './harness.ts'

const orders1 = { topic: 'orders', partition: 1 }

describe('fetching', () => {
  it('of a partition stops at maxBufferedRecords and goes on at half of it', async () => {
    const t = await start({ maxBufferedRecords: 10 })
    t.transport.assign([orders0, orders1])
    t.transport.deliver('orders', 0, letters('abcdefghi'))
    expect(t.transport.paused).toEqual([])
    t.transport.deliver('orders', 0, keyed('j'))
    expect(t.transport.paused).toEqual(['orders-0'])
    await t.clock.settle()
    for (let offset = 0; offset < 4; offset++) t.call(offset).done()
    await t.clock.settle()
    expect(t.transport.paused).toEqual(['orders-0'])
    t.call(4).done()
    await t.clock.settle()
    expect(t.transport.paused).toEqual([])
  })

  it('stops by bytes: a partition has its share of maxBufferedBytes, and leaves the others theirs', async () => {
    const t = await start({ maxBufferedBytes: 2000 })
    t.transport.assign([orders0, orders1])
    const large = { key: 'k', value: new Uint8Array(399) }
    t.transport.deliver('orders', 0, [large])
    t.transport.deliver('orders', 1, [large])
    expect(t.transport.paused).toEqual([])
    t.transport.deliver('orders', 0, [large, large])
    expect(t.transport.paused).toEqual(['orders-0'])
    expect(t.consumer.metrics().partitions[0]).toMatchObject({ bufferedBytes: 1200, buffered: 3, fetchPaused: true })
    await t.clock.settle()
    t.calls.find((call) => call.partition === 0)!.done()
    await t.clock.settle()
    expect(t.consumer.metrics().partitions[0]).toMatchObject({ bufferedBytes: 800, buffered: 2, fetchPaused: true })
    t.call(1).done()
    await t.clock.settle()
    expect(t.transport.paused).toEqual([])
    expect(t.consumer.metrics().partitions[0]).toMatchObject({ bufferedBytes: 400, buffered: 1 })
  })

  it('counts no more than what was sorted once a partition is being given up', async () => {
    const t = await start({ maxConcurrency: 2 })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, letters('abcd'))
    await t.clock.settle()
    const shown = (): object => {
      const { buffered, bufferedBytes, inFlight } = t.consumer.metrics().partitions[0]!
      return { buffered, bufferedBytes, inFlight }
    }
    const size = t.consumer.metrics().partitions[0]!.bufferedBytes / 4
    const revoked = t.transport.revoke([orders0])
    await t.clock.settle()
    expect(shown()).toEqual({ buffered: 2, bufferedBytes: 2 * size, inFlight: 2 })
    t.call(0).done()
    await t.clock.settle()
    expect(shown()).toEqual({ buffered: 1, bufferedBytes: size, inFlight: 1 })
    t.call(1).done()
    expect(await revoked).toBe(true)
  })

  it('takes a batch that was on its way', async () => {
    const t = await start({ maxBufferedRecords: 1 })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    t.transport.deliver('orders', 0, keyed('b'), { onItsWay: true })
    await t.clock.settle()
    expect(t.running()).toEqual([0, 1])
  })

  it('goes on where all that was buffered had been finished before', async () => {
    const first = await start({ maxConcurrency: 20, onCall: (call) => call.offset > 0 && call.done() })
    first.transport.assign([orders0])
    first.transport.deliver('orders', 0, letters('abcdefghij'))
    await first.clock.advance(5000)
    const committed = new Map<string, CommittedOffset>([['orders-0', first.transport.committed('orders', 0)!]])
    const t = await start({ committed, maxBufferedRecords: 5, onCall: (call) => call.done() })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.settle()
    t.transport.deliver('orders', 0, letters('bcdefghij'))
    expect(t.transport.paused).toEqual(['orders-0'])
    await t.clock.settle()
    expect(t.transport.paused).toEqual([])
    expect(t.started()).toEqual([0])
  })

  it('that was to stop before the membership was known stops then', async () => {
    let join = (): void => {}
    const t = await start({ maxBufferedRecords: 1, prepare: (transport) => (join = transport.holdJoin()) })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    expect(t.transport.paused).toEqual([])
    join()
    await t.clock.settle()
    expect(t.transport.paused).toEqual(['orders-0'])
  })
})

describe('a key whose records always fail', () => {
  it('has more than maxBufferedRecordsPerKey records waiting: its partition is read no further until half are done', async () => {
    const t = await start({
      maxBufferedRecordsPerKey: 3,
      retry: { backoffMs: 1000, backoffMaxMs: 1000 },
      onCall: (call) => (call.key === 'poison' && call.attempt < 5 ? call.fail() : call.done()),
    })
    t.transport.assign([orders0, orders1])
    t.transport.deliver('orders', 0, keyed('poison', 'a', 'poison', 'b', 'poison', 'poison', 'c'))
    t.transport.deliver('orders', 1, keyed('x', 'y'))
    await t.clock.settle()
    expect(t.calls.map(({ key }) => key)).toEqual(['poison', 'a', 'b', 'x', 'y'])
    expect(t.consumer.explain({ ...orders0, offset: 6 }).because).toContain('one key of its partition')
    expect(t.consumer.metrics().busiestKeys).toEqual([{ ...orders0, key: '"poison"', records: 4 }])
    await t.clock.advance(20_000)
    const done = t.calls
      .filter(({ state }) => state === 'done')
      .map(({ partition, offset }) => `${partition}:${offset}`)
    expect(new Set(done)).toEqual(new Set(['0:0', '0:1', '0:2', '0:3', '0:4', '0:5', '0:6', '1:0', '1:1']))
  })

  it('does not keep the other keys of its partition from going on', async () => {
    const t = await start({
      retry: { backoffMs: 1000 },
      maxConcurrency: 4,
      onCall: (call) => (call.key === 'poison' ? call.fail() : call.done()),
    })
    t.transport.assign([orders0])
    for (let batch = 0; batch < 20; batch++) {
      const keys = Array.from({ length: 100 }, (_, i) => (i % 5 === 0 ? 'poison' : `k${i}`))
      t.transport.deliver('orders', 0, keyed(...keys))
      await t.clock.settle()
    }
    expect(t.calls.filter(({ state }) => state === 'done')).toHaveLength(1600)
    await t.clock.advance(5000)
    const { offset, metadata } = t.transport.committed('orders', 0)!
    expect(offset).toBe(0)
    expect(decodeOffsetMap(offset, metadata)!.finished).toHaveLength(400)
  })
})
