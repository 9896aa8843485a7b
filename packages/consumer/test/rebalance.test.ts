import { describe, expect, it } from 'vitest'
import { PartitaError, type CommittedOffset } from '@partita/protocol'
import { keyed, orders0, start } from './harness.ts'

const orders1 = { topic: 'orders', partition: 1 }

describe('partitions that are revoked', () => {
  it('are drained: nothing more starts, running handlers end, all of it is committed, then they are given up', async () => {
    const t = await start()
    t.transport.assign([orders0, orders1])
    t.transport.deliver('orders', 0, keyed('a', 'a', 'b'))
    t.transport.deliver('orders', 1, keyed('x', 'x'))
    await t.clock.settle()
    let given = false
    const revoked = t.transport.revoke([orders0]).then((inTime) => (given = inTime))
    await t.clock.settle()
    t.calls.find(({ key }) => key === 'a')!.done()
    t.calls.find(({ key }) => key === 'x')!.done()
    await t.clock.settle()
    expect(given).toBe(false)
    // Partition 1 goes on meanwhile.
    expect(t.calls.map(({ partition, offset }) => `${partition}:${offset}`)).toEqual(['0:0', '0:2', '1:0', '1:1'])
    t.calls.find(({ key }) => key === 'b')!.done()
    await revoked
    expect(given).toBe(true)
    expect(t.transport.committed('orders', 0)!.offset).toBe(1)
    expect(t.consumer.metrics().partitions.map(({ partition }) => partition)).toEqual([1])
    expect(t.calls.every(({ signal }) => !signal.aborted)).toBe(true)
  })

  it('do not wait for a record that is backing off, nor is it tried again', async () => {
    const t = await start()
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.settle()
    t.call(0).fail()
    await t.clock.settle()
    expect(await t.transport.revoke()).toBe(true)
    await t.clock.advance(60_000)
    expect(t.calls).toHaveLength(1)
    expect(t.transport.committed('orders', 0)?.offset ?? 0).toBe(0)
  })

  it('do not try again a record that fails meanwhile; it stays uncommitted', async () => {
    const t = await start({ retry: { maxAttempts: 1 } })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'b'))
    await t.clock.settle()
    const revoked = t.transport.revoke()
    t.call(0).fail()
    t.call(1).done()
    expect(await revoked).toBe(true)
    expect(t.calls).toHaveLength(2)
    expect(t.transport.committed('orders', 0)!.offset).toBe(0)
    expect(t.consumer.metrics().state).toBe('running')
  })

  it('tell handlers that take too long to stop, and what still ends in time counts', async () => {
    const t = await start({ rebalanceTimeoutMs: 10_000 })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.settle()
    const revoked = t.transport.revoke()
    await t.clock.advance(7_999)
    expect(t.call(0).signal.aborted).toBe(false)
    await t.clock.advance(1)
    expect(t.call(0).signal.reason).toMatchObject({ code: 'PARTITION_LOST' })
    await t.clock.advance(500)
    t.call(0).done()
    expect(await revoked).toBe(true)
    expect(t.transport.committed('orders', 0)!.offset).toBe(1)
  })

  it('are given up in time even where a handler does not listen; its late result does not count', async () => {
    const t = await start({ rebalanceTimeoutMs: 10_000 })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'b'))
    await t.clock.settle()
    t.call(1).done()
    const revoked = t.transport.revoke()
    await t.clock.advance(9_000)
    expect(await revoked).toBe(true)
    const before = t.transport.commits.length
    t.call(0).done()
    await t.clock.advance(10_000)
    expect(t.transport.commits).toHaveLength(before)
    expect(t.consumer.metrics()).toMatchObject({ recordsHandled: 1, runningHandlers: 0, partitions: [] })
  })

  it('and assigned anew before they were given up, since the transport could not wait, are another assignment', async () => {
    const t = await start()
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.settle()
    const late = t.call(0)
    const revoked = t.transport.revoke()
    await t.clock.settle()
    t.transport.assign([{ ...orders0, committed: null }])
    expect(late.signal.aborted).toBe(true)
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.settle()
    expect(t.calls).toHaveLength(1)
    late.done()
    expect(await revoked).toBe(true)
    await t.clock.settle()
    expect(t.call(0)).toMatchObject({ fence: 1, state: 'running' })
    expect(t.transport.commits).toEqual([])
  })

  it('while their next record was about to start, and come back, start it once', async () => {
    const t = await start({ ordering: 'partition' })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'b'))
    await t.clock.settle()
    t.consumer.pause()
    t.call(0).done()
    await t.clock.settle()
    expect(t.consumer.explain({ ...orders0, offset: 1 }).state).toBe('ready')
    await t.transport.revoke()
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('b', 'c'))
    t.consumer.resume()
    await t.clock.settle()
    t.call(1).done()
    await t.clock.settle()
    t.call(2).done()
    await t.clock.settle()
    expect(t.started()).toEqual([0, 1, 2])
  })

  it('that come back go on where they were', async () => {
    const t = await start({ onCall: (call) => call.done() })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'b'))
    await t.clock.settle()
    await t.transport.revoke()
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('c'))
    await t.clock.advance(5000)
    expect(t.started()).toEqual([0, 1, 2])
    expect(t.transport.committed('orders', 0)!.offset).toBe(3)
    expect(t.calls.map(({ fence }) => fence)).toEqual([0, 0, 1])
  })
})

describe('partitions that are lost', () => {
  it('are dropped at once: handlers are told, nothing is committed, late results are nothing', async () => {
    const t = await start()
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'a', 'b'))
    await t.clock.settle()
    t.call(2).done()
    await t.clock.settle()
    t.transport.lose()
    expect(t.call(0).signal.reason).toMatchObject({ code: 'PARTITION_LOST', place: orders0 })
    t.call(0).done()
    await t.clock.advance(20_000)
    expect(t.started()).toEqual([0, 2])
    expect(t.transport.commits).toEqual([])
    expect(t.consumer.metrics()).toMatchObject({ recordsHandled: 1, partitions: [] })
  })

  it('while they are drained end the draining', async () => {
    const t = await start()
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.settle()
    const revoked = t.transport.revoke()
    await t.clock.settle()
    t.transport.lose([orders0])
    expect(await revoked).toBe(true)
    expect(t.transport.commits).toEqual([])
    expect(t.call(0).signal.aborted).toBe(true)
  })

  it('give a signal that has fired to a handler that asks for it late', async () => {
    let read = (): boolean => false
    const t = await start({
      handler: (_, context) => {
        read = () => context.signal.aborted
        return new Promise(() => {})
      },
    })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.settle()
    t.transport.lose()
    expect(read()).toBe(true)
  })

  it('and come back to the same process wait, key by key, for handlers that still run', async () => {
    const t = await start()
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'b'))
    await t.clock.settle()
    t.call(1).done()
    const late = t.call(0)
    t.transport.lose()
    t.transport.assign([{ ...orders0, committed: null }])
    t.transport.deliver('orders', 0, keyed('a', 'b', 'a'))
    await t.clock.settle()
    expect(t.calls.map(({ fence, offset }) => [fence, offset])).toEqual([
      [0, 0],
      [0, 1],
      [1, 1],
    ])
    expect(t.consumer.explain({ ...orders0, offset: 0 }).because).toContain('an assignment that has ended')
    late.done()
    await t.clock.settle()
    expect(t.call(0)).toMatchObject({ fence: 1, attempt: 1, state: 'running' })
    // The old handler's result was about the old assignment.
    expect(t.consumer.metrics().partitions[0]).toMatchObject({ watermark: 0, inFlight: 2, buffered: 3 })
    t.call(0).done()
    await t.clock.settle()
    expect(t.running()).toEqual([1, 2])
  })

  it("do so with ordering: 'partition' as well, and through an assignment in between", async () => {
    const t = await start({ ordering: 'partition' })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'b'))
    await t.clock.settle()
    const late = t.call(0)
    for (let i = 0; i < 2; i++) {
      t.transport.lose()
      t.transport.assign([{ ...orders0, committed: null }])
      t.transport.deliver('orders', 0, keyed('a', 'b'))
      await t.clock.settle()
    }
    expect(t.calls).toHaveLength(1)
    late.fail()
    await t.clock.settle()
    expect(t.calls.map(({ fence, offset }) => [fence, offset])).toEqual([
      [0, 0],
      [2, 0],
    ])
  })

  it('forget that a record was to be tried again', async () => {
    const t = await start({ ordering: 'partition' })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'b'))
    await t.clock.settle()
    t.call(0).fail()
    await t.clock.settle()
    t.transport.lose()
    t.transport.assign([{ ...orders0, committed: null }])
    t.transport.deliver('orders', 0, keyed('a', 'b'))
    await t.clock.advance(1000)
    expect(t.calls.map(({ fence, offset }) => [fence, offset])).toEqual([
      [0, 0],
      [1, 0],
    ])
  })

  it('leave no lane behind', async () => {
    const t = await start({ maxConcurrency: 1 })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'a', 'b'))
    await t.clock.settle()
    t.call(0).done()
    t.transport.lose()
    await t.clock.settle()
    t.transport.assign([orders0])
    expect(t.consumer.metrics().busiestKeys).toEqual([])
  })

  it('count too in a commit that was under way: it is not taken for one of the next assignment', async () => {
    const committed = new Map<string, CommittedOffset>()
    const t = await start({ committed, onCall: (call) => call.done() })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'b'))
    t.transport.nextCommit({ delayMs: 1000 })
    await t.clock.advance(5500)
    t.transport.lose()
    t.transport.assign([orders0])
    await t.clock.advance(500)
    expect(t.consumer.metrics().partitions[0]!.committed).toBeNull()
  })
})

describe('a membership that fails', () => {
  it('makes run() reject with the reason, after the handlers were told', async () => {
    const t = await start()
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.settle()
    let settled = false
    void t.ended.then(() => (settled = true))
    t.transport.fail(new PartitaError('FENCED_INSTANCE_ID', 'Another member has this instance id.'))
    await t.clock.settle()
    expect(t.call(0).signal.aborted).toBe(true)
    expect(settled).toBe(false)
    t.call(0).fail()
    await t.clock.settle()
    expect(await t.ended).toMatchObject({ code: 'FENCED_INSTANCE_ID' })
    expect(t.transport.commits).toEqual([])
    expect(t.consumer.metrics().state).toBe('closed')
  })
})
