import {
  describeClusterApi,
  findCoordinatorApi,
  listOffsetsApi,
  metadataApi,
  offsetForLeaderEpochApi,
} from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { createBroker, startBroker } from '../src/index.ts'
import { batchOf, code, connectClient, produceTo } from './api-client.ts'

describe('Metadata', () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])(
    'v%i tells the broker, the topic and its leaders',
    async (version) => {
      await using broker = await startBroker({ topics: { t: 2 } })
      const answer = await connectClient(broker).call(metadataApi, version, { topics: [{ name: 't' }] })
      expect(answer.brokers).toEqual([{ nodeId: 1, host: '127.0.0.1', port: broker.port, rack: null }])
      if (version >= 1) expect(answer.controllerId).toBe(1)
      expect(answer.topics).toMatchObject([{ errorCode: 0, name: 't' }])
      const leaders = answer.topics[0]!.partitions.map(({ partitionIndex, leaderId, isrNodes }) => [
        partitionIndex,
        leaderId,
        ...isrNodes,
      ])
      expect(leaders).toEqual([
        [0, 1, 1],
        [1, 1, 1],
      ])
    },
  )

  test('of all topics is asked for by an empty list in version 0, and by null later', async () => {
    await using broker = createBroker({ topics: { a: 1, b: 1 } })
    const client = connectClient(broker)
    const names = async (version: number, topics: [] | null) =>
      (await client.call(metadataApi, version, { topics })).topics.map(({ name }) => name)
    expect(await names(0, [])).toEqual(['a', 'b'])
    expect(await names(1, [])).toEqual([])
    expect(await names(1, null)).toEqual(['a', 'b'])
  })

  test('creates a topic that is asked for, complete at once, unless it may not', async () => {
    await using broker = createBroker({ numPartitions: 3 })
    const client = connectClient(broker)
    const ask = async (name: string, allowAutoTopicCreation: boolean) =>
      (await client.call(metadataApi, 9, { topics: [{ name }], allowAutoTopicCreation })).topics[0]!
    expect((await ask('t', false)).errorCode).toBe(code('UNKNOWN_TOPIC_OR_PARTITION'))
    const created = await ask('t', true)
    expect([created.errorCode, created.partitions.length]).toEqual([0, 3])
    expect((await ask('not a name', true)).errorCode).toBe(code('INVALID_TOPIC_EXCEPTION'))
    expect(broker.topics()).toEqual([{ name: 't', partitions: 3 }])
  })

  test('creates nothing where the broker was told so', async () => {
    await using broker = createBroker({ autoCreateTopics: false })
    const { topics } = await connectClient(broker).call(metadataApi, 9, { topics: [{ name: 't' }] })
    expect(topics[0]!.errorCode).toBe(code('UNKNOWN_TOPIC_OR_PARTITION'))
    expect(broker.topics()).toEqual([])
  })

  test('finds topics by id, and gives a new id to a topic that is made again', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    const { topics } = await client.call(metadataApi, 12, { topics: null })
    const { topicId } = topics[0]!
    const byId = async () => (await client.call(metadataApi, 12, { topics: [{ topicId, name: null }] })).topics[0]!
    expect(await byId()).toMatchObject({ errorCode: 0, name: 't' })
    broker.deleteTopic('t')
    broker.createTopic('t', 1)
    expect(await byId()).toMatchObject({ errorCode: code('UNKNOWN_TOPIC_ID'), name: null })
  })
})

test('the coordinator of every group and transaction is this node', async () => {
  await using broker = await startBroker({ nodeId: 4 })
  const client = connectClient(broker)
  const here = { nodeId: 4, host: '127.0.0.1', port: broker.port }
  expect(await client.call(findCoordinatorApi, 0, { key: 'g' })).toMatchObject({ errorCode: 0, ...here })
  expect(await client.call(findCoordinatorApi, 3, { key: 'g', keyType: 0 })).toMatchObject({ errorCode: 0, ...here })
  const many = await client.call(findCoordinatorApi, 4, { keyType: 0, coordinatorKeys: ['g', 'h'] })
  expect(many.coordinators).toMatchObject([
    { key: 'g', errorCode: 0, ...here },
    { key: 'h', errorCode: 0, ...here },
  ])
  const transaction = await client.call(findCoordinatorApi, 2, { key: 'tx', keyType: 1 })
  expect(transaction).toMatchObject({ errorCode: 0, ...here })
  const stranger = await client.call(findCoordinatorApi, 2, { key: 'share', keyType: 2 })
  expect(stranger).toMatchObject({ errorCode: code('INVALID_REQUEST'), nodeId: -1 })
  const cluster = await client.call(describeClusterApi, 0, {})
  expect(cluster).toMatchObject({ errorCode: 0, controllerId: 4, brokers: [{ brokerId: 4, port: broker.port }] })
})

describe('ListOffsets', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])(
    'v%i finds the ends of the log and the first record of a time',
    async (version) => {
      await using broker = createBroker({ topics: { t: 1 } })
      const client = connectClient(broker)
      const now = Date.now()
      for (const [value, age] of [
        ['a', 3_000],
        ['b', 1_000],
        ['c', 2_000],
      ] as const) {
        await produceTo(client, 't', 0, batchOf([value], { timestamp: now - age }))
      }
      const find = async (timestamp: number) => {
        const topics = [{ name: 't', partitions: [{ partitionIndex: 0, timestamp }] }]
        const answer = (await client.call(listOffsetsApi, version, { topics })).topics[0]!.partitions[0]!
        return [answer.errorCode, answer.offset, answer.timestamp]
      }
      expect(await find(-1)).toEqual([0, 3, -1])
      expect(await find(-2)).toEqual([0, 0, -1])
      expect(await find(now - 2_500)).toEqual([0, 1, now - 1_000])
      expect(await find(now)).toEqual([0, -1, -1])
      const unsupported = [code('UNSUPPORTED_VERSION'), -1, -1]
      expect(await find(-3)).toEqual(version < 7 ? unsupported : [0, 1, now - 1_000])
      expect(await find(-4)).toEqual(version < 8 ? unsupported : [0, 0, -1])
      expect(await find(-5)).toEqual(version < 9 ? unsupported : [0, -1, -1])
      expect(await find(-6)).toEqual(version < 11 ? unsupported : [0, -1, -1])
      expect(await find(-7)).toEqual(unsupported)
    },
  )

  test('refuses unknown partitions and other leader epochs', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const partitions = [
      { partitionIndex: 0, timestamp: -1, currentLeaderEpoch: 3 },
      { partitionIndex: 1, timestamp: -1 },
    ]
    const answer = await connectClient(broker).call(listOffsetsApi, 4, { topics: [{ name: 't', partitions }] })
    expect(answer.topics[0]!.partitions.map(({ errorCode }) => errorCode)).toEqual([
      code('UNKNOWN_LEADER_EPOCH'),
      code('UNKNOWN_TOPIC_OR_PARTITION'),
    ])
  })
})

test('the one leader epoch ends where the log does', async () => {
  await using broker = createBroker({ topics: { t: 1 } })
  const client = connectClient(broker)
  await produceTo(client, 't', 0, batchOf(['a', 'b']))
  const ask = async (leaderEpoch: number) => {
    const topics = [{ topic: 't', partitions: [{ partition: 0, leaderEpoch }] }]
    return (await client.call(offsetForLeaderEpochApi, 3, { topics })).topics[0]!.partitions[0]!
  }
  expect(await ask(0)).toMatchObject({ errorCode: 0, leaderEpoch: 0, endOffset: 2 })
  expect(await ask(1)).toMatchObject({ errorCode: 0, leaderEpoch: -1, endOffset: -1 })
  expect(await ask(-1)).toMatchObject({ errorCode: 0, leaderEpoch: -1, endOffset: -1 })
})
