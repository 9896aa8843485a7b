// @confluentinc/kafka-javascript (librdkafka, in kafkajs's shape) against the broker at BOOTSTRAP.
import { assert, bootstrap, byKey, client, equal, pairsOf, pause, prefix, run, until } from './checks.mjs'

const { KafkaJS } = client('@confluentinc/kafka-javascript')
const { librdkafkaVersion } = client('@confluentinc/kafka-javascript')
const { version } = client('@confluentinc/kafka-javascript/package.json')
const logLevel = KafkaJS.logLevel.NOTHING
const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: [bootstrap], logLevel } })
const admin = kafka.admin()

async function topic(name, numPartitions = 1) {
  await admin.createTopics({ topics: [{ topic: prefix + name, numPartitions }] })
  return prefix + name
}

async function produce(name, pairs, config = {}) {
  const producer = kafka.producer({ kafkaJS: config })
  await producer.connect()
  try {
    await producer.send({ topic: name, messages: pairs.map(([key, value]) => ({ key, value })) })
  } finally {
    await producer.disconnect()
  }
}

/** A member that keeps what it reads. */
async function member(name, group, config = {}, native = {}) {
  const seen = []
  const consumer = kafka.consumer({
    ...native,
    kafkaJS: { groupId: prefix + group, fromBeginning: true, autoCommit: false, ...config },
  })
  await consumer.connect()
  await consumer.subscribe({ topic: name })
  await consumer.run({
    eachMessage: async ({ partition, message }) => void seen.push({ partition, ...message }),
  })
  return { consumer, seen }
}

let readers = 0

async function readAll(name, count, config = {}) {
  const { consumer, seen } = await member(name, `read-${(readers += 1)}`, config)
  try {
    await until(() => seen.length >= count, `${count} messages of ${name}, ${seen.length} came`)
    await pause(500)
    equal(seen.length, count, 'messages:')
    return seen
  } finally {
    await consumer.disconnect()
  }
}

const inOrder = (codec) => async () => {
  const name = await topic(`codec-${codec}`, 3)
  const pairs = pairsOf(2_000)
  await produce(name, pairs, { compression: codec, idempotent: true })
  const seen = await readAll(name, pairs.length)
  equal(byKey(seen.map(({ key, value }) => [`${key}`, `${value}`])), byKey(pairs))
}

async function transact(producer, name, values, end) {
  const transaction = await producer.transaction()
  await transaction.send({ topic: name, messages: values.map((value) => ({ value })) })
  await transaction[end]()
}

await admin.connect()
await run(`@confluentinc/kafka-javascript ${version}, librdkafka ${librdkafkaVersion}`, {
  'records in order, none': inOrder('none'),
  'records in order, gzip': inOrder('gzip'),
  'records in order, snappy': inOrder('snappy'),
  'records in order, lz4': inOrder('lz4'),

  async 'commit and resume'() {
    const name = await topic('resume')
    await produce(name, pairsOf(10))
    const one = await member(name, 'resume')
    await until(() => one.seen.length === 10, 'ten messages')
    await one.consumer.commitOffsets([{ topic: name, partition: 0, offset: '4' }])
    await one.consumer.disconnect()
    const two = await member(name, 'resume')
    await until(() => two.seen.length === 6, `six messages, ${two.seen.length} came`)
    equal(two.seen[0].offset, '4')
    await two.consumer.disconnect()
  },

  async 'two members share a topic'() {
    const name = await topic('shared', 4)
    const one = await member(name, 'shared')
    const two = await member(name, 'shared')
    const sizes = () => [one, two].map(({ consumer }) => consumer.assignment().length).join()
    await until(() => sizes() === '2,2', 'two partitions each')
    await two.consumer.disconnect()
    await until(() => one.consumer.assignment().length === 4, 'all four for the one that is left')
    await one.consumer.disconnect()
  },

  async transactions() {
    const name = await topic('tx')
    const producer = kafka.producer({ kafkaJS: { transactionalId: `${prefix}tx` } })
    await producer.connect()
    await transact(producer, name, ['a', 'b'], 'commit')
    await transact(producer, name, ['c', 'd', 'e'], 'abort')
    await transact(producer, name, ['f'], 'commit')
    await producer.disconnect()
    equal(
      (await readAll(name, 3)).map(({ value }) => `${value}`),
      ['a', 'b', 'f'],
    )
    await readAll(name, 6, { readUncommitted: true })
  },

  async 'offsets in a transaction'() {
    const source = await topic('from')
    await produce(source, pairsOf(3))
    const producer = kafka.producer({ kafkaJS: { transactionalId: `${prefix}eos` } })
    await producer.connect()
    const { consumer, seen } = await member(source, 'eos')
    await until(() => seen.length === 3, 'three messages')
    const transaction = await producer.transaction()
    const topics = [{ topic: source, partitions: [{ partition: 0, offset: '3' }] }]
    await transaction.sendOffsets({ consumer, topics })
    await transaction.commit()
    const [{ partitions }] = await admin.fetchOffsets({ groupId: `${prefix}eos`, topics: [source] })
    equal(partitions[0].offset, '3')
    await consumer.disconnect()
    await producer.disconnect()
  },

  async fencing() {
    const name = await topic('fenced')
    const [old, next] = [0, 1].map(() => kafka.producer({ kafkaJS: { transactionalId: `${prefix}fence` } }))
    await old.connect()
    const transaction = await old.transaction()
    await transaction.send({ topic: name, messages: [{ value: 'old' }] })
    await next.connect()
    const error = await transaction.commit().then(
      () => undefined,
      (reason) => reason,
    )
    assert(/fenced/.test(error), `a fenced producer's commit gave ${error}`)
    await old.disconnect().catch(() => undefined)
    await next.disconnect()
    await readAll(name, 0)
  },

  async 'admin: topics, offsets, records'() {
    const name = await topic('admin', 2)
    await produce(name, pairsOf(20))
    const [{ partitions }] = await admin.fetchTopicMetadata({ topics: [name] })
    equal(partitions.length, 2)
    const offsets = await admin.fetchTopicOffsets(name)
    equal(
      offsets.reduce((sum, { high }) => sum + Number(high), 0),
      20,
    )
    await admin.deleteTopicRecords({ topic: name, partitions: [{ partition: 0, offset: '2' }] })
    const [first] = await admin.fetchTopicOffsets(name)
    equal(first.low, '2')
    const later = await admin.fetchTopicOffsetsByTimestamp(name, Date.now() + 60_000)
    equal(
      later.map(({ offset }) => offset),
      offsets.map(({ high }) => high),
    )
    await admin.deleteTopics({ topics: [name] })
    assert(!(await admin.listTopics()).includes(name), 'the topic is still there')
  },

  async 'admin: groups'() {
    const name = await topic('grouped')
    await produce(name, pairsOf(1))
    const { consumer, seen } = await member(name, 'described')
    await until(() => seen.length === 1, 'a message')
    await consumer.commitOffsets([{ topic: name, partition: 0, offset: '1' }])
    const { groups } = await admin.describeGroups([`${prefix}described`])
    equal([groups[0].state, groups[0].members.length], [KafkaJS.ConsumerGroupStates.STABLE, 1])
    await consumer.disconnect()
    const [{ partitions }] = await admin.fetchOffsets({ groupId: `${prefix}described`, topics: [name] })
    equal(partitions[0].offset, '1')
    await admin.deleteGroups([`${prefix}described`])
    const listed = await admin.listGroups()
    assert(!listed.groups.some(({ groupId }) => groupId === `${prefix}described`), 'the group is still there')
  },
})
