import { describe, expect, it } from 'vitest'
import { failure } from '../network/failure.ts'
import { allVersions } from '../network/fake-broker.ts'
import { during, toldCluster } from './cluster-harness.ts'

describe('a coordinator', () => {
  it.each([6, 4, 3, 0])('is asked for in version %i once, and remembered until it is forgotten', async (version) => {
    const { clock, broker, open } = toldCluster()
    broker
      .on('ApiVersions', () => ({ errorCode: 0, apiKeys: allVersions({ FindCoordinator: version }) }))
      .on('FindCoordinator', ({ body, apiVersion }) => {
        expect(apiVersion).toBe(version)
        const key = version >= 4 ? body.coordinatorKeys[0]! : body.key
        const found = { errorCode: 0, nodeId: key === 'g' ? 2 : 3, host: `node-${key === 'g' ? 2 : 3}`, port: 2 }
        return version >= 4 ? { coordinators: [{ key, ...found }] } : found
      })
    const cluster = open()
    const both = [cluster.coordinator('group', 'g'), cluster.coordinator('group', 'g')]
    expect(await during(clock, Promise.all(both))).toEqual([2, 2])
    expect(await during(clock, cluster.coordinator('group', 'g'))).toBe(2)
    expect(broker.count('FindCoordinator')).toBe(1)
    expect(await during(clock, cluster.coordinator('group', 'h'))).toBe(3)
    cluster.forgetCoordinator('group', 'g')
    expect(await during(clock, cluster.coordinator('group', 'g'))).toBe(2)
    expect(broker.count('FindCoordinator')).toBe(3)
  })

  it('of a transaction is not that of the group of the same name', async () => {
    const { clock, broker, open } = toldCluster()
    broker.on('FindCoordinator', ({ body }) => {
      const nodeId = body.keyType === 1 ? 3 : 2
      const place = { nodeId, host: `node-${nodeId}`, port: nodeId }
      return { coordinators: [{ key: body.coordinatorKeys[0]!, errorCode: 0, ...place }] }
    })
    const cluster = open()
    expect(await during(clock, cluster.coordinator('group', 'x'))).toBe(2)
    expect(await during(clock, cluster.coordinator('transaction', 'x'))).toBe(3)
  })

  it('that is not in the metadata yet is learnt with its address', async () => {
    const { clock, broker, open } = toldCluster()
    broker.on('FindCoordinator', ({ body }) => ({
      coordinators: [{ key: body.coordinatorKeys[0]!, errorCode: 0, nodeId: 8, host: 'node-8', port: 8 }],
    }))
    const cluster = open()
    expect(await during(clock, cluster.coordinator('group', 'g'))).toBe(8)
    expect(cluster.nodes()).toContain(8)
  })

  it.each([
    [15, 'COORDINATOR_NOT_AVAILABLE', true],
    [30, 'GROUP_AUTHORIZATION_FAILED', false],
  ])('that is refused with %i is asked for again by the next call', async (errorCode, code, retriable) => {
    const { clock, broker, open } = toldCluster()
    broker.on('FindCoordinator', ({ body }) => ({
      coordinators: [
        { key: body.coordinatorKeys[0]!, errorCode, nodeId: -1, host: '', port: -1, errorMessage: 'not now' },
      ],
    }))
    const cluster = open()
    for (const times of [1, 2]) {
      const error = await failure(during(clock, cluster.coordinator('group', 'g')))
      expect(error).toMatchObject({ code, retriable, place: { groupId: 'g' } })
      expect(error.message).toContain('not now')
      expect(broker.count('FindCoordinator')).toBe(times)
    }
  })
})
