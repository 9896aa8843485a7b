import { type Consumer, Kafka, logLevel } from 'kafkajs'
import { expect, test } from 'vitest'
import { type Broker, startBroker } from '../src/index.ts'

process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1'

function kafkaOf(broker: Broker): Kafka {
  return new Kafka({
    brokers: broker.bootstrap,
    logLevel: logLevel.NOTHING,
    retry: { retries: 3, initialRetryTime: 20, maxRetryTime: 50 },
  })
}

/** Runs a consumer that notes what it gets: `topic-partition@offset key=value`. */
async function consume(consumer: Consumer, topic: string, got: string[]): Promise<void> {
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      got.push(`${topic}-${partition}@${message.offset} ${message.key?.toString()}=${message.value?.toString()}`)
    },
  })
}

test('kafkajs produces with keys, headers and gzip, and consumes it all in order', async () => {
  await using broker = await startBroker({ topics: { orders: 2 } })
  const kafka = kafkaOf(broker)
  const producer = kafka.producer()
  await producer.connect()
  const results = await producer.send({
    topic: 'orders',
    messages: [
      { key: 'a', value: '1', partition: 0, headers: { trace: 'x' } },
      { key: 'a', value: '2', partition: 0 },
    ],
  })
  expect(results).toMatchObject([{ partition: 0, errorCode: 0, baseOffset: '0' }])
  await producer.send({ topic: 'orders', compression: 1, messages: [{ key: 'a', value: '3', partition: 0 }] })
  const got: string[] = []
  const consumer = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 50 })
  await consume(consumer, 'orders', got)
  await expect.poll(() => got).toEqual(['orders-0@0 a=1', 'orders-0@1 a=2', 'orders-0@2 a=3'])
  await consumer.disconnect()
  expect(broker.group('g')).toMatchObject({
    state: 'Empty',
    offsets: [{ topic: 'orders', partition: 0, offset: 3 }],
  })
  await producer.disconnect()
})

test('two members share a topic, and one takes over when the other leaves', async () => {
  await using broker = await startBroker({ topics: { orders: 4 } })
  const kafka = kafkaOf(broker)
  const [one, two] = [1, 2].map(() => kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 20, heartbeatInterval: 20 }))
  const [gotOne, gotTwo]: [string[], string[]] = [[], []]
  await consume(one!, 'orders', gotOne)
  await broker.waitForGroup('g', { members: 1, state: 'Stable' })
  await consume(two!, 'orders', gotTwo)
  await broker.waitForGroup('g', { members: 2, state: 'Stable' })
  const producer = kafka.producer()
  await producer.connect()
  const send = (value: string) =>
    producer.send({ topic: 'orders', messages: [0, 1, 2, 3].map((partition) => ({ partition, key: 'k', value })) })
  await send('first')
  await expect.poll(() => gotOne.length + gotTwo.length).toBe(4)
  expect([gotOne.length, gotTwo.length]).toEqual([2, 2])
  await two!.disconnect()
  await broker.waitForGroup('g', { members: 1, state: 'Stable' })
  await send('second')
  await expect.poll(() => gotOne.length).toBe(6)
  expect(new Set([...gotOne, ...gotTwo]).size).toBe(8)
  await Promise.all([one!.disconnect(), producer.disconnect()])
})

test('an idempotent producer that loses an answer stores its batch once', async () => {
  await using broker = await startBroker({ topics: { orders: 1 } })
  const producer = kafkaOf(broker).producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  await producer.send({ topic: 'orders', messages: [{ value: 'a' }] })
  const lost = broker.control.on({ api: 'Produce', topic: 'orders' }).loseAnswer()
  await producer.send({ topic: 'orders', messages: [{ value: 'b' }] })
  await producer.send({ topic: 'orders', messages: [{ value: 'c' }] })
  await producer.disconnect()
  expect(lost.hits).toBe(1)
  const log = await broker.log('orders', 0)
  expect(log.map(({ value }) => Buffer.from(value!).toString())).toEqual(['a', 'b', 'c'])
})

test('the admin client creates, grows, describes and deletes', async () => {
  await using broker = await startBroker()
  const admin = kafkaOf(broker).admin()
  await admin.connect()
  expect(await admin.createTopics({ topics: [{ topic: 't', numPartitions: 2 }] })).toBe(true)
  expect(await admin.createTopics({ topics: [{ topic: 't' }] })).toBe(false)
  await admin.createPartitions({ topicPartitions: [{ topic: 't', count: 3 }] })
  const { topics } = await admin.fetchTopicMetadata({ topics: ['t'] })
  expect(topics[0]!.partitions).toHaveLength(3)
  expect(await admin.listTopics()).toEqual(['t'])
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name: 't' }] })
  expect(resources[0]!.configEntries).toContainEqual(
    expect.objectContaining({ configName: 'retention.ms', configValue: '604800000' }),
  )
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: 2, name: 't', configEntries: [{ name: 'retention.ms', value: '5' }] }],
  })
  expect(await admin.describeCluster()).toMatchObject({ controller: 1, brokers: [{ nodeId: 1, port: broker.port }] })
  await admin.disconnect()
})

test('on three nodes kafkajs finds leaders, coordinators and the controller, also after they moved', async () => {
  await using broker = await startBroker({ nodes: 3, topics: { orders: 3 } })
  const { control } = broker
  const kafka = kafkaOf(broker)
  const [admin, producer] = [kafka.admin(), kafka.producer({ transactionalId: 'tx', maxInFlightRequests: 1 })]
  await Promise.all([admin.connect(), producer.connect()])
  control.moveController(3)
  expect(await admin.createTopics({ topics: [{ topic: 'copied', replicationFactor: 3 }] })).toBe(true)
  const messages = [0, 1, 2].map((partition) => ({ partition, key: 'k', value: String(partition) }))
  const sendAll = async (): Promise<void> => {
    const transaction = await producer.transaction()
    await transaction.send({ topic: 'orders', messages })
    await transaction.commit()
  }
  await sendAll()
  for (const partition of [0, 1, 2]) control.moveLeader('orders', partition, ((partition + 1) % 3) + 1)
  control.moveCoordinator('transaction', 'tx', (control.coordinatorOf('transaction', 'tx') % 3) + 1)
  await sendAll()
  const got: string[] = []
  const consumer = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 20 })
  await consume(consumer, 'orders', got)
  await expect.poll(() => got.length).toBe(6)
  expect(got.toSorted()).toEqual([0, 1, 2].flatMap((p) => [0, 2].map((offset) => `orders-${p}@${offset} k=${p}`)))
  await consumer.disconnect()
  control.moveCoordinator('group', 'g', (control.coordinatorOf('group', 'g') % 3) + 1)
  expect(await admin.listGroups()).toMatchObject({ groups: [{ groupId: 'g' }] })
  expect(await admin.describeCluster()).toMatchObject({ controller: 3, brokers: { length: 3 } })
  await Promise.all([admin.disconnect(), producer.disconnect()])
})

test('the admin client sees offsets of topics and groups, and deletes records and groups', async () => {
  await using broker = await startBroker({ topics: { t: 1 } })
  const kafka = kafkaOf(broker)
  const [admin, producer] = [kafka.admin(), kafka.producer()]
  await Promise.all([admin.connect(), producer.connect()])
  await producer.send({ topic: 't', messages: [{ value: 'a' }, { value: 'b' }] })
  expect(await admin.fetchTopicOffsets('t')).toMatchObject([{ partition: 0, low: '0', high: '2' }])
  const got: string[] = []
  const consumer = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 20 })
  await consume(consumer, 't', got)
  await expect.poll(() => got.length).toBe(2)
  expect(await admin.describeGroups(['g'])).toMatchObject({
    groups: [{ state: 'Stable', members: [{ clientId: 'kafkajs' }] }],
  })
  await consumer.disconnect()
  expect(await admin.fetchOffsets({ groupId: 'g' })).toMatchObject([{ topic: 't', partitions: [{ offset: '2' }] }])
  await admin.deleteTopicRecords({ topic: 't', partitions: [{ partition: 0, offset: '1' }] })
  expect(await admin.fetchTopicOffsets('t')).toMatchObject([{ low: '1', high: '2' }])
  expect(await admin.listGroups()).toMatchObject({ groups: [{ groupId: 'g' }] })
  expect(await admin.describeGroups(['g'])).toMatchObject({ groups: [{ state: 'Empty' }] })
  await admin.deleteGroups(['g'])
  await admin.deleteTopics({ topics: ['t'] })
  expect(broker.topics()).toEqual([])
  expect(broker.groups()).toEqual([])
  await Promise.all([admin.disconnect(), producer.disconnect()])
})
