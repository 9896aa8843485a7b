import {
  alterConfigsApi,
  createPartitionsApi,
  createTopicsApi,
  deleteRecordsApi,
  deleteTopicsApi,
  describeClusterApi,
  describeConfigsApi,
  incrementalAlterConfigsApi,
  listPartitionReassignmentsApi,
  metadataApi,
} from '@partita/wire'
import type { Scenario, World } from '../world.ts'

const timeoutMs = 5_000

export async function newTopic(
  world: World,
  name: string,
  partitions = 1,
  configs: [string, string][] = [],
): Promise<string> {
  const topic = world.name(name)
  const wanted = configs.map(([key, value]) => ({ name: key, value }))
  await world.expect(
    `${name} with ${partitions}`,
    createTopicsApi,
    {
      topics: [{ name: topic, numPartitions: partitions, replicationFactor: 1, configs: wanted }],
      timeoutMs,
    },
    [2, 4],
  )
  await world.ready(topic, partitions)
  return topic
}

/** Topics that can be made, and many that cannot. */
export const creation: Scenario = async (world) => {
  const create = (what: string, topics: object[], validateOnly = false) =>
    world.ask(what, createTopicsApi, { topics: topics as never, timeoutMs, validateOnly }, [2, 4])
  const sound = { numPartitions: 1, replicationFactor: 1 }
  const name = world.name('orders')
  await create('sound, only validated', [{ name, ...sound }], true)
  await create('sound', [{ name, ...sound }])
  await create('once more', [{ name, ...sound }])
  await create('once more, only validated', [{ name, ...sound }], true)
  for (const wrong of ['', '.', '..', 'a b', 'ä', 'a/b', 'x'.repeat(250)])
    await create(`named ${JSON.stringify(wrong)}`, [{ name: wrong, ...sound }])
  await create('dotted', [{ name: world.name('a.b'), ...sound }])
  await create('that collides', [{ name: world.name('a_b'), ...sound }])
  for (const numPartitions of [0, -2, -1])
    await create(`with ${numPartitions} partitions`, [
      { name: world.name(`p${numPartitions}`), numPartitions, replicationFactor: 1 },
    ])
  for (const replicationFactor of [0, -2, -1])
    await create(`with ${replicationFactor} replicas`, [
      { name: world.name(`r${replicationFactor}`), numPartitions: 1, replicationFactor },
    ])
  await create('with two replicas', [{ name: world.name('r2'), numPartitions: 1, replicationFactor: 2 }])
  await create('twice in a request', [
    { name: world.name('twice'), ...sound },
    { name: world.name('twice'), ...sound },
  ])
  const configs = (key: string, value: string | null) => [{ name: key, value }]
  for (const [key, value] of [
    ['no.such.thing', '1'],
    ['retention.ms', 'soon'],
    ['retention.ms', '-2'],
    ['retention.ms', ''],
    ['cleanup.policy', 'shred'],
    ['cleanup.policy', 'compact,delete'],
    ['cleanup.policy', ''],
    ['max.message.bytes', '-1'],
    ['message.timestamp.type', 'Never'],
    ['compression.type', 'best'],
    ['compression.type', 'zstd'],
    ['min.insync.replicas', '0'],
    ['segment.bytes', '13'],
    ['retention.ms', null],
  ] as const) {
    await create(`with ${key}=${value}`, [
      { name: world.name(`c-${key}-${value}`.replaceAll(/[^\w-]/g, '')), ...sound, configs: configs(key, value) },
    ])
  }
  const placed = (indexes: number[], ids: number[][]) =>
    indexes.map((partitionIndex, i) => ({ partitionIndex, brokerIds: ids[i]! }))
  const assigned = { numPartitions: -1, replicationFactor: -1 }
  await create('placed', [{ name: world.name('placed'), ...assigned, assignments: placed([0, 1], [[1], [1]]) }])
  await create('placed with a gap', [{ name: world.name('gap'), ...assigned, assignments: placed([0, 2], [[1], [1]]) }])
  await create('placed twice', [{ name: world.name('double'), ...assigned, assignments: placed([0, 0], [[1], [1]]) }])
  await create('placed on nobody', [{ name: world.name('nobody'), ...assigned, assignments: placed([0], [[]]) }])
  await create('placed on a stranger', [{ name: world.name('stranger'), ...assigned, assignments: placed([0], [[9]]) }])
  await create('placed and counted', [{ name: world.name('both'), ...sound, assignments: placed([0], [[1]]) }])
}

/** What there is, as it is told. */
export const description: Scenario = async (world) => {
  const orders = await newTopic(world, 'orders', 3)
  const metadata = (what: string, topics: object[] | null, allowAutoTopicCreation = false) =>
    world.ask(what, metadataApi, { topics: topics as never, allowAutoTopicCreation }, [4, 12])
  await metadata('a topic', [{ name: orders }])
  await metadata('no topics', [])
  await metadata('one that is unknown', [{ name: world.name('unknown') }])
  await metadata('one that cannot be', [{ name: 'a b' }], world.pick([true, false]))
  await metadata('one known, one unknown', [{ name: orders }, { name: world.name('unknown') }])
  await metadata('the same twice', [{ name: orders }, { name: orders }])
  await world.ask(
    'by an id that nobody has',
    metadataApi,
    { topics: [{ topicId: '00000000000000000000000000000077', name: null }] },
    [12, 12],
  )
  await world.ask('the cluster', describeClusterApi, {})
  await world.ask('reassignments', listPartitionReassignmentsApi, { topics: null })
  await world.ask('reassignments of a topic', listPartitionReassignmentsApi, {
    topics: [{ name: orders, partitionIndexes: [0, 7] }],
  })
  await world.ask('reassignments of an unknown topic', listPartitionReassignmentsApi, {
    topics: [{ name: world.name('unknown'), partitionIndexes: [0] }],
  })
}

export const growthAndEnd: Scenario = async (world) => {
  const orders = await newTopic(world, 'orders', 2)
  const grow = (what: string, topics: object[], validateOnly = false) =>
    world.ask(what, createPartitionsApi, { topics: topics as never, timeoutMs, validateOnly })
  await grow('to fewer', [{ name: orders, count: 1 }])
  await grow('to as many', [{ name: orders, count: 2 }])
  await grow('to none', [{ name: orders, count: 0 }])
  await grow('to minus one', [{ name: orders, count: -1 }])
  await grow('an unknown topic', [{ name: world.name('unknown'), count: 3 }])
  await grow('twice in a request', [
    { name: orders, count: 3 },
    { name: orders, count: 4 },
  ])
  await grow('placed on too few', [{ name: orders, count: 4, assignments: [{ brokerIds: [1] }] }])
  await grow('placed on a stranger', [{ name: orders, count: 3, assignments: [{ brokerIds: [9] }] }])
  await grow('to more, only validated', [{ name: orders, count: 4 }], true)
  await grow('to more', [{ name: orders, count: 4 }])
  await world.ready(orders, 4)
  await world.ask('after it has grown', metadataApi, { topics: [{ name: orders }] }, [1, 12])
  const end = (what: string, ...names: string[]) =>
    world.ask(what, deleteTopicsApi, (version) =>
      version >= 6 ? { topics: names.map((name) => ({ name })), timeoutMs } : { topicNames: names, timeoutMs },
    )
  await end('of an unknown topic', world.name('unknown'))
  await end('of a topic', orders)
  await end('of the same again', orders)
  await world.ask(
    'by an id that nobody has',
    deleteTopicsApi,
    { topics: [{ name: null, topicId: '00000000000000000000000000000077' }], timeoutMs },
    [6, 6],
  )
}

export const configs: Scenario = async (world) => {
  const orders = await newTopic(world, 'orders', 1, [['retention.ms', '60000']])
  const keys = ['retention.ms', 'cleanup.policy', 'max.message.bytes', 'segment.bytes', 'compression.type']
  const describe = (
    what: string,
    resourceType: number,
    resourceName: string,
    configurationKeys: string[] | null = keys,
  ) =>
    world.ask(what, describeConfigsApi, {
      resources: [{ resourceType, resourceName, configurationKeys }],
      includeSynonyms: world.pick([true, false]),
    })
  await describe('of a topic', 2, orders)
  await describe('of a topic, no such key', 2, orders, ['no.such.thing'])
  await describe('of a topic, no keys', 2, orders, [])
  await describe('of an unknown topic', 2, world.name('unknown'))
  await describe('of a topic that cannot be', 2, 'a b')
  await describe('of a broker', 4, '1', ['message.max.bytes', 'num.network.threads'].slice(0, 1))
  await describe('of a broker that is not', 4, '9')
  await describe('of a broker that cannot be', 4, 'x')
  await describe('of nothing', 0, 'x')
  const change = (what: string, ...changes: [name: string, configOperation: number, value: string | null][]) =>
    world.ask(what, incrementalAlterConfigsApi, {
      resources: [
        {
          resourceType: 2,
          resourceName: orders,
          configs: changes.map(([name, configOperation, value]) => ({ name, configOperation, value })),
        },
      ],
    })
  await change('set', ['retention.ms', 0, '70000'])
  await change('set to nonsense', ['retention.ms', 0, 'x'])
  await change('set to null', ['retention.ms', 0, null])
  await change('set what there is not', ['no.such.thing', 0, '1'])
  await change('append', ['cleanup.policy', 2, 'compact'])
  await world.configured(orders, 'cleanup.policy', 'delete,compact')
  await describe('after append', 2, orders)
  await change('append again', ['cleanup.policy', 2, 'compact'])
  await change('subtract', ['cleanup.policy', 3, 'delete'])
  await world.configured(orders, 'cleanup.policy', 'compact')
  await describe('after subtract', 2, orders)
  await change('append to what is no list', ['retention.ms', 2, '1'])
  await change('delete', ['retention.ms', 1, null])
  await change('delete what is not set', ['retention.bytes', 1, null])
  await change('the same twice', ['retention.ms', 0, '1'], ['retention.ms', 0, '2'])
  await change('an operation there is not', ['retention.ms', 7, '1'])
  await change('nothing')
  await world.configured(orders, 'retention.ms', '604800000')
  await describe('after it all', 2, orders)
  const replace = (what: string, resourceName: string, all: [string, string | null][]) =>
    world.ask(what, alterConfigsApi, {
      resources: [{ resourceType: 2, resourceName, configs: all.map(([name, value]) => ({ name, value })) }],
    })
  await replace('of a topic', orders, [['max.message.bytes', '5000']])
  await replace('with nonsense', orders, [['max.message.bytes', 'x']])
  await replace('with null', orders, [['max.message.bytes', null]])
  await replace('of an unknown topic', world.name('unknown'), [['max.message.bytes', '5000']])
  await world.configured(orders, 'max.message.bytes', '5000')
  await describe('after it was replaced', 2, orders)
}

export const deletedRecords: Scenario = async (world) => {
  const orders = await newTopic(world, 'orders')
  const remove = (what: string, name: string, partitionIndex: number, offset: number) =>
    world.ask(what, deleteRecordsApi, { topics: [{ name, partitions: [{ partitionIndex, offset }] }], timeoutMs })
  await remove('of an empty log', orders, 0, 0)
  await remove('beyond the end', orders, 0, 1)
  await remove('up to the end', orders, 0, -1)
  await remove('up to nonsense', orders, 0, -2)
  await remove('of an unknown partition', orders, 1, 0)
  await remove('of an unknown topic', world.name('unknown'), 0, 0)
}
