import {
  deleteGroupsApi,
  describeGroupsApi,
  heartbeatApi,
  joinGroupApi,
  leaveGroupApi,
  listGroupsApi,
  metadataApi,
  offsetCommitApi,
  offsetDeleteApi,
  offsetFetchApi,
  syncGroupApi,
} from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { createBroker, type MemoryBroker } from '../src/index.ts'
import { type ApiClient, code, connectClient, text } from './api-client.ts'

const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)

/** A member that is alone in the group `g`, in a stable generation. */
async function loneMember(client: ApiClient, version = 9): Promise<{ memberId: string; generationId: number }> {
  const request = {
    groupId: 'g',
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: bytes('m') }],
  }
  const first = await client.call(joinGroupApi, version, request)
  const again =
    version >= 4 ? await client.call(joinGroupApi, version, { ...request, memberId: first.memberId }) : first
  const { memberId, generationId } = again
  const assignments = [{ memberId, assignment: bytes('a') }]
  await client.call(syncGroupApi, Math.min(version, 5), {
    groupId: 'g',
    generationId,
    memberId,
    assignments,
    protocolType: 'consumer',
    protocolName: 'range',
  })
  return { memberId, generationId }
}

async function commit(
  client: ApiClient,
  version: number,
  member: object,
  offset: number,
  metadata = 'm',
): Promise<number> {
  const partitions = [
    { partitionIndex: 1, committedOffset: offset, committedLeaderEpoch: 5, committedMetadata: metadata },
  ]
  const answer = await client.call(offsetCommitApi, version, {
    groupId: 'g',
    ...member,
    topics: [{ name: 't', partitions }],
  })
  return answer.topics[0]!.partitions[0]!.errorCode
}

function broker(): MemoryBroker {
  return createBroker({ topics: { t: 2 } })
}

test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])(
  'JoinGroup v%i and the APIs beside it carry a member through its life',
  async (version) => {
    await using here = broker()
    const client = connectClient(here)
    const { memberId, generationId } = await loneMember(client, version)
    const beat = { groupId: 'g', generationId, memberId }
    expect((await client.call(heartbeatApi, Math.min(version, 4), beat)).errorCode).toBe(0)
    const members = [{ memberId }]
    const left = await client.call(leaveGroupApi, Math.min(version, 5), { groupId: 'g', memberId, members })
    expect(left.errorCode).toBe(0)
    if (version >= 3) expect(left.members).toMatchObject([{ memberId, errorCode: 0 }])
    expect((await client.call(heartbeatApi, Math.min(version, 4), beat)).errorCode).toBe(code('UNKNOWN_MEMBER_ID'))
  },
)

describe('OffsetCommit and OffsetFetch', () => {
  test('v10 find topics by their ids, and tell which id leads nowhere', async () => {
    await using broker = createBroker({ topics: { t: 2, u: 1 } })
    const client = connectClient(broker)
    const metadata = await client.call(metadataApi, 13, { topics: [{ name: 't' }] })
    const { topicId } = metadata.topics[0]!
    const unknown = 'a'.repeat(32)
    const position = { partitionIndex: 1, committedOffset: 5, committedMetadata: 'm' }
    const topics = [topicId, unknown].map((id) => ({ topicId: id, partitions: [position] }))
    const committed = await client.call(offsetCommitApi, 10, { groupId: 'g', topics })
    const nowhere = code('UNKNOWN_TOPIC_ID')
    expect(committed.topics).toMatchObject([
      { topicId, partitions: [{ partitionIndex: 1, errorCode: 0 }] },
      { topicId: unknown, partitions: [{ partitionIndex: 1, errorCode: nowhere }] },
    ])
    const fetch = async (asked: readonly { topicId: string; partitionIndexes: number[] }[] | null) =>
      (await client.call(offsetFetchApi, 10, { groups: [{ groupId: 'g', topics: asked }] })).groups[0]!.topics
    const found = { partitionIndex: 1, committedOffset: 5, metadata: 'm', errorCode: 0 }
    expect(await fetch(null)).toMatchObject([{ topicId, partitions: [found] }])
    const wanted = [topicId, unknown].map((id) => ({ topicId: id, partitionIndexes: [1] }))
    expect(await fetch(wanted)).toMatchObject([
      { topicId, partitions: [found] },
      { topicId: unknown, partitions: [{ partitionIndex: 1, committedOffset: -1, errorCode: nowhere }] },
    ])
  })

  test.each([2, 3, 4, 5, 6, 7, 8, 9])('v%i bring back what was committed, metadata and all', async (version) => {
    await using here = broker()
    const client = connectClient(here)
    expect(await commit(client, version, {}, 42, 'täg')).toBe(0)
    const topics = [{ name: 't', partitionIndexes: [1, 0] }]
    const answer = await client.call(offsetFetchApi, version, {
      groupId: 'g',
      topics,
      groups: [{ groupId: 'g', topics }],
    })
    const got = version < 8 ? answer.topics : answer.groups[0]!.topics
    const committedLeaderEpoch = version >= 6 ? 5 : -1
    expect(got[0]!.partitions).toEqual([
      { partitionIndex: 1, committedOffset: 42, committedLeaderEpoch, metadata: 'täg', errorCode: 0 },
      { partitionIndex: 0, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 0 },
    ])
  })

  test('an offset below zero is taken as it is: kafkajs resets groups with it', async () => {
    await using here = broker()
    expect(await commit(connectClient(here), 5, {}, -2)).toBe(0)
    expect(here.group('g')!.offsets).toMatchObject([{ topic: 't', partition: 1, offset: -2 }])
  })

  test('null topics ask for all that is committed, and an unknown group has nothing', async () => {
    await using here = broker()
    const client = connectClient(here)
    await commit(client, 5, {}, 7)
    const all = await client.call(offsetFetchApi, 5, { groupId: 'g', topics: null })
    expect(all.topics).toMatchObject([{ name: 't', partitions: [{ partitionIndex: 1, committedOffset: 7 }] }])
    expect((await client.call(offsetFetchApi, 5, { groupId: 'x', topics: null })).topics).toEqual([])
  })

  test('a commit is refused for an unknown topic, for long metadata and for another generation', async () => {
    await using here = createBroker({ topics: { t: 2 }, configs: { 'offset.metadata.max.bytes': 10 } })
    const client = connectClient(here)
    expect(await commit(client, 5, {}, 1, 'x'.repeat(11))).toBe(code('OFFSET_METADATA_TOO_LARGE'))
    const partitions = [{ partitionIndex: 0, committedOffset: 1 }]
    const unknown = await client.call(offsetCommitApi, 5, { groupId: 'g', topics: [{ name: 'nope', partitions }] })
    expect(unknown.topics[0]!.partitions[0]!.errorCode).toBe(code('UNKNOWN_TOPIC_OR_PARTITION'))
    const { memberId, generationId } = await loneMember(client)
    const member = { memberId, generationIdOrMemberEpoch: generationId + 1 }
    expect(await commit(client, 5, member, 1)).toBe(code('ILLEGAL_GENERATION'))
    expect(await commit(client, 5, {}, 1)).toBe(code('UNKNOWN_MEMBER_ID'))
  })

  test('a generation of a group that does not exist has one error in version 9 and another before', async () => {
    await using here = broker()
    const client = connectClient(here)
    const member = { memberId: 'm', generationIdOrMemberEpoch: 3 }
    expect(await commit(client, 8, member, 1)).toBe(code('ILLEGAL_GENERATION'))
    expect(await commit(client, 9, member, 1)).toBe(code('GROUP_ID_NOT_FOUND'))
  })

  test('a topic that is deleted takes its offsets with it', async () => {
    await using here = broker()
    await commit(connectClient(here), 5, {}, 7)
    here.deleteTopic('t')
    expect(here.group('g')!.offsets).toEqual([])
  })
})

describe('groups are', () => {
  test('described, with what members say and get', async () => {
    await using here = broker()
    const client = connectClient(here, 'billing')
    const { memberId } = await loneMember(client)
    for (const version of [0, 3, 5, 6]) {
      const { groups } = await client.call(describeGroupsApi, version, { groups: ['g'] })
      expect(groups[0]).toMatchObject({
        errorCode: 0,
        groupState: 'Stable',
        protocolType: 'consumer',
        protocolData: 'range',
      })
      const [member] = groups[0]!.members
      expect(member).toMatchObject({ memberId, clientId: 'billing', clientHost: '/memory' })
      expect([text(member!.memberMetadata), text(member!.memberAssignment)]).toEqual(['m', 'a'])
    }
  })

  test('dead where they are unknown, and from version 6 on not found', async () => {
    await using here = broker()
    const client = connectClient(here)
    const ask = async (version: number) => (await client.call(describeGroupsApi, version, { groups: ['x'] })).groups[0]
    expect(await ask(5)).toMatchObject({ errorCode: 0, groupState: 'Dead' })
    expect(await ask(6)).toMatchObject({ errorCode: code('GROUP_ID_NOT_FOUND'), groupState: 'Dead' })
  })

  test('listed, by state and type where asked', async () => {
    await using here = broker()
    const client = connectClient(here)
    await loneMember(client)
    const list = async (version: number, filters: object) =>
      (await client.call(listGroupsApi, version, filters)).groups.map(({ groupId }) => groupId)
    expect(await list(0, {})).toEqual(['g'])
    expect(await list(4, { statesFilter: ['stable'] })).toEqual(['g'])
    expect(await list(4, { statesFilter: ['Empty'] })).toEqual([])
    expect(await list(5, { typesFilter: ['consumer'] })).toEqual([])
  })

  test('deleted, and their offsets forgotten, only while they are empty', async () => {
    await using here = broker()
    const client = connectClient(here)
    const { memberId } = await loneMember(client)
    const remove = async (groupId: string) =>
      (await client.call(deleteGroupsApi, 2, { groupsNames: [groupId] })).results[0]!.errorCode
    const forget = async () => {
      const topics = [{ name: 't', partitions: [{ partitionIndex: 1 }] }]
      return (await client.call(offsetDeleteApi, 0, { groupId: 'g', topics })).errorCode
    }
    expect(await remove('g')).toBe(code('NON_EMPTY_GROUP'))
    expect(await forget()).toBe(code('NON_EMPTY_GROUP'))
    await client.call(leaveGroupApi, 3, { groupId: 'g', members: [{ memberId }] })
    await commit(client, 5, {}, 7)
    expect(await forget()).toBe(0)
    expect(here.group('g')!.offsets).toEqual([])
    expect(await remove('g')).toBe(0)
    expect(await remove('g')).toBe(code('GROUP_ID_NOT_FOUND'))
    expect(await forget()).toBe(code('GROUP_ID_NOT_FOUND'))
  })
})
