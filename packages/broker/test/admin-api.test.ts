import {
  alterConfigsApi,
  apiVersionsApi,
  createPartitionsApi,
  createTopicsApi,
  deleteRecordsApi,
  deleteTopicsApi,
  describeClientQuotasApi,
  describeConfigsApi,
  describeLogDirsApi,
  describeTopicPartitionsApi,
  incrementalAlterConfigsApi,
  listConfigResourcesApi,
  listPartitionReassignmentsApi,
  metadataApi,
  type RequestInput,
  updateFeaturesApi,
} from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { createBroker } from '../src/index.ts'
import { type ApiClient, batchOf, code, connectClient, fetchFrom, produceTo } from './api-client.ts'

type NewTopic = RequestInput<typeof createTopicsApi>['topics'][number]

async function create(
  client: ApiClient,
  topic: Partial<NewTopic>,
  options: { version?: number; validateOnly?: boolean } = {},
) {
  const { version = 7, validateOnly = false } = options
  const topics = [{ name: 't', numPartitions: -1, replicationFactor: -1, ...topic }]
  return (await client.call(createTopicsApi, version, { topics, timeoutMs: 0, validateOnly })).topics[0]!
}

/** The settings of a resource by name: value and source. */
async function configsOf(client: ApiClient, resourceType: number, resourceName: string, version = 4) {
  const resources = [{ resourceType, resourceName }]
  const [result] = (await client.call(describeConfigsApi, version, { resources, includeSynonyms: true })).results
  return { errorCode: result!.errorCode, configs: new Map(result!.configs.map((config) => [config.name, config])) }
}

describe('CreateTopics', () => {
  test.each([2, 3, 4, 5, 6, 7])('v%i makes a topic, once', async (version) => {
    await using broker = createBroker()
    const client = connectClient(broker)
    const made = await create(client, { numPartitions: 3, replicationFactor: 1 }, { version })
    expect(made).toMatchObject({ name: 't', errorCode: 0 })
    if (version >= 5) expect(made).toMatchObject({ numPartitions: 3, replicationFactor: 1 })
    expect(broker.topics()).toEqual([{ name: 't', partitions: 3 }])
    expect((await create(client, {}, { version })).errorCode).toBe(code('TOPIC_ALREADY_EXISTS'))
  })

  test.each<[string, Partial<NewTopic>, Parameters<typeof code>[0]]>([
    ['a bad name', { name: 'a b' }, 'INVALID_TOPIC_EXCEPTION'],
    ['a name that collides with another', { name: 'a_b' }, 'INVALID_TOPIC_EXCEPTION'],
    ['no partitions', { numPartitions: 0 }, 'INVALID_PARTITIONS'],
    ['more partitions than are good', { numPartitions: 100_000 }, 'INVALID_PARTITIONS'],
    ['no replicas', { replicationFactor: 0 }, 'INVALID_REPLICATION_FACTOR'],
    ['a setting that does not exist', { configs: [{ name: 'retention', value: '1' }] }, 'INVALID_CONFIG'],
    ['a value that cannot be', { configs: [{ name: 'retention.ms', value: 'long' }] }, 'INVALID_CONFIG'],
    [
      'counts and assignments',
      { numPartitions: 1, assignments: [{ partitionIndex: 0, brokerIds: [1] }] },
      'INVALID_REQUEST',
    ],
    ['replicas elsewhere', { assignments: [{ partitionIndex: 0, brokerIds: [9] }] }, 'INVALID_REPLICA_ASSIGNMENT'],
  ])('refuses %s', async (_, topic, error) => {
    await using broker = createBroker({ topics: { 'a.b': 1 } })
    expect((await create(connectClient(broker), topic)).errorCode).toBe(code(error))
    expect(broker.topics()).toHaveLength(1)
  })

  test('takes more replicas than there are nodes, keeps one and says so', async () => {
    const warnings: string[] = []
    await using broker = createBroker({ onWarning: (line) => warnings.push(line) })
    expect(await create(connectClient(broker), { replicationFactor: 3 })).toMatchObject({
      errorCode: 0,
      replicationFactor: 1,
    })
    expect(warnings.join()).toContain('3 replicas')
  })

  test('only checks where it is told to, and refuses a topic that is named twice', async () => {
    await using broker = createBroker()
    const client = connectClient(broker)
    expect((await create(client, {}, { validateOnly: true })).errorCode).toBe(0)
    const twice = { name: 't', numPartitions: 1, replicationFactor: 1 }
    const answer = await client.call(createTopicsApi, 4, { topics: [twice, { ...twice }] })
    expect(answer.topics.map(({ errorCode }) => errorCode)).toEqual([code('INVALID_REQUEST')])
    expect(broker.topics()).toEqual([])
  })
})

test('DeleteTopics takes names, or ids from version 6 on', async () => {
  await using broker = createBroker({ topics: { a: 1, b: 1 } })
  const client = connectClient(broker)
  const byName = await client.call(deleteTopicsApi, 1, { topicNames: ['a', 'x'], timeoutMs: 0 })
  expect(byName.responses.map(({ errorCode }) => errorCode)).toEqual([0, code('UNKNOWN_TOPIC_OR_PARTITION')])
  const { topicId } = (await client.call(metadataApi, 12, { topics: null })).topics[0]!
  const byId = { topics: [{ name: null, topicId }], timeoutMs: 0 }
  expect((await client.call(deleteTopicsApi, 6, byId)).responses[0]).toMatchObject({ name: 'b', errorCode: 0 })
  const again = (await client.call(deleteTopicsApi, 6, byId)).responses[0]!
  expect(again.errorCode).toBe(code('UNKNOWN_TOPIC_ID'))
  expect(broker.topics()).toEqual([])
})

test('CreatePartitions only grows', async () => {
  await using broker = createBroker({ topics: { t: 2 } })
  const client = connectClient(broker)
  const grow = async (name: string, count: number, validateOnly = false) =>
    (await client.call(createPartitionsApi, 3, { topics: [{ name, count }], timeoutMs: 0, validateOnly })).results[0]!
  expect((await grow('t', 4, true)).errorCode).toBe(0)
  expect(broker.topics()[0]!.partitions).toBe(2)
  expect((await grow('t', 4)).errorCode).toBe(0)
  expect(broker.topics()[0]!.partitions).toBe(4)
  expect(await grow('t', 4)).toMatchObject({ errorCode: code('INVALID_PARTITIONS') })
  expect((await grow('x', 4)).errorCode).toBe(code('UNKNOWN_TOPIC_OR_PARTITION'))
  await produceTo(client, 't', 3, batchOf(['a']))
  expect(await broker.log('t', 3)).toHaveLength(1)
})

test('DeleteRecords moves the start of a log', async () => {
  await using broker = createBroker({ topics: { t: 1 } })
  const client = connectClient(broker)
  for (const value of ['a', 'b', 'c']) await produceTo(client, 't', 0, batchOf([value]))
  const remove = async (offset: number, partitionIndex = 0) => {
    const topics = [{ name: 't', partitions: [{ partitionIndex, offset }] }]
    return (await client.call(deleteRecordsApi, 2, { topics, timeoutMs: 0 })).topics[0]!.partitions[0]!
  }
  expect(await remove(2)).toMatchObject({ errorCode: 0, lowWatermark: 2 })
  expect((await fetchFrom(client, 't', [1]))[0]!.errorCode).toBe(code('OFFSET_OUT_OF_RANGE'))
  expect(await broker.log('t', 0)).toHaveLength(1)
  expect((await remove(4)).errorCode).toBe(code('OFFSET_OUT_OF_RANGE'))
  expect(await remove(-1)).toMatchObject({ errorCode: 0, lowWatermark: 3 })
  expect((await remove(0, 7)).errorCode).toBe(code('UNKNOWN_TOPIC_OR_PARTITION'))
})

describe('settings', () => {
  test('are all described, with where their values come from', async () => {
    await using broker = createBroker({
      topics: { t: { configs: { 'retention.ms': 1_000 } } },
      configs: { 'message.max.bytes': 5_000 },
    })
    const client = connectClient(broker)
    for (const version of [1, 2, 3, 4]) {
      const { configs } = await configsOf(client, 2, 't', version)
      expect(configs.get('retention.ms')).toMatchObject({ value: '1000', configSource: 1 })
      expect(configs.get('max.message.bytes')).toMatchObject({ value: '5000', configSource: 4 })
      expect(configs.get('compression.type')).toMatchObject({ value: 'producer', configSource: 5 })
      expect(configs.get('max.message.bytes')!.synonyms).toEqual([
        { name: 'message.max.bytes', value: '5000', source: 4 },
        { name: 'message.max.bytes', value: '1048588', source: 5 },
      ])
    }
    expect((await configsOf(client, 4, '1')).configs.get('message.max.bytes')).toMatchObject({ value: '5000' })
    expect((await configsOf(client, 2, 'x')).errorCode).toBe(code('UNKNOWN_TOPIC_OR_PARTITION'))
    expect((await configsOf(client, 4, '2')).errorCode).toBe(code('INVALID_REQUEST'))
    expect((await configsOf(client, 8, '1')).errorCode).toBe(code('INVALID_REQUEST'))
  })

  test('of a topic are honoured when they change', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    const resources = [{ resourceType: 2, resourceName: 't', configs: [{ name: 'max.message.bytes', value: '80' }] }]
    expect((await client.call(alterConfigsApi, 1, { resources, validateOnly: true })).responses[0]!.errorCode).toBe(0)
    expect((await produceTo(client, 't', 0, batchOf(['long enough'.repeat(9)]))).errorCode).toBe(0)
    expect((await client.call(alterConfigsApi, 1, { resources })).responses[0]!.errorCode).toBe(0)
    expect((await produceTo(client, 't', 0, batchOf(['long enough'.repeat(9)]))).errorCode).toBe(
      code('MESSAGE_TOO_LARGE'),
    )
  })

  test('that AlterConfigs does not name go back to their defaults', async () => {
    await using broker = createBroker({ topics: { t: { configs: { 'retention.ms': 1 } } } })
    const client = connectClient(broker)
    const resources = [{ resourceType: 2, resourceName: 't', configs: [{ name: 'segment.ms', value: '9' }] }]
    await client.call(alterConfigsApi, 2, { resources })
    const { configs } = await configsOf(client, 2, 't')
    expect([configs.get('retention.ms')!.value, configs.get('segment.ms')!.value]).toEqual(['604800000', '9'])
  })

  test('are set, deleted, appended to and subtracted from one by one', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    const alter = async (name: string, configOperation: number, value: string | null) => {
      const resources = [{ resourceType: 2, resourceName: 't', configs: [{ name, configOperation, value }] }]
      const { errorCode } = (await client.call(incrementalAlterConfigsApi, 1, { resources })).responses[0]!
      return [errorCode, (await configsOf(client, 2, 't')).configs.get(name)?.value]
    }
    expect(await alter('retention.ms', 0, '5')).toEqual([0, '5'])
    expect(await alter('retention.ms', 1, null)).toEqual([0, '604800000'])
    expect(await alter('cleanup.policy', 2, 'compact')).toEqual([0, 'delete,compact'])
    expect(await alter('cleanup.policy', 3, 'delete')).toEqual([0, 'compact'])
    expect(await alter('retention.ms', 2, '5')).toEqual([code('INVALID_CONFIG'), '604800000'])
    expect((await alter('nope', 0, '5'))[0]).toBe(code('INVALID_CONFIG'))
    expect((await alter('retention.ms', 9, '5'))[0]).toBe(code('INVALID_REQUEST'))
  })
})

test('no replica is ever being moved', async () => {
  await using broker = createBroker({ topics: { t: 1 } })
  const answer = await connectClient(broker).call(listPartitionReassignmentsApi, 0, { topics: null })
  expect(answer).toMatchObject({ errorCode: 0, topics: [] })
})

describe('DescribeTopicPartitions', () => {
  const names = (topics: readonly { name: string | null; partitions: readonly { partitionIndex: number }[] }[]) =>
    topics.map(({ name, partitions }) => `${name} ${partitions.map((each) => each.partitionIndex).join()}`)

  test('tells topics in portions, by name, each from where the last one ended', async () => {
    await using broker = createBroker({ topics: { c: 1, a: 3, b: 2 } })
    const client = connectClient(broker)
    const told: string[] = []
    let cursor: { topicName: string; partitionIndex: number } | null = null
    do {
      const request: RequestInput<typeof describeTopicPartitionsApi> = { topics: [], responsePartitionLimit: 2, cursor }
      const answer = await client.call(describeTopicPartitionsApi, 0, request)
      told.push(names(answer.topics).join('; '))
      cursor = answer.nextCursor
    } while (cursor !== null)
    expect(told).toEqual(['a 0,1', 'a 2; b 0', 'b 1; c 0'])
  })

  test('tells of a topic what Metadata tells, and which name is unknown, wrong, or not where to go on', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    const topics = [{ name: 't' }, { name: 'unknown' }, { name: 'not/a/name' }]
    const answer = await client.call(describeTopicPartitionsApi, 0, { topics })
    expect(answer.topics.map(({ name, errorCode }) => [name, errorCode])).toEqual([
      ['not/a/name', code('INVALID_TOPIC_EXCEPTION')],
      ['t', 0],
      ['unknown', code('UNKNOWN_TOPIC_OR_PARTITION')],
    ])
    const metadata = await client.call(metadataApi, 13, { topics: [{ name: 't' }] })
    expect(answer.topics[1]).toMatchObject(metadata.topics[0]!)
    for (const cursor of [
      { topicName: 'u', partitionIndex: 0 },
      { topicName: 't', partitionIndex: -1 },
    ]) {
      const refused = await client.call(describeTopicPartitionsApi, 0, { topics, cursor })
      expect(refused.topics.map(({ errorCode }) => errorCode)).toEqual(topics.map(() => code('INVALID_REQUEST')))
    }
  })
})

test.each([1, 2, 3, 4, 5])('DescribeLogDirs v%i tells how many bytes partitions have', async (version) => {
  await using broker = createBroker({ topics: { t: 2, u: 1 } })
  const client = connectClient(broker)
  const batch = batchOf(['a'])
  await produceTo(client, 't', 1, batch)
  const describe = async (topics: { topic: string; partitions: number[] }[] | null) => {
    const { results } = await client.call(describeLogDirsApi, version, { topics })
    return results[0]!.topics.map((topic) => [topic.name, ...topic.partitions.map((each) => each.partitionSize)])
  }
  expect(await describe(null)).toEqual([
    ['t', 0, batch.length],
    ['u', 0],
  ])
  expect(
    await describe([
      { topic: 't', partitions: [1, 7] },
      { topic: 'unknown', partitions: [0] },
    ]),
  ).toEqual([['t', batch.length]])
})

test('ListConfigResources lists topics and the broker, by type; version 0 asks for client metrics', async () => {
  await using broker = createBroker({ topics: { t: 1 } })
  const client = connectClient(broker)
  const list = async (version: number, resourceTypes: number[] = []) => {
    const answer = await client.call(listConfigResourcesApi, version, { resourceTypes })
    return [answer.errorCode, ...answer.configResources.map((each) => `${each.resourceType} ${each.resourceName}`)]
  }
  expect(await list(1)).toEqual([0, '4 1', '2 t'])
  expect(await list(1, [2, 32])).toEqual([0, '2 t'])
  expect(await list(1, [3])).toEqual([code('UNSUPPORTED_VERSION')])
  expect(await list(0)).toEqual([0])
})

test('DescribeClientQuotas finds none, and refuses what quotas cannot be of', async () => {
  await using broker = createBroker()
  const client = connectClient(broker)
  const ask = async (...entityTypes: string[]) => {
    const components = entityTypes.map((entityType) => ({ entityType, matchType: 2, match: null }))
    const { errorCode, entries } = await client.call(describeClientQuotasApi, 1, { components, strict: false })
    return [errorCode, entries]
  }
  expect([await ask(), await ask('user', 'client-id')]).toEqual([
    [0, []],
    [0, []],
  ])
  expect(await ask('team')).toEqual([code('UNSUPPORTED_VERSION'), null])
  for (const wrong of [[''], ['user', 'user'], ['ip', 'user']]) {
    expect(await ask(...wrong)).toEqual([code('INVALID_REQUEST'), null])
  }
})

describe('UpdateFeatures', () => {
  async function levelAfter(client: ApiClient, version: number, update: object, more: object = {}) {
    const featureUpdates = [{ feature: 'transaction.version', maxVersionLevel: 1, ...update }]
    const { errorCode } = await client.call(updateFeaturesApi, version, { featureUpdates, ...more })
    const software = { clientSoftwareName: 'a', clientSoftwareVersion: '1' }
    const { finalizedFeatures } = await client.call(apiVersionsApi, 4, software)
    const changed = finalizedFeatures.filter(({ name }) => name === 'transaction.version')
    return [errorCode, ...changed.map(({ maxVersionLevel }) => maxVersionLevel)]
  }

  test('lowers and raises a level, where that is what was asked for', async () => {
    await using broker = createBroker()
    const client = connectClient(broker)
    const refused = code('INVALID_UPDATE_VERSION')
    expect(await levelAfter(client, 2, {})).toEqual([refused, 2])
    expect(await levelAfter(client, 2, { upgradeType: 2 }, { validateOnly: true })).toEqual([0, 2])
    expect(await levelAfter(client, 2, { upgradeType: 2 })).toEqual([0, 1])
    expect(await levelAfter(client, 1, { maxVersionLevel: 0, upgradeType: 3 })).toEqual([0])
    expect(await levelAfter(client, 0, { maxVersionLevel: 2 })).toEqual([0, 2])
    expect(await levelAfter(client, 0, { allowDowngrade: true })).toEqual([0, 1])
    expect(await levelAfter(client, 2, { maxVersionLevel: 3 })).toEqual([refused, 1])
    expect(await levelAfter(client, 2, { feature: 'metadata.version' })).toEqual([refused, 1])
  })

  test('changes nothing where one feature of several cannot be, or is named twice', async () => {
    await using broker = createBroker()
    const client = connectClient(broker)
    const down = { feature: 'transaction.version', maxVersionLevel: 1, upgradeType: 3 }
    for (const featureUpdates of [[down, { ...down, feature: 'no.such' }], [down, down], []]) {
      expect((await client.call(updateFeaturesApi, 2, { featureUpdates })).errorCode).not.toBe(0)
    }
    expect((await levelAfter(client, 2, { maxVersionLevel: 2 }))[1]).toBe(2)
  })
})
