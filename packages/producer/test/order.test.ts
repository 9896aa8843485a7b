import type { ScriptedWrite } from '@partita/testing'
import { describe, expect, it } from 'vitest'
import { bench, values, Watcher } from './harness.ts'

const sizes = (writes: readonly ScriptedWrite[]): number[] => writes.map(({ records }) => records.length)

describe('records of one partition', () => {
  it('travel together when they are sent in one turn of the event loop', async () => {
    const { clock, transport, producer } = bench()
    await producer.partitionsFor('orders')
    for (let i = 0; i < 100; i++) void producer.send({ topic: 'orders', key: `${i % 4}`, value: `${i}` })
    await clock.settle()
    expect(sizes(transport.writes)).toEqual([25, 25, 25, 25])
  })

  it('wait for the batch in flight and go together behind it: batches grow with the load', async () => {
    const { clock, transport, producer } = bench({ script: () => ({ outcome: 'stored', delayMs: 10 }) })
    const watcher = new Watcher()
    for (let i = 0; i < 25; i++) {
      watcher.watch(`${i}`, producer.send({ topic: 'orders', key: '1', value: `${i}` }))
      await clock.advance(1)
    }
    await clock.advance(100)
    expect(sizes(transport.writes)).toEqual([1, 9, 10, 5])
    expect(watcher.story).toEqual(watcher.outcomes.map((_, i) => `${i} ${i}`))
  })

  it('fill several batches behind the one in flight, which follow one by one', async () => {
    const { clock, transport, producer } = bench({
      maxBatchRecords: 3,
      script: () => ({ outcome: 'stored', delayMs: 10 }),
    })
    for (let i = 0; i < 8; i++) void producer.send({ topic: 'orders', key: '1', value: `${i}` })
    await clock.settle()
    expect(sizes(transport.writes)).toEqual([3])
    await clock.advance(10)
    expect(sizes(transport.writes)).toEqual([3, 3])
    await clock.advance(20)
    expect(sizes(transport.writes)).toEqual([3, 3, 2])
    expect(values(transport, 1)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7'])
  })

  it('fill batches up to batchSize bytes', async () => {
    const { clock, transport, producer } = bench({ batchSize: 1_000 })
    for (let i = 0; i < 6; i++) void producer.send({ topic: 'orders', key: '1', value: 'x'.repeat(400) })
    await clock.settle()
    expect(sizes(transport.writes)).toEqual([2, 2, 2])
  })

  it('do not wait for another partition', async () => {
    const { clock, transport, producer } = bench({
      script: ({ partition }) => ({ outcome: 'stored', delayMs: partition === 0 ? 1_000 : 10 }),
    })
    const watcher = new Watcher()
    for (const key of ['0', '1', '2']) watcher.watch(key, producer.send({ topic: 'orders', key, value: key }))
    await clock.advance(10)
    expect(watcher.story).toEqual(['1 0', '2 0'])
    await clock.advance(990)
    expect(values(transport, 0)).toEqual(['0'])
  })

  it('keep the order of the calls while the topic is not known yet', async () => {
    const { clock, transport, producer } = bench({ metadata: () => ({ delayMs: 50 }) })
    const watcher = new Watcher()
    for (let i = 0; i < 5; i++) watcher.watch(`early-${i}`, producer.send({ topic: 'orders', key: '1', value: `${i}` }))
    await clock.advance(49)
    watcher.watch('late', producer.send({ topic: 'orders', key: '1', value: 'late' }))
    expect(producer.metrics().recordsWaiting).toBe(6)
    await clock.advance(1)
    watcher.watch('last', producer.send({ topic: 'orders', key: '1', value: 'last' }))
    await clock.settle()
    expect(values(transport, 1)).toEqual(['0', '1', '2', '3', '4', 'late', 'last'])
    expect(watcher.unsettled).toEqual([])
    expect(transport.violations).toEqual([])
  })

  it('linger for company when lingerMs says so, at most that long', async () => {
    const { clock, transport, producer } = bench({ lingerMs: 20 })
    void producer.send({ topic: 'orders', key: '1', value: 'a' })
    await clock.advance(12)
    void producer.send({ topic: 'orders', key: '1', value: 'b' })
    await clock.advance(7)
    expect(sizes(transport.writes)).toEqual([])
    await clock.advance(1)
    expect(sizes(transport.writes)).toEqual([2])
    expect(clock.pendingTimers).toBe(0)
  })

  it('stop lingering when the batch is full', async () => {
    const { clock, transport, producer } = bench({ lingerMs: 20, maxBatchRecords: 2 })
    for (const value of ['a', 'b', 'c']) void producer.send({ topic: 'orders', key: '1', value })
    await clock.settle()
    expect(sizes(transport.writes)).toEqual([2])
    await clock.advance(20)
    expect(sizes(transport.writes)).toEqual([2, 1])
  })
})
