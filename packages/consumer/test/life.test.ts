import { describe, expect, it } from 'vitest'
import { createConsumer } from '@partita/consumer'
import { PartitaError } from '@partita/protocol'
import { createScriptedConsumerTransport, createVirtualClock } from '@partita/testing'
import { keyed, letters, orders0, start, type HarnessOptions } from './harness.ts'

describe('close()', () => {
  it('starts no more, waits for running handlers, commits, leaves; run() settles after that', async () => {
    const t = await start()
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'a', 'b'))
    await t.clock.settle()
    const steps: string[] = []
    const closed = t.consumer.close().then(() => steps.push('closed'))
    void t.ended.then(() => steps.push('run'))
    t.call(0).done()
    await t.clock.settle()
    expect(steps).toEqual([])
    expect(t.transport.left).toBe(false)
    t.call(2).done()
    await closed
    await t.clock.settle()
    expect(steps.toSorted()).toEqual(['closed', 'run'])
    expect(t.started()).toEqual([0, 2])
    expect(t.transport.left).toBe(true)
    expect(t.transport.committed('orders', 0)!.offset).toBe(1)
    expect(t.clock.pendingTimers).toBe(0)
  })

  it('tells handlers to stop when four fifths of its time are over, and ends in time whatever they do', async () => {
    const t = await start()
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'b'))
    await t.clock.settle()
    const closed = t.consumer.close({ timeoutMs: 1000 })
    await t.clock.advance(700)
    expect(t.call(0).signal.aborted).toBe(false)
    await t.clock.advance(100)
    expect(t.call(0).signal.reason).toMatchObject({ code: 'CLOSED' })
    t.call(0).done()
    await t.clock.advance(200)
    await closed
    expect(await t.ended).toBe('closed')
    expect(t.transport.committed('orders', 0)!.offset).toBe(1)
    t.call(1).done()
    await t.clock.settle()
    expect(t.consumer.metrics()).toMatchObject({ state: 'closed', recordsHandled: 1, runningHandlers: 0 })
  })

  it('can be called again, also while it is under way, and by await using', async () => {
    const t = await start()
    const first = t.consumer.close()
    expect(t.consumer.close({ timeoutMs: 1 })).toBe(first)
    await t.consumer[Symbol.asyncDispose]()
    expect(t.consumer.metrics().state).toBe('closed')
  })

  it('before run() leaves nothing to run', async () => {
    const t = await start()
    await t.consumer.close()
    await expect(t.consumer.run()).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('gives up on joining', async () => {
    const t = await start({ prepare: (transport) => void transport.holdJoin() })
    expect(t.consumer.metrics().state).toBe('joining')
    await t.consumer.close()
    expect(await t.ended).toBe('closed')
  })

  it('takes no partitions any more that are assigned meanwhile', async () => {
    const t = await start()
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.settle()
    const closed = t.consumer.close()
    t.transport.assign([{ topic: 'orders', partition: 1 }])
    t.transport.deliver('orders', 1, keyed('x'))
    await t.clock.settle()
    t.call(0).done()
    await closed
    expect(t.calls).toHaveLength(1)
  })

  it('and a revocation at the same time come to the same end', async () => {
    const t = await start()
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.settle()
    const revoked = t.transport.revoke()
    const closed = t.consumer.close()
    t.call(0).done()
    expect(await revoked).toBe(true)
    await closed
    expect(t.transport.commits).toEqual([[{ ...orders0, offset: 1, metadata: '' }]])
  })

  it('happens when the AbortSignal given as closeOn fires', async () => {
    const stop = new AbortController()
    const t = await start({ closeOn: stop.signal })
    stop.abort()
    expect(await t.ended).toBe('closed')
  })
})

describe('a closeOn that fired before run()', () => {
  it('closes the consumer at once', async () => {
    const t = await start({ closeOn: AbortSignal.abort() })
    expect(await t.ended).toBe('closed')
    expect(t.transport.left).toBe(true)
  })
})

describe('run()', () => {
  it('can be called once', async () => {
    const t = await start()
    await expect(t.consumer.run()).rejects.toMatchObject({ code: 'CLOSED', message: expect.stringContaining('once') })
  })

  it('rejects where joining fails', async () => {
    const refusal = new PartitaError('GROUP_AUTHORIZATION_FAILED', 'Not you.')
    const t = await start({ prepare: (transport) => transport.refuseJoin(refusal) })
    expect(await t.ended).toBe(refusal)
    expect(t.consumer.metrics().state).toBe('closed')
  })

  it('hands the subscription on, with the defaults of Java', async () => {
    const t = await start({ groupInstanceId: 'billing-0', clientRack: 'r1' })
    expect(t.transport.subscription).toMatchObject({
      groupId: 'billing',
      topics: ['orders'],
      autoOffsetReset: 'latest',
      isolationLevel: 'read_uncommitted',
      sessionTimeoutMs: 45_000,
      heartbeatIntervalMs: 3_000,
      rebalanceTimeoutMs: 60_000,
      fetchMinBytes: 1,
      fetchMaxBytes: 52_428_800,
      maxPartitionFetchBytes: 1_048_576,
      fetchMaxWaitMs: 500,
      groupInstanceId: 'billing-0',
      clientRack: 'r1',
    })
  })
})

describe('with partitions in place of topics', () => {
  const manual = { topics: undefined, partitions: [{ ...orders0, offset: 4 }] } as const

  it('reads those, in order by key, and commits nothing where there is no group', async () => {
    const t = await start({ ...manual, groupId: undefined, autoCommitIntervalMs: 100 } as HarnessOptions)
    expect(t.transport.manual).toMatchObject({ partitions: manual.partitions, autoOffsetReset: 'latest' })
    expect(t.transport.subscription).toBeUndefined()
    t.transport.assign([{ ...orders0, committed: null }])
    t.transport.deliver('orders', 0, letters('aab'))
    await t.clock.settle()
    expect(t.running()).toEqual([0, 2])
    for (const offset of [0, 2]) t.call(offset).done()
    await t.clock.advance(500)
    t.call(1).done()
    await t.consumer.close()
    expect(await t.ended).toBe('closed')
    expect(t.transport.commits).toEqual([])
    expect(t.warnings).toEqual([])
  })

  it('commits to the group that is given', async () => {
    const t = await start({ ...manual, groupId: 'audit' } as HarnessOptions)
    expect(t.transport.manual).toMatchObject({ groupId: 'audit' })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, letters('ab'))
    await t.clock.settle()
    for (const offset of [0, 1]) t.call(offset).done()
    await t.consumer.close()
    expect(t.transport.committed('orders', 0)).toMatchObject({ offset: 2 })
  })

  it('is one or the other, as the types say too', () => {
    const transport = createScriptedConsumerTransport({ clock: createVirtualClock() })
    const handler = (): void => {}
    const partitions = [orders0]
    createConsumer({ transport, handler, partitions })
    createConsumer({ transport, handler, partitions, groupId: 'audit' })
    // @ts-expect-error a group cannot be joined without topics
    expect(() => createConsumer({ transport, handler, groupId: 'audit' })).toThrow('topics must be')
    // @ts-expect-error topics are shared out by a group: their partitions cannot be chosen
    expect(() => createConsumer({ transport, handler, topics: ['t'], partitions, groupId: 'g' })).toThrow('topics')
    // @ts-expect-error nobody rebalances what was chosen by hand
    createConsumer({ transport, handler, partitions, groupProtocol: 'consumer' })
  })
})

it('hands on how the group shares out its partitions', async () => {
  const t = await start({ groupProtocol: 'consumer', groupRemoteAssignor: 'range' } as HarnessOptions)
  expect(t.transport.subscription).toMatchObject({ groupProtocol: 'consumer', groupRemoteAssignor: 'range' })
})
