import {
  alterConfigsApi,
  createPartitionsApi,
  createTopicsApi,
  deleteGroupsApi,
  describeConfigsApi,
  fetchApi,
  heartbeatApi,
  incrementalAlterConfigsApi,
  leaveGroupApi,
  listOffsetsApi,
  metadataApi,
  offsetCommitApi,
  offsetDeleteApi,
  offsetFetchApi,
  syncGroupApi,
} from '@partita/wire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBroker, type MemoryBroker } from '../src/index.ts'
import { type ApiClient, batchOf, code, connectClient, fetchFrom, produceTo } from './api-client.ts'

// Each was found by sending the same request to the broker and to Kafka 4.3.1.

let broker: MemoryBroker
let client: ApiClient

beforeAll(() => {
  broker = createBroker({ topics: { t: 2, compacted: { partitions: 1, configs: { 'cleanup.policy': 'compact' } } } })
  client = connectClient(broker)
})
afterAll(() => broker.close())

const timeoutMs = 1_000

describe('Produce', () => {
  test('of a batch that is cut is INVALID_RECORD: there is no whole batch', async () => {
    const batch = batchOf(['a'])
    for (const cut of [batch.subarray(0, 30), batch.subarray(0, -3), batch.subarray(0, 5)]) {
      expect(await produceTo(client, 't', 0, cut)).toMatchObject({ errorCode: code('INVALID_RECORD') })
    }
    const short = batch.slice()
    short.set([0, 0, 0, 5], 8)
    expect(await produceTo(client, 't', 0, short)).toMatchObject({ errorCode: code('CORRUPT_MESSAGE') })
  })

  test('tells the log’s start where the log itself refuses', async () => {
    await produceTo(client, 't', 1, batchOf(['a'], { producerId: 5, producerEpoch: 0, baseSequence: 0 }))
    const gap = batchOf(['a'], { producerId: 5, producerEpoch: 0, baseSequence: 7 })
    expect(await produceTo(client, 't', 1, gap)).toMatchObject({
      errorCode: code('OUT_OF_ORDER_SEQUENCE_NUMBER'),
      logStartOffset: 0,
    })
    const late = batchOf(['a'], { timestamp: Date.now() + 2 * 3_600_000 })
    expect(await produceTo(client, 't', 1, late)).toMatchObject({
      errorCode: code('INVALID_TIMESTAMP'),
      logStartOffset: 0,
    })
    expect(await produceTo(client, 'compacted', 0, batchOf(['a'], { key: null }))).toMatchObject({
      errorCode: code('INVALID_RECORD'),
      logStartOffset: 0,
    })
    expect(await produceTo(client, 'unknown', 0, batchOf(['a']))).toMatchObject({ logStartOffset: -1 })
  })

  test('of a batch that is there already gives the time of that batch', async () => {
    const batch = batchOf(['a'], { timestamp: 1_700_000_000_000, producerId: 6, producerEpoch: 0, baseSequence: 0 })
    expect(await produceTo(client, 't', 1, batch)).toMatchObject({ errorCode: 0, logAppendTimeMs: -1 })
    expect(await produceTo(client, 't', 1, batch)).toMatchObject({ errorCode: 0, logAppendTimeMs: 1_700_000_000_000 })
  })
})

describe('a topic that a request names twice', () => {
  test('is described once by Metadata', async () => {
    const { topics } = await client.call(metadataApi, 9, { topics: [{ name: 't' }, { name: 't' }] })
    expect(topics.map(({ name }) => name)).toEqual(['t'])
  })

  test('is refused once by CreateTopics', async () => {
    const twice = { name: 'twice', numPartitions: 1, replicationFactor: 1 }
    const { topics } = await client.call(createTopicsApi, 5, { topics: [twice, twice] })
    expect(topics.map(({ name, errorCode }) => [name, errorCode])).toEqual([['twice', code('INVALID_REQUEST')]])
  })

  test('is refused once by CreatePartitions', async () => {
    broker.createTopic('grown', 1)
    const topics = [3, 4].map((count) => ({ name: 'grown', count }))
    const { results } = await client.call(createPartitionsApi, 1, { topics, timeoutMs })
    expect(results.map(({ name, errorCode }) => [name, errorCode])).toEqual([['grown', code('INVALID_REQUEST')]])
    expect(broker.topics().find(({ name }) => name === 'grown')).toMatchObject({ partitions: 1 })
  })
})

describe('settings', () => {
  const describeTopic = async (resourceName: string, configurationKeys: string[] | null) => {
    const resources = [{ resourceType: 2, resourceName, configurationKeys }]
    return (await client.call(describeConfigsApi, 2, { resources, includeSynonyms: true })).results[0]!
  }

  test('are all described where no key is named', async () => {
    const all = (await describeTopic('t', null)).configs.length
    expect((await describeTopic('t', [])).configs).toHaveLength(all)
  })

  test('of a topic that cannot be are refused as that', async () => {
    expect(await describeTopic('a b', null)).toMatchObject({ errorCode: code('INVALID_TOPIC_EXCEPTION') })
    expect(await describeTopic('unknown', null)).toMatchObject({ errorCode: code('UNKNOWN_TOPIC_OR_PARTITION') })
  })

  test('have no synonym where the broker’s has no default: retention.ms', async () => {
    const { configs } = await describeTopic('t', ['retention.ms'])
    expect(configs).toMatchObject([{ value: '604800000', configSource: 5, synonyms: [] }])
  })

  test('cannot be made without a value', async () => {
    const configs = [{ name: 'retention.ms', value: null }]
    const topic = { name: 'valueless', numPartitions: 1, replicationFactor: 1, configs }
    const { topics } = await client.call(createTopicsApi, 4, { topics: [topic] })
    expect(topics[0]).toMatchObject({ errorCode: code('INVALID_CONFIG') })
    const resources = [{ resourceType: 2, resourceName: 't', configs }]
    const { responses } = await client.call(alterConfigsApi, 1, { resources })
    expect(responses[0]).toMatchObject({ errorCode: code('INVALID_REQUEST') })
  })

  test('are not changed by a request that names one twice', async () => {
    const configs = ['1', '2'].map((value) => ({ name: 'retention.ms', configOperation: 0, value }))
    const resources = [{ resourceType: 2, resourceName: 't', configs }]
    const { responses } = await client.call(incrementalAlterConfigsApi, 1, { resources })
    expect(responses[0]).toMatchObject({ errorCode: code('INVALID_REQUEST') })
    expect((await describeTopic('t', ['retention.ms'])).configs[0]!.value).toBe('604800000')
  })
})

describe('a reader', () => {
  test('is told of no aborted transactions by a partition that is not there', async () => {
    const [partition] = await fetchFrom(client, 'unknown', [0], { maxWaitMs: 0 })
    expect(partition).toMatchObject({ abortedTransactions: [] })
    const topics = [{ topic: 't', partitions: [{ partition: 0, fetchOffset: 99, partitionMaxBytes: 1 }] }]
    const { responses } = await client.call(fetchApi, 11, { maxWaitMs: 0, minBytes: 0, topics })
    expect(responses[0]!.partitions[0]).toMatchObject({ errorCode: 1, abortedTransactions: null })
  })

  test.each([
    [-3, 6, 7],
    [-4, 7, 8],
    [-5, 8, 9],
    [-6, 9, undefined],
    [-7, 9, undefined],
  ])('cannot ask for the offset of time %i before there was a version for it', async (timestamp, last, first) => {
    const ask = async (version: number) => {
      const topics = [{ name: 't', partitions: [{ partitionIndex: 0, timestamp }] }]
      return (await client.call(listOffsetsApi, version, { topics })).topics[0]!.partitions[0]!.errorCode
    }
    expect(await ask(last)).toBe(code('UNSUPPORTED_VERSION'))
    if (first !== undefined) expect(await ask(first)).toBe(0)
  })
})

describe('a group that is not, or has no name', () => {
  test('is deleted once, however often it was named', async () => {
    const { results } = await client.call(deleteGroupsApi, 1, { groupsNames: ['nobody', 'nobody'] })
    expect(results).toHaveLength(1)
  })

  test('has no members', async () => {
    const member = { groupId: '', generationId: 1, memberId: 'm' }
    expect(await client.call(heartbeatApi, 3, member)).toMatchObject({ errorCode: code('INVALID_GROUP_ID') })
    const { errorCode } = await client.call(syncGroupApi, 3, { ...member, assignments: [] })
    expect(errorCode).toBe(code('INVALID_GROUP_ID'))
    const left = await client.call(leaveGroupApi, 3, { groupId: '', members: [{ memberId: 'm' }] })
    expect(left.errorCode).toBe(code('INVALID_GROUP_ID'))
  })

  test('keeps offsets that are committed from outside, as old consumers did', async () => {
    const topics = [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: 5 }] }]
    const committed = await client.call(offsetCommitApi, 7, { groupId: '', topics })
    expect(committed.topics[0]!.partitions[0]).toMatchObject({ errorCode: 0 })
    const fetched = await client.call(offsetFetchApi, 5, {
      groupId: '',
      topics: [{ name: 't', partitionIndexes: [0] }],
    })
    expect(fetched.topics[0]!.partitions[0]).toMatchObject({ committedOffset: 5 })
  })
})

test('offsets of a partition that is not there cannot be forgotten', async () => {
  const topics = [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: 5 }] }]
  await client.call(offsetCommitApi, 7, { groupId: 'g', topics })
  const places = [
    { name: 't', partitions: [{ partitionIndex: 0 }, { partitionIndex: 9 }] },
    { name: 'unknown', partitions: [{ partitionIndex: 0 }] },
  ]
  const answer = await client.call(offsetDeleteApi, 0, { groupId: 'g', topics: places })
  const unknown = code('UNKNOWN_TOPIC_OR_PARTITION')
  expect(answer.topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode))).toEqual([
    0,
    unknown,
    unknown,
  ])
})
