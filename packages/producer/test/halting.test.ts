import type { ScriptedOutcome, ScriptedWrite } from '@partita/testing'
import { describe, expect, it } from 'vitest'
import { bench, type Bench, brokerError, values, Watcher } from './harness.ts'

/** Fails every batch with a value that begins with `bad`, after 10 ms; stores the others after 10 ms. */
function script({ records }: ScriptedWrite): ScriptedOutcome {
  const bad = records.some(({ value }) => typeof value === 'string' && value.startsWith('bad'))
  return bad
    ? { outcome: 'refused', error: brokerError('INVALID_RECORD'), delayMs: 10 }
    : { outcome: 'stored', delayMs: 10 }
}

/** `1a bad` is in flight alone; the others wait behind it, in three batches of two at the most. */
async function failing(options: Parameters<typeof bench>[0] = {}): Promise<Bench & { watcher: Watcher }> {
  const it = bench({ script, maxBatchRecords: 2, ...options })
  const watcher = new Watcher()
  const send = (key: string | null, value: string) =>
    watcher.watch(`${key} ${value}`, it.producer.send({ topic: 'orders', key, value, partition: 1 }))
  send('1a', 'bad')
  await it.clock.settle()
  send('1b', 'x')
  send('1a', 'y')
  send(null, 'none')
  send('1a', 'z')
  send('1b', 'w')
  await it.clock.advance(10)
  return { ...it, watcher }
}

describe('halt-key', () => {
  it('rejects what is queued of the failed key, in order; other keys and records without key go on', async () => {
    const { clock, transport, producer, watcher } = await failing()
    expect(watcher.story).toEqual(['1a bad INVALID_RECORD', '1a y HALTED', '1a z HALTED'])
    await clock.advance(100)
    expect(values(transport, 1)).toEqual(['x', 'none', 'w'])
    expect(watcher.story.slice(3)).toEqual(['1b x 0', 'null none 1', '1b w 2'])
    expect(producer.metrics()).toMatchObject({ bufferedBytes: 0, recordsPending: 0, halted: 1 })
    expect(transport.violations).toEqual([])
  })

  it('rejects later records of the key at once, with the first failure as cause, until it is resumed', async () => {
    const { clock, transport, producer } = await failing()
    await clock.advance(100)
    const watcher = new Watcher()
    const text = watcher.watch('text', producer.send({ topic: 'orders', key: '1a', value: 'v' }))
    watcher.watch('bytes', producer.send({ topic: 'orders', key: new TextEncoder().encode('1a'), value: 'v' }))
    const writes = transport.writes.length
    await clock.settle()
    expect(watcher.story).toEqual(['text HALTED', 'bytes HALTED'])
    expect(transport.writes.length).toBe(writes)
    expect(text.error?.cause).toMatchObject({ code: 'INVALID_RECORD' })
    expect(text.error?.message).toContain('producer.resume({ topic, key })')
    expect(text.error?.message).not.toContain('1a')
    expect(producer.halted()).toMatchObject([
      { topic: 'orders', partition: 1, key: new TextEncoder().encode('1a'), cause: { code: 'INVALID_RECORD' } },
    ])

    expect(producer.resume({ topic: 'orders', key: '1a' })).toBe(true)
    expect(producer.resume({ topic: 'orders', key: '1a' })).toBe(false)
    watcher.watch('resumed', producer.send({ topic: 'orders', key: '1a', value: 'v' }))
    await clock.advance(100)
    expect(watcher.story[2]).toMatch(/^resumed \d/)
    expect(producer.halted()).toEqual([])
  })

  it('lets rejected records be sent again in order, from the first rejection on', async () => {
    const { clock, transport, producer } = bench({ script, bufferMemory: 540 })
    await producer.partitionsFor('orders')
    const again: Promise<unknown>[] = []
    const resend = (value: string) => producer.send({ topic: 'orders', key: '1a', value: `again-${value}` })
    for (const value of ['bad', 'y', 'z', 'waits-for-memory']) {
      const sent = producer.send({ topic: 'orders', key: '1a', value: value.padEnd(100) })
      sent.catch(() => {
        if (value === 'bad') producer.resume({ topic: 'orders', key: '1a' })
        again.push(resend(value))
      })
      await clock.settle()
    }
    expect(producer.metrics().recordsWaiting).toBe(1)
    await clock.advance(1_000)
    await Promise.all(again)
    expect(values(transport, 1)).toEqual(['again-bad', 'again-y', 'again-z', 'again-waits-for-memory'])
  })

  it('halts nothing when the failed batch has no keys', async () => {
    const { clock, transport, producer } = bench({ script })
    const watcher = new Watcher()
    watcher.watch('bad', producer.send({ topic: 'orders', value: 'bad' }))
    await clock.settle()
    watcher.watch('next', producer.send({ topic: 'orders', value: 'next' }))
    await clock.advance(100)
    expect(watcher.story).toEqual(['bad INVALID_RECORD', 'next 0'])
    expect([producer.halted(), transport.violations]).toEqual([[], []])
  })

  it('halts the partition where the keys would be more than maxHaltedKeys', async () => {
    const { clock, producer, watcher } = await failing({ maxHaltedKeys: 1, maxBatchRecords: 100 })
    await clock.advance(100)
    expect(producer.halted()).toMatchObject([{ partition: 1, key: expect.anything() }])
    watcher.watch('c', producer.send({ topic: 'orders', key: '1c', value: 'bad' }))
    await clock.advance(100)
    expect(producer.halted()).toMatchObject([{ partition: 1, key: null }, { partition: 1 }])
    const d = watcher.watch('d', producer.send({ topic: 'orders', key: '1d', value: 'v' }))
    await clock.settle()
    expect(d.error?.message).toContain('producer.resume({ topic, partition })')
    expect(producer.resume({ topic: 'orders', partition: 1 })).toBe(true)
    expect(producer.halted()).toEqual([])
  })
})

describe('resume', () => {
  it('opens one key, one partition with its keys, or the topic, and nothing else', async () => {
    const { clock, producer } = bench({ script })
    const watcher = new Watcher()
    const bad = ['0a', '1a', '1b', '2a']
    for (const key of bad) watcher.watch(key, producer.send({ topic: 'orders', key, value: 'bad' }))
    await clock.advance(10)
    const halted = () => producer.halted().map(({ key }) => new TextDecoder().decode(key!))
    expect(halted().toSorted()).toEqual(bad)
    expect(producer.resume({ topic: 'orders', partition: 1 })).toBe(true)
    expect(halted().toSorted()).toEqual(['0a', '2a'])
    expect(producer.resume({ topic: 'orders', key: new TextEncoder().encode('2a') })).toBe(true)
    expect(halted()).toEqual(['0a'])
    expect(producer.resume({ topic: 'other' })).toBe(false)
    expect(producer.resume({ topic: 'orders' })).toBe(true)
    expect(halted()).toEqual([])
    expect(() => producer.resume({ topic: 'no/good' })).toThrow(
      expect.objectContaining({ code: 'INVALID_TOPIC_EXCEPTION' }),
    )
  })
})

describe('halt-partition', () => {
  it('rejects everything behind, in order, and later records, until it is resumed', async () => {
    const { clock, transport, producer, watcher } = await failing({ onFailure: 'halt-partition' })
    watcher.watch('later', producer.send({ topic: 'orders', key: '1e', value: 'v' }))
    watcher.watch('elsewhere', producer.send({ topic: 'orders', key: '2', value: 'v' }))
    await clock.advance(100)
    expect(watcher.story).toEqual([
      '1a bad INVALID_RECORD',
      ...['1b x', '1a y', 'null none', '1a z', '1b w', 'later'].map((name) => `${name} HALTED`),
      'elsewhere 0',
    ])
    expect(producer.halted()).toMatchObject([{ topic: 'orders', partition: 1, key: null }])
    expect(producer.resume({ topic: 'orders', partition: 0 })).toBe(false)
    expect(producer.resume({ topic: 'orders' })).toBe(true)
    watcher.watch('resumed', producer.send({ topic: 'orders', key: '1e', value: 'v' }))
    await clock.advance(100)
    expect(values(transport, 1)).toEqual(['v'])
  })

  it('rejects also what waits for memory, so that nothing overtakes what is sent again', async () => {
    const { clock, transport, producer } = bench({ script, onFailure: 'halt-partition', bufferMemory: 250 })
    await producer.partitionsFor('orders')
    const watcher = new Watcher()
    for (const [key, value] of [
      ['1', 'bad'],
      ['1', 'y'],
      ['2', 'z'],
      ['1', 'w'],
    ] as const) {
      watcher.watch(value, producer.send({ topic: 'orders', key, value: value.padEnd(100) }))
      await clock.settle()
    }
    await clock.advance(10)
    expect(watcher.story).toEqual(['bad INVALID_RECORD', 'y HALTED', 'w HALTED'])
    await clock.advance(10)
    expect(values(transport, 2).length).toBe(1)
  })
})

describe('continue', () => {
  it("lets everything behind go on, as Java's client does", async () => {
    const { clock, transport, producer, watcher } = await failing({ onFailure: 'continue' })
    await clock.advance(100)
    expect(watcher.story[0]).toBe('1a bad INVALID_RECORD')
    expect(values(transport, 1)).toEqual(['x', 'y', 'none', 'z', 'w'])
    expect(producer.halted()).toEqual([])
  })
})
