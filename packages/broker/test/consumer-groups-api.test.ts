import {
  consumerGroupDescribeApi,
  consumerGroupHeartbeatApi,
  deleteGroupsApi,
  describeGroupsApi,
  heartbeatApi,
  joinGroupApi,
  leaveGroupApi,
  listGroupsApi,
  offsetCommitApi,
  offsetDeleteApi,
  offsetFetchApi,
  type ResponseOf,
} from '@partita/wire'
import { expect, test } from 'vitest'
import { createBroker, type MemoryBroker } from '../src/index.ts'
import { type ApiClient, code, connectClient } from './api-client.ts'

type Answer = ResponseOf<typeof consumerGroupHeartbeatApi>

const joining = { groupId: 'g', memberEpoch: 0, rebalanceTimeoutMs: 5_000, topicPartitions: [] }

async function join(client: ApiClient, memberId: string, more: object = {}, version = 1): Promise<Answer> {
  const body = { ...joining, memberId, subscribedTopicNames: ['t'], ...more }
  return client.call(consumerGroupHeartbeatApi, version, body)
}

async function leave(client: ApiClient, memberId: string): Promise<Answer> {
  return client.call(consumerGroupHeartbeatApi, 1, { groupId: 'g', memberId, memberEpoch: -1 })
}

async function commit(client: ApiClient, memberId: string, epoch: number, version = 9, partition = 0): Promise<number> {
  const partitions = [{ partitionIndex: partition, committedOffset: 5, committedMetadata: 'm' }]
  const topics = [{ name: 't', partitions }]
  const answer = await client.call(offsetCommitApi, version, {
    groupId: 'g',
    memberId,
    generationIdOrMemberEpoch: epoch,
    topics,
  })
  return answer.topics[0]!.partitions[0]!.errorCode
}

async function fetchOffsets(client: ApiClient, memberId: string | null, memberEpoch: number) {
  const topics = [{ name: 't', partitionIndexes: [0] }]
  const answer = await client.call(offsetFetchApi, 9, { groups: [{ groupId: 'g', memberId, memberEpoch, topics }] })
  return answer.groups[0]!
}

async function joinClassic(client: ApiClient, memberId = '') {
  const protocols = [{ name: 'range', metadata: new Uint8Array(1) }]
  const body = { groupId: 'g', sessionTimeoutMs: 9_000, rebalanceTimeoutMs: 9_000, protocolType: 'consumer', protocols }
  return client.call(joinGroupApi, 9, { ...body, memberId })
}

function broker(): MemoryBroker {
  return createBroker({ topics: { t: 2 }, configs: { 'group.consumer.heartbeat.interval.ms': 77 } })
}

test('a member joins, is told its partitions by the topic’s id, and leaves', async () => {
  await using here = broker()
  const client = connectClient(here)
  const joined = await join(client, 'm')
  expect(joined).toMatchObject({ errorCode: 0, memberId: 'm', memberEpoch: 1, heartbeatIntervalMs: 77 })
  expect(joined.assignment!.topicPartitions).toEqual([{ topicId: expect.any(String), partitions: [0, 1] }])
  expect(here.group('g')).toMatchObject({ state: 'Stable', generation: 1, members: [{ memberId: 'm' }] })
  expect(await leave(client, 'm')).toMatchObject({ errorCode: 0, memberEpoch: -1 })
  expect((await here.waitForGroup('g', { members: 0 })).state).toBe('Empty')
})

test('version 0 gives out ids, version 1 wants the member’s own', async () => {
  await using here = broker()
  const client = connectClient(here)
  expect((await join(client, '', {}, 0)).memberId).toMatch(/^[0-9a-f]{32}$/)
  expect(await join(client, '', {}, 1)).toMatchObject({
    errorCode: code('INVALID_REQUEST'),
    errorMessage: 'MemberId must not be empty.',
  })
})

test('commits and offset fetches must come from a member, in its epoch', async () => {
  await using here = broker()
  const client = connectClient(here)
  await join(client, 'm')
  expect(await commit(client, 'm', 1)).toBe(0)
  expect(await commit(client, 'm', 2)).toBe(code('STALE_MEMBER_EPOCH'))
  expect(await commit(client, 'm', 0)).toBe(code('STALE_MEMBER_EPOCH'))
  expect(await commit(client, 'x', 1)).toBe(code('UNKNOWN_MEMBER_ID'))
  expect(await commit(client, '', -1)).toBe(code('UNKNOWN_MEMBER_ID'))
  expect(await commit(client, 'm', 1, 8)).toBe(code('UNSUPPORTED_VERSION'))
  expect((await fetchOffsets(client, 'm', 1)).topics[0]!.partitions[0]).toMatchObject({ committedOffset: 5 })
  expect((await fetchOffsets(client, null, -1)).errorCode).toBe(0)
  expect((await fetchOffsets(client, 'm', 2)).errorCode).toBe(code('STALE_MEMBER_EPOCH'))
  expect((await fetchOffsets(client, 'x', 1)).errorCode).toBe(code('UNKNOWN_MEMBER_ID'))
  await leave(client, 'm')
  expect(await commit(client, '', -1)).toBe(0)
})

test('a commit of an older epoch is good for what the member was given by then (KIP-1251)', async () => {
  await using here = broker()
  const client = connectClient(here)
  const { memberEpoch, assignment } = await join(client, 'm')
  here.createTopic('other', 1)
  const owned = assignment!.topicPartitions
  const beat = {
    groupId: 'g',
    memberId: 'm',
    memberEpoch,
    topicPartitions: owned,
    subscribedTopicNames: ['t', 'other'],
  }
  expect(await client.call(consumerGroupHeartbeatApi, 1, beat)).toMatchObject({ memberEpoch: 2 })
  expect(await commit(client, 'm', 1)).toBe(0)
  const topics = [{ name: 'other', partitions: [{ partitionIndex: 0, committedOffset: 0 }] }]
  const body = { groupId: 'g', memberId: 'm', generationIdOrMemberEpoch: 1, topics }
  const answer = await client.call(offsetCommitApi, 9, body)
  expect(answer.topics[0]!.partitions[0]!.errorCode).toBe(code('STALE_MEMBER_EPOCH'))
})

test('a group is of one protocol while it has members, and of the next that is spoken once it is empty', async () => {
  await using here = broker()
  const client = connectClient(here)
  const { memberId } = await joinClassic(client)
  expect(await join(client, 'm')).toMatchObject({ errorCode: code('GROUP_ID_NOT_FOUND') })
  await joinClassic(client, memberId)
  expect(await join(client, 'm')).toMatchObject({ errorCode: code('GROUP_ID_NOT_FOUND') })
  await client.call(leaveGroupApi, 5, { groupId: 'g', members: [{ memberId }] })
  await commit(client, '', -1)
  expect(await join(client, 'm')).toMatchObject({ errorCode: 0 })
  expect((await fetchOffsets(client, 'm', 1)).topics[0]!.partitions[0]!.committedOffset).toBe(5)
  expect((await joinClassic(client)).errorCode).toBe(code('INCONSISTENT_GROUP_PROTOCOL'))
  const beat = { groupId: 'g', memberId: 'm', generationId: 1 }
  expect((await client.call(heartbeatApi, 4, beat)).errorCode).toBe(code('UNKNOWN_MEMBER_ID'))
  await leave(client, 'm')
  expect((await joinClassic(client)).errorCode).toBe(code('MEMBER_ID_REQUIRED'))
})

test('each kind of group is described by its own API, and listed by its type', async () => {
  await using here = broker()
  const client = connectClient(here)
  await join(client, 'm', { instanceId: 'i', rackId: 'r' })
  await client.call(joinGroupApi, 3, {
    groupId: 'classic',
    sessionTimeoutMs: 9_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: new Uint8Array(1) }],
  })
  const { groups } = await client.call(consumerGroupDescribeApi, 1, { groupIds: ['g', 'classic', 'none'] })
  const held = { topicPartitions: [{ topicId: expect.any(String), topicName: 't', partitions: [0, 1] }] }
  expect(groups[0]).toMatchObject({ errorCode: 0, groupState: 'Stable', groupEpoch: 1, assignmentEpoch: 1 })
  expect(groups[0]).toMatchObject({ assignorName: 'uniform' })
  expect(groups[0]!.members).toMatchObject([
    {
      memberId: 'm',
      instanceId: 'i',
      rackId: 'r',
      memberEpoch: 1,
      clientId: 'test',
      subscribedTopicNames: ['t'],
      assignment: held,
      targetAssignment: held,
      memberType: 1,
    },
  ])
  expect(groups.slice(1).map(({ errorCode }) => errorCode)).toEqual([1, 2].map(() => code('GROUP_ID_NOT_FOUND')))
  const described = await client.call(describeGroupsApi, 6, { groups: ['g', 'classic'] })
  expect(described.groups.map(({ errorCode }) => errorCode)).toEqual([code('GROUP_ID_NOT_FOUND'), 0])
  const list = await client.call(listGroupsApi, 5, { statesFilter: [], typesFilter: ['Consumer'] })
  expect(list.groups).toEqual([{ groupId: 'g', protocolType: 'consumer', groupState: 'Stable', groupType: 'consumer' }])
})

test('offsets of topics that a member subscribes to stay, and a group with members is not deleted', async () => {
  await using here = broker()
  const client = connectClient(here)
  await join(client, 'm')
  here.createTopic('other', 1)
  const topics = ['t', 'other'].map((name) => ({ name, partitions: [{ partitionIndex: 0 }] }))
  const deleted = await client.call(offsetDeleteApi, 0, { groupId: 'g', topics })
  expect(deleted.topics.map(({ partitions }) => partitions[0]!.errorCode)).toEqual([
    code('GROUP_SUBSCRIBED_TO_TOPIC'),
    0,
  ])
  const remove = async (): Promise<number> =>
    (await client.call(deleteGroupsApi, 2, { groupsNames: ['g'] })).results[0]!.errorCode
  expect(await remove()).toBe(code('NON_EMPTY_GROUP'))
  await leave(client, 'm')
  expect(await remove()).toBe(0)
  expect(here.group('g')).toBeUndefined()
})
