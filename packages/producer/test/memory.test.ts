import { describe, expect, it } from 'vitest'
import { bench, values, Watcher } from './harness.ts'

const slow = { script: () => ({ outcome: 'stored', delayMs: 100 }) as const }
// 61 bytes of the batch, 12 of the record, 1 of the key, and the value: as the scripted transport counts.
const value = 'x'.repeat(126)

describe('bufferMemory', () => {
  it('lets a send wait, its record not taken, until a result makes room', async () => {
    const { clock, transport, producer } = bench({ ...slow, bufferMemory: 250 })
    await producer.partitionsFor('orders')
    const watcher = new Watcher()
    for (const key of ['0', '1']) watcher.watch(key, producer.send({ topic: 'orders', key, value }))
    await clock.settle()
    expect(producer.metrics()).toMatchObject({ bufferedBytes: 200, recordsWaiting: 1, recordsPending: 2 })
    expect(transport.writes.length).toBe(1)
    await clock.advance(100)
    expect(producer.metrics()).toMatchObject({ bufferedBytes: 200, recordsWaiting: 0, recordsPending: 1 })
    await clock.advance(100)
    expect(watcher.story).toEqual(['0 0', '1 0'])
    expect(producer.metrics().bufferedBytes).toBe(0)
  })

  it('serves strictly first come, first served: a small record does not overtake a large one', async () => {
    const { clock, transport, producer } = bench({ ...slow, bufferMemory: 500 })
    await producer.partitionsFor('orders')
    const sizes = [100, 100, 300, 1, 2, 3]
    for (const size of sizes) {
      void producer.send({ topic: 'orders', key: '1', value: 'x'.repeat(size) })
      await clock.settle()
    }
    await clock.advance(1_000)
    expect(values(transport, 1).map(({ length }) => length)).toEqual(sizes)
    expect(transport.violations).toEqual([])
  })

  it('stays the bound while a crowd waits', async () => {
    const { clock, transport, producer } = bench({ ...slow, bufferMemory: 2_000, maxBlockMs: 600_000 })
    await producer.partitionsFor('orders')
    const watcher = new Watcher()
    for (let i = 0; i < 500; i++) watcher.watch(`${i}`, producer.send({ topic: 'orders', key: `${i % 4}`, value }))
    let most = 0
    while (watcher.unsettled.length > 0) {
      most = Math.max(most, producer.metrics().bufferedBytes)
      await clock.advance(50)
    }
    expect(most).toBeGreaterThan(1_000)
    expect(most).toBeLessThanOrEqual(2_000)
    for (const partition of [0, 1, 2, 3]) expect(transport.log('orders', partition).length).toBe(125)
    expect(watcher.outcomes.every(({ metadata }, i) => metadata?.offset === Math.floor(i / 4))).toBe(true)
  })

  it('rejects with BUFFER_EXHAUSTED what waited maxBlockMs, metadata wait included; others stay in line', async () => {
    const { clock, producer } = bench({
      bufferMemory: 250,
      maxBlockMs: 1_000,
      metadata: () => ({ delayMs: 600 }),
      script: () => ({ outcome: 'stored', delayMs: 700 }),
    })
    const watcher = new Watcher()
    watcher.watch('a', producer.send({ topic: 'orders', key: '1', value }))
    const b = watcher.watch('b', producer.send({ topic: 'orders', key: '1', value }))
    await clock.advance(700)
    watcher.watch('c', producer.send({ topic: 'orders', key: '1', value }))
    await clock.advance(299)
    expect(watcher.story).toEqual([])
    await clock.advance(1)
    expect(watcher.story).toEqual(['b BUFFER_EXHAUSTED'])
    expect(b.error?.message).toContain('bufferMemory (250 bytes) stayed full for maxBlockMs (1000 ms)')
    await clock.advance(2_000)
    expect(watcher.story.slice(1)).toEqual(['a 0', 'c 1'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('lets a waiting record be aborted', async () => {
    const { clock, transport, producer } = bench({ ...slow, bufferMemory: 250 })
    await producer.partitionsFor('orders')
    const watcher = new Watcher()
    const controller = new AbortController()
    watcher.watch('a', producer.send({ topic: 'orders', key: '1', value }))
    watcher.watch('b', producer.send({ topic: 'orders', key: '1', value }, { signal: controller.signal }))
    watcher.watch('c', producer.send({ topic: 'orders', key: '1', value }))
    controller.abort()
    await clock.advance(1_000)
    expect(watcher.story).toEqual(['b ABORTED', 'a 0', 'c 1'])
    expect(transport.log('orders', 1).length).toBe(2)
  })

  it('ends lingering when somebody waits for it', async () => {
    const { clock, producer } = bench({ bufferMemory: 250, lingerMs: 60_000, deliveryTimeoutMs: 120_000 })
    await producer.partitionsFor('orders')
    const watcher = new Watcher()
    for (const key of ['1', '2']) watcher.watch(key, producer.send({ topic: 'orders', key, value }))
    await clock.settle()
    expect(watcher.story).toEqual(['1 0'])
  })

  it('keeps its own copy of bytes that wait, for the caller may use theirs again', async () => {
    const { clock, transport, producer } = bench({ metadata: () => ({ delayMs: 10 }) })
    const bytes = new TextEncoder().encode('before')
    void producer.send({ topic: 'orders', key: '1', value: bytes, headers: { h: bytes } })
    bytes.set(new TextEncoder().encode('after!'))
    await clock.advance(10)
    expect(values(transport, 1)).toEqual(['before'])
    expect(transport.log('orders', 1)[0]?.headers).toEqual([['h', new TextEncoder().encode('before')]])
  })
})
