import { describe, expect, it } from 'vitest'
import { heartbeatApi, listGroupsApi, produceApi } from '@partita/wire'
import { failure, handled } from '../network/failure.ts'
import { allVersions, silence } from '../network/fake-broker.ts'
import { during, toldCluster, type ToldCluster } from './cluster-harness.ts'
import type { Cluster } from '../../src/cluster/cluster.ts'

async function begun(): Promise<ToldCluster & { readonly cluster: Cluster }> {
  const told = toldCluster()
  told.broker.on('ListGroups', () => ({ errorCode: 0, groups: [] }))
  const cluster = told.open()
  await during(told.clock, cluster.anyNode())
  return { ...told, cluster }
}

describe('requests to nodes', () => {
  it('have a connection for each node and lane, made when it is needed', async () => {
    const { clock, broker, cluster } = await begun()
    const requests = [
      cluster.request(1, listGroupsApi, {}),
      cluster.request(2, listGroupsApi, {}),
      cluster.request(2, listGroupsApi, {}),
      cluster.request(2, listGroupsApi, {}, { lane: 'fetch' }),
      cluster.request(2, listGroupsApi, {}, { lane: 'group' }),
    ]
    await during(clock, Promise.all(requests))
    expect(broker.attempts).toEqual(['node-1:1', 'node-2:2', 'node-2:2', 'node-2:2'])
    expect(
      broker.connections.map(({ requests: seen }) => seen.filter(({ name }) => name === 'ListGroups').length),
    ).toEqual([1, 2, 1, 1])
  })

  it('that wait for one lane do not hold up another', async () => {
    const { clock, broker, cluster } = await begun()
    broker.on('Heartbeat', () => silence)
    const beat = { groupId: 'g', generationId: 1, memberId: 'm' }
    const waiting = handled(cluster.request(1, heartbeatApi, beat, { lane: 'group' }))
    expect(await during(clock, cluster.request(1, listGroupsApi, {}))).toMatchObject({ errorCode: 0 })
    await cluster.close()
    await failure(waiting)
  })

  it('to a node that nobody knows are refused, for now', async () => {
    const { cluster } = await begun()
    const error = await failure(cluster.request(9, listGroupsApi, {}))
    expect(error).toMatchObject({
      code: 'CONNECTION_FAILED',
      retriable: true,
      ambiguous: false,
      place: { broker: '9' },
    })
  })

  it('have the time of connecting counted in', async () => {
    const { clock, broker, cluster } = await begun()
    broker.on('ApiVersions', () => silence)
    const request = handled(cluster.request(2, listGroupsApi, {}, { timeoutMs: 500 }))
    await clock.advance(499)
    await clock.advance(1)
    expect(await failure(request)).toMatchObject({ code: 'REQUEST_TIMEOUT', retriable: true, ambiguous: false })
  })

  it('to a node that is down fail at once; further attempts come at growing intervals, spread by a fifth', async () => {
    const { clock, broker, cluster } = await begun()
    broker.unreachable.set('node-2:2', new Error('connect ECONNREFUSED'))
    const waits: number[] = []
    for (let attempt = 0; attempt < 8; attempt++) {
      const begunAt = clock.monotonic()
      const { length } = broker.attempts
      const request = handled(cluster.request(2, listGroupsApi, {}))
      await clock.settle()
      if (broker.attempts.length === length) await clock.advanceUntil(() => broker.attempts.length > length)
      waits.push(clock.monotonic() - begunAt)
      expect(await failure(during(clock, request))).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true })
    }
    expect(waits[0]).toBe(0)
    const expected = [50, 100, 200, 400, 800, 1_000, 1_000]
    for (const [index, wait] of waits.slice(1).entries()) {
      expect(wait).toBeGreaterThanOrEqual(0.8 * expected[index]!)
      expect(wait).toBeLessThanOrEqual(Math.min(1_000, 1.2 * expected[index]!))
    }
    broker.unreachable.clear()
    const request = handled(cluster.request(2, listGroupsApi, {}))
    await clock.advance(1_000)
    expect(await request).toMatchObject({ errorCode: 0 })
  })

  it('go on over a new connection when the old one broke', async () => {
    const { clock, broker, cluster } = await begun()
    broker.on('Heartbeat', () => silence)
    const lost = handled(cluster.request(1, heartbeatApi, { groupId: 'g', generationId: 1, memberId: 'm' }))
    await clock.settle()
    broker.connections[0]!.cut()
    expect(await failure(lost)).toMatchObject({ code: 'CONNECTION_FAILED', ambiguous: true })
    expect(await during(clock, cluster.request(1, listGroupsApi, {}))).toMatchObject({ errorCode: 0 })
    expect(broker.attempts).toEqual(['node-1:1', 'node-1:1'])
  })

  it('finish at the old place when a node has moved, and go to the new one from then on', async () => {
    const { clock, broker, nodes, cluster } = await begun()
    broker.on('Heartbeat', () => silence)
    const beat = { groupId: 'g', generationId: 1, memberId: 'm' }
    const underWay = cluster.request(1, heartbeatApi, beat, { lane: 'group' })
    await clock.settle()
    const old = broker.connections[1]!
    nodes.set(1, 'elsewhere')
    await during(clock, cluster.controller({ refresh: true }))
    expect(broker.connections[0]!.end).toBe('closed')
    await during(clock, cluster.request(1, listGroupsApi, {}, { lane: 'group' }))
    expect(broker.attempts.at(-1)).toBe('elsewhere:1')
    expect(old.end).toBeUndefined()
    old.answer(old.requests.at(-1)!, { errorCode: 0 })
    expect(await during(clock, underWay)).toMatchObject({ errorCode: 0 })
    expect(old.end).toBe('closed')
  })

  it('without an answer settle when they are written', async () => {
    const { clock, broker, cluster } = await begun()
    broker.on('Produce', () => silence)
    await during(clock, cluster.send(2, produceApi, { acks: 0, timeoutMs: 1, topicData: [] }))
    await clock.settle()
    expect(broker.count('Produce')).toBe(1)
  })

  it('are sent in the version that versionOf tells', async () => {
    const { clock, broker, cluster } = await begun()
    broker.on('ApiVersions', () => ({ errorCode: 0, apiKeys: allVersions({ ListGroups: 2 }) }))
    expect(await during(clock, cluster.versionOf(2, listGroupsApi))).toBe(2)
    await during(clock, cluster.request(2, listGroupsApi, {}))
    expect(broker.requests.at(-1)).toMatchObject({ name: 'ListGroups', apiVersion: 2 })
    broker.on('ApiVersions', () => ({ errorCode: 0, apiKeys: [] }))
    const refused = cluster.request(3, listGroupsApi, {})
    expect(await failure(during(clock, refused))).toMatchObject({ code: 'UNSUPPORTED_VERSION', retriable: false })
  })
})
