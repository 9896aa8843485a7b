import { describe, expect, it } from 'vitest'
import type { ConsumerHooks } from '@partita/consumer'
import { keyed, orders0, start } from './harness.ts'

describe('metrics()', () => {
  it('shows each partition, derived from what is there', async () => {
    const t = await start({ maxConcurrency: 2 })
    t.transport.assign([orders0, { topic: 'orders', partition: 1 }])
    t.transport.deliver('orders', 0, keyed('a', 'a', 'b', 'c'), { highWatermark: 10 })
    await t.clock.settle()
    t.call(2).done()
    await t.clock.settle()
    const { partitions, ...rest } = t.consumer.metrics()
    expect(partitions).toEqual([
      {
        ...orders0,
        state: 'owned',
        fence: 0,
        watermark: 0,
        position: 4,
        committed: null,
        highWatermark: 10,
        lag: 10,
        inFlight: 2,
        buffered: 3,
        bufferedBytes: 9,
        fetchPaused: false,
      },
      expect.objectContaining({ partition: 1, watermark: null, position: null, lag: null, buffered: 0 }),
    ])
    expect(rest).toEqual({
      state: 'running',
      paused: false,
      memberId: 'scripted-1',
      epoch: 0,
      recordsHandled: 1,
      recordsSkipped: 0,
      failedAttempts: 0,
      retries: 0,
      failedCommits: 0,
      runningHandlers: 2,
      peakConcurrency: 2,
      busiestKeys: [
        { ...orders0, key: '"a"', records: 2 },
        { ...orders0, key: '"c"', records: 1 },
      ],
      lastWarning: null,
    })
  })

  it('shows keys that are not text as hexadecimal, and long ones cut', async () => {
    const t = await start()
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, [{ key: new Uint8Array([0, 255]) }, { key: 'x'.repeat(50) }])
    await t.clock.settle()
    const keys = t.consumer.metrics().busiestKeys.map(({ key }) => key)
    expect(keys.toSorted()).toEqual([`"${'x'.repeat(40)}"…`, '0x00ff'])
  })
})

describe('explain()', () => {
  it('says where a record is and why it does not run', async () => {
    const t = await start({ maxConcurrency: 2 })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'a', 'b', 'c', 'd'))
    await t.clock.settle()
    const state = (offset: number): string => t.consumer.explain({ ...orders0, offset }).state
    expect([0, 1, 2, 5].map(state)).toEqual(['running', 'behind-its-key', 'running', 'not-fetched'])
    t.call(2).fail()
    await t.clock.settle()
    expect([2, 3].map(state)).toEqual(['backing-off', 'running'])
    t.call(0).done()
    t.consumer.pause()
    await t.clock.settle()
    expect([0, 1].map(state)).toEqual(['finished', 'ready'])
    await t.clock.advance(200)
    expect(t.consumer.explain({ ...orders0, offset: 2 })).toEqual({
      state: 'ready',
      because: 'The consumer is paused.',
    })
    expect(t.consumer.explain({ ...orders0, partition: 7, offset: 2 }).state).toBe('not-assigned')
    void t.transport.revoke()
    expect(state(2)).toBe('being-given-up')
  })
})

describe('hooks', () => {
  it('tell what happens, in order', async () => {
    const seen: string[] = []
    const hooks: ConsumerHooks = {
      partitionsAssigned: (partitions, epoch) => seen.push(`assigned ${partitions.length} at ${epoch}`),
      partitionsRevoked: (partitions, how) => seen.push(`${how} ${partitions.length}`),
      recordStarted: ({ offset }, attempt) => seen.push(`started ${offset} (${attempt})`),
      recordFinished: ({ offset }, how) => seen.push(`${how} ${offset}`),
      recordFailed: ({ offset }, error, _, next) => seen.push(`failed ${offset}: ${(error as Error).message}, ${next}`),
      committed: (offsets) => seen.push(`committed ${offsets[0]!.offset}`),
    }
    const t = await start({ hooks, onCall: (call) => (call.attempt === 1 ? call.fail() : call.done()) })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.advance(200)
    await t.transport.revoke()
    t.transport.assign([orders0])
    t.transport.lose()
    expect(seen).toEqual([
      'assigned 1 at 0',
      'started 0 (1)',
      'failed 0: no luck, retry',
      'started 0 (2)',
      'handled 0',
      'committed 1',
      'drained 1',
      'assigned 1 at 1',
      'lost 1',
    ])
  })

  it('that throw become warnings and change nothing', async () => {
    const broken = (): never => {
      throw new Error('broken hook')
    }
    const hooks: ConsumerHooks = { recordStarted: broken, recordFinished: broken, committed: broken, warning: broken }
    const t = await start({ hooks, onCall: (call) => call.done() })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.advance(5000)
    expect(t.transport.committed('orders', 0)!.offset).toBe(1)
    expect(t.consumer.metrics().lastWarning!.message).toBe('The hook committed threw.')
  })
})
