import { joinGroupApi, offsetCommitApi } from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { createBroker, type MemoryBroker } from '../src/index.ts'
import { type ApiClient, code, connectClient } from './api-client.ts'
import { committedBy, transactional } from './transactional-client.ts'

function broker(): MemoryBroker {
  return createBroker({ topics: { t: 3 } })
}

describe('TxnOffsetCommit', () => {
  test('counts once the transaction commits; until then it is unstable, and after an abort as before', async () => {
    await using here = broker()
    const client = connectClient(here)
    const producer = await transactional(client)
    await producer.addGroup('g')
    expect(await producer.stage('g', 5)).toBe(0)
    expect(await committedBy(client, 'g')).toBe(`error ${code('UNSTABLE_OFFSET_COMMIT')}`)
    expect(await committedBy(client, 'g', false)).toBe('offset -1')
    await producer.end(true)
    expect(await committedBy(client, 'g')).toBe('offset 5')
    await producer.addGroup('g')
    await producer.stage('g', 9)
    await producer.end(false)
    expect(await committedBy(client, 'g')).toBe('offset 5')
  })

  test('leaves no group behind where it was aborted and nobody else knows the group', async () => {
    await using here = broker()
    const producer = await transactional(connectClient(here))
    await producer.addGroup('g')
    await producer.stage('g', 5)
    expect(here.groups()).toHaveLength(1)
    await producer.end(false)
    expect(here.groups()).toEqual([])
  })

  test('gives way to what was committed outside of the transaction since', async () => {
    await using here = broker()
    const client = connectClient(here)
    const producer = await transactional(client)
    await producer.addGroup('g')
    await producer.stage('g', 5)
    const topics = [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: 8 }] }]
    await client.call(offsetCommitApi, 5, { groupId: 'g', topics })
    await producer.end(true)
    expect(await committedBy(client, 'g')).toBe('offset 8')
  })

  test('is refused for a group that was not added, by the name that its version knows', async () => {
    await using here = broker()
    const producer = await transactional(connectClient(here))
    await producer.addGroup('h')
    expect(await producer.stage('g', 5, {}, 3)).toBe(code('INVALID_TXN_STATE'))
    expect(await producer.stage('g', 5, {}, 4)).toBe(code('TRANSACTION_ABORTABLE'))
  })

  test('is for members of the present generation, or for nobody in particular', async () => {
    await using here = broker()
    const client = connectClient(here)
    const producer = await transactional(client)
    await producer.addGroup('g')
    expect(await producer.stage('g', 5, { memberId: 'm', generationId: 3 })).toBe(code('ILLEGAL_GENERATION'))
    const { memberId, generationId } = await joined(client)
    const stage = (member: object) => producer.stage('g', 5, member)
    expect(await stage({ memberId, generationId })).toBe(0)
    expect(await stage({ memberId, generationId: generationId + 1 })).toBe(code('ILLEGAL_GENERATION'))
    expect(await stage({ memberId: 'stranger', generationId })).toBe(code('UNKNOWN_MEMBER_ID'))
    expect(await stage({ memberId, generationId, groupInstanceId: 'i' })).toBe(code('UNKNOWN_MEMBER_ID'))
    expect(await stage({})).toBe(0)
  })

  test('is refused for long metadata, and where a rule says so', async () => {
    await using here = createBroker({ topics: { t: 1 }, configs: { 'offset.metadata.max.bytes': 0 } })
    const producer = await transactional(connectClient(here))
    await producer.addGroup('g')
    expect(await producer.stage('g', 5)).toBe(code('OFFSET_METADATA_TOO_LARGE'))
    here.control.on({ api: 'TxnOffsetCommit', topic: 't' }).fail('COORDINATOR_LOAD_IN_PROGRESS')
    expect(await producer.stage('g', 5)).toBe(code('COORDINATOR_LOAD_IN_PROGRESS'))
  })

  async function joined(client: ApiClient): Promise<{ memberId: string; generationId: number }> {
    return client.call(joinGroupApi, 3, {
      groupId: 'g',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      memberId: '',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: new Uint8Array(0) }],
    })
  }
})
