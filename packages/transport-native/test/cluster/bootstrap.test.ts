import { describe, expect, it } from 'vitest'
import { listGroupsApi } from '@partita/wire'
import { failure, handled } from '../network/failure.ts'
import { silence } from '../network/fake-broker.ts'
import { during, toldCluster, topicLedBy } from './cluster-harness.ts'

const refused = (address: string): Error =>
  Object.assign(new Error(`connect ECONNREFUSED ${address}`), { code: 'ECONNREFUSED' })

describe('a cluster', () => {
  it('connects when it is first used, and goes on with the connection that it began with', async () => {
    const { clock, broker, open } = toldCluster()
    broker.on('ListGroups', () => ({ errorCode: 0, groups: [] }))
    const cluster = open()
    await clock.settle()
    expect(broker.attempts).toEqual([])
    expect(await during(clock, cluster.anyNode())).toBe(1)
    expect(cluster.nodes()).toEqual([1, 2, 3])
    await during(clock, cluster.request(1, listGroupsApi, {}))
    expect(broker.attempts).toEqual(['node-1:1'])
  })

  it('is found by way of any of its addresses, whichever is tried first', async () => {
    const told = toldCluster()
    told.broker.unreachable.set('dead-1:9', refused('dead-1:9')).set('dead-2:9', refused('dead-2:9'))
    for (let session = 0; session < 12; session++) {
      const cluster = told.open({ brokers: ['dead-1:9', 'node-2:2', 'dead-2:9'] })
      expect(await during(told.clock, cluster.anyNode())).toBe(2)
      await cluster.close()
    }
    // Begun at a random one: some sessions met a dead one first, some did not.
    const firstAttempts = told.broker.attempts.filter((each) => each.startsWith('dead'))
    expect(firstAttempts.length).toBeGreaterThan(2)
    expect(told.broker.attempts.filter((each) => each === 'node-2:2')).toHaveLength(12)
  })

  it('that cannot be reached says of each address why, and the next attempt waits a little', async () => {
    const { clock, broker, open } = toldCluster()
    broker.unreachable.set('node-1:1', refused('1.2.3.4:1')).set('[::1]:2', refused('::1:2'))
    const cluster = open({ brokers: ['node-1:1', '[::1]:2'] })
    const error = await failure(during(clock, cluster.topic('orders')))
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true, ambiguous: false })
    expect(error.message).toMatch(/^None of the 2 brokers can be reached\. /)
    expect(error.message).toContain('node-1:1 cannot be reached: connect ECONNREFUSED 1.2.3.4:1.')
    expect(error.message).toContain('[::1]:2 cannot be reached: connect ECONNREFUSED ::1:2.')
    const again = handled(cluster.anyNode())
    await clock.advance(39)
    const { length } = broker.attempts
    await clock.advance(61)
    await failure(again)
    expect(broker.attempts.length).toBeGreaterThan(length)
  })

  it('that refuses who we are is asked at one address only, once', async () => {
    const { clock, broker, open } = toldCluster()
    broker
      .on('SaslHandshake', () => ({ errorCode: 0, mechanisms: ['PLAIN'] }))
      .on('SaslAuthenticate', () => ({ errorCode: 58, authBytes: new Uint8Array(0) }))
    const sasl = { mechanism: 'PLAIN', username: 'ann', password: 'wrong' } as const
    const cluster = open({ brokers: ['node-1:1', 'node-2:2', 'node-3:3'], sasl })
    const error = await failure(during(clock, cluster.topic('orders')))
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', retriable: false })
    expect(broker.attempts).toHaveLength(1)
  })

  it('whose nodes are elsewhere than it says is not mistaken for one that is down', async () => {
    const told = toldCluster()
    for (const id of [1, 2, 3]) {
      told.nodes.set(id, 'inside')
      told.broker.unreachable.set(`inside:${id}`, refused(`inside:${id}`))
    }
    const error = await failure(during(told.clock, told.open().anyNode()))
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true })
    expect(error.message).toMatch(/advertised\.listeners.*inside:\d cannot be reached/)
    expect(told.broker.connections.map(({ end }) => end)).toEqual(['closed'])
  })

  it('is begun anew at its addresses when no node that was known can be reached', async () => {
    const told = toldCluster()
    const cluster = told.open()
    await during(told.clock, cluster.anyNode())
    told.broker.connections[0]!.cut()
    for (const id of [1, 2, 3]) told.broker.unreachable.set(`node-${id}:${id}`, refused('them'))
    for (const id of [1, 2, 3]) told.nodes.delete(id)
    told.nodes.set(7, 'node-7')
    const searching = handled(cluster.anyNode())
    await told.clock.settle()
    expect(await failure(searching)).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true })
    told.broker.unreachable.delete('node-1:1')
    await told.clock.advance(100)
    const found = handled(cluster.anyNode())
    await told.clock.advance(1_000)
    expect([1, 7]).toContain(await found)
  })

  it('lets callers wait no longer than they want, and ends what they do not wait for', async () => {
    const { clock, broker, open } = toldCluster()
    broker.on('ApiVersions', () => silence)
    const cluster = open()
    const impatient = handled(cluster.anyNode({ timeoutMs: 200 }))
    const giveUp = new AbortController()
    const aborted = handled(cluster.topic('orders', { signal: giveUp.signal }))
    giveUp.abort()
    expect(await failure(aborted)).toMatchObject({ code: 'ABORTED' })
    await clock.advance(200)
    expect(await failure(impatient)).toMatchObject({ code: 'REQUEST_TIMEOUT', retriable: true, ambiguous: false })
    await cluster.close()
    await clock.settle()
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('a cluster that is closed', () => {
  it('rejects what is under way and what comes later, and leaves no timer and no connection', async () => {
    const told = toldCluster()
    const { clock, broker } = told
    told.topics.set('orders', topicLedBy('orders', [1, 2]))
    broker.on('ListGroups', () => silence)
    const cluster = told.open()
    await during(clock, cluster.topic('orders'))
    const underWay = [
      handled(cluster.request(1, listGroupsApi, {})),
      handled(cluster.request(2, listGroupsApi, {}, { lane: 'fetch' })),
    ]
    await clock.settle()
    const metadata = handled(cluster.topic('orders', { refresh: true }))
    const connecting = handled(cluster.request(3, listGroupsApi, {}))
    await cluster.close()
    await cluster.close()
    for (const each of [...underWay, metadata, connecting] as Promise<unknown>[])
      expect(await failure(during(clock, each))).toMatchObject({ code: 'CLOSED', retriable: false })
    const late = [
      handled<unknown>(cluster.request(1, listGroupsApi, {})),
      handled<unknown>(cluster.topic('orders')),
      handled<unknown>(cluster.anyNode()),
      handled<unknown>(cluster.versionOf(1, listGroupsApi)),
      handled<unknown>(cluster.coordinator('group', 'g')),
      handled<unknown>(cluster.controller({ refresh: true })),
    ]
    for (const each of late) expect(await failure(during(clock, each))).toMatchObject({ code: 'CLOSED' })
    expect(broker.connections.every(({ end }) => end !== undefined)).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })

  it('before it was used rejects as well', async () => {
    const { clock, broker, open } = toldCluster()
    const cluster = open()
    await cluster.close()
    expect(await failure(during(clock, cluster.anyNode()))).toMatchObject({ code: 'CLOSED' })
    expect(broker.attempts).toEqual([])
  })
})
