import { describe, expect, it } from 'vitest'
import type { CommittedOffset } from '@partita/protocol'
import { keyed, orders0, start } from './harness.ts'

describe('a restart', () => {
  it('after a clean end repeats nothing, also of what was finished out of order', async () => {
    const committed = new Map<string, CommittedOffset>()
    const keys = ['a', 'b', 'c', 'd', 'e', 'f']
    const first = await start({ committed, closeTimeoutMs: 1000 })
    first.transport.assign([orders0])
    first.transport.deliver('orders', 0, keyed(...keys))
    await first.clock.settle()
    for (const offset of [1, 3, 4]) first.call(offset).done()
    const closed = first.consumer.close()
    await first.clock.advance(1000)
    await closed

    const second = await start({ committed, onCall: (call) => call.done() })
    second.transport.assign([orders0])
    // The map reaches beyond what the first fetch brings, and must outlive it.
    second.transport.deliver('orders', 0, keyed(...keys.slice(0, 2)))
    await second.clock.advance(5000)
    expect(second.started()).toEqual([0])
    const third = await start({ committed, onCall: (call) => call.done() })
    third.transport.assign([orders0])
    third.transport.deliver('orders', 0, keyed(...keys.slice(2)))
    await third.clock.advance(5000)
    expect(third.started()).toEqual([2, 5])
    expect(committed.get('orders-0')).toEqual({ offset: 6, metadata: '' })
  })

  it('passes what an earlier member had finished as soon as nothing before it is left', async () => {
    const committed = new Map<string, CommittedOffset>()
    const first = await start({ committed })
    first.transport.assign([orders0])
    first.transport.deliver('orders', 0, keyed('a', 'b', 'c'))
    await first.clock.settle()
    first.call(1).done()
    first.call(2).done()
    await first.clock.advance(5000)
    const second = await start({ committed, onCall: (call) => call.done() })
    second.transport.assign([orders0])
    second.transport.deliver('orders', 0, keyed('a'))
    await second.clock.advance(5000)
    expect(committed.get('orders-0')).toEqual({ offset: 3, metadata: '' })
  })

  it('after a crash repeats what finished since the last commit, and nothing else', async () => {
    const committed = new Map<string, CommittedOffset>()
    const first = await start({ committed })
    first.transport.assign([orders0])
    first.transport.deliver('orders', 0, keyed('a', 'b', 'c', 'd'))
    await first.clock.settle()
    first.call(2).done()
    await first.clock.advance(5000)
    first.call(3).done()
    await first.clock.settle()

    const second = await start({ committed })
    second.transport.assign([orders0])
    second.transport.deliver('orders', 0, keyed('a', 'b', 'c', 'd'))
    await second.clock.settle()
    expect(second.started()).toEqual([0, 1, 3])
  })

  it.each(['p=3;client=someone-else', 'partita1:!!!!', 'partita1:AQID', 'partita9:AAAA'])(
    'on metadata that is not ours (%s) handles everything, warns, and leaves it until something is finished',
    async (metadata) => {
      const t = await start()
      t.transport.assign([{ ...orders0, committed: { offset: 1, metadata } }])
      t.transport.deliver('orders', 0, [{ offset: 1, key: 'a' }])
      await t.clock.advance(10_000)
      expect(t.started()).toEqual([1])
      expect(t.warnings).toHaveLength(1)
      expect(t.transport.commits).toHaveLength(0)
    },
  )
})
