// node-rdkafka (librdkafka, with callbacks) against the broker at BOOTSTRAP.
import { assert, bootstrap, byKey, client, equal, pairsOf, pause, prefix, run, until } from './checks.mjs'

const rdkafka = client('node-rdkafka')
const { version } = client('node-rdkafka/package.json')
const base = { 'bootstrap.servers': bootstrap }
const admin = rdkafka.AdminClient.create(base)

/** A call that takes a callback last, as a promise. */
function done(call) {
  return new Promise((resolve, reject) => call((error, result) => (error ? reject(error) : resolve(result))))
}

async function topic(name, partitions = 1, config = {}) {
  const wanted = { topic: prefix + name, num_partitions: partitions, replication_factor: 1, config }
  await done((end) => admin.createTopic(wanted, end))
  return prefix + name
}

async function connected(something) {
  await done((end) => something.connect({}, end))
  return something
}

async function producerWith(config) {
  const producer = await connected(new rdkafka.Producer({ ...base, dr_cb: true, ...config }))
  producer.setPollInterval(10)
  return producer
}

async function produce(name, pairs, config = {}) {
  const producer = await producerWith(config)
  const errors = []
  producer.on('delivery-report', (error) => error && errors.push(error.message))
  for (const [key, value] of pairs) producer.produce(name, null, Buffer.from(value), key)
  await done((end) => producer.flush(20_000, end))
  await done((end) => producer.disconnect(end))
  return errors
}

async function consumerOf(name, group, config = {}) {
  const settings = { ...base, 'group.id': prefix + group, 'enable.auto.commit': false, ...config }
  const consumer = await connected(new rdkafka.KafkaConsumer(settings, { 'auto.offset.reset': 'earliest' }))
  consumer.setDefaultConsumeTimeout(100)
  consumer.subscribe([name])
  return consumer
}

const close = (consumer) => done((end) => consumer.disconnect(end))

async function poll(consumer, count, quietMs = 0) {
  const seen = []
  const read = async () => void seen.push(...(await done((end) => consumer.consume(500, end))))
  await until(async () => {
    await read()
    return seen.length >= count
  }, `${count} messages`)
  if (quietMs > 0) {
    await pause(quietMs)
    await read()
  }
  equal(seen.length, count, 'messages:')
  return seen
}

let readers = 0

async function readAll(name, count, config = {}) {
  const consumer = await consumerOf(name, `read-${(readers += 1)}`, config)
  try {
    return await poll(consumer, count, 500)
  } finally {
    await close(consumer)
  }
}

const inOrder = (codec) => async () => {
  const name = await topic(`codec-${codec}`, 3)
  const pairs = pairsOf(2_000)
  equal(await produce(name, pairs, { 'compression.type': codec, 'enable.idempotence': true }), [])
  const seen = await readAll(name, pairs.length)
  equal(byKey(seen.map(({ key, value }) => [`${key}`, `${value}`])), byKey(pairs))
}

await run(`node-rdkafka ${version}, librdkafka ${rdkafka.librdkafkaVersion}`, {
  'records in order, none': inOrder('none'),
  'records in order, gzip': inOrder('gzip'),
  'records in order, snappy': inOrder('snappy'),
  'records in order, lz4': inOrder('lz4'),

  async 'a record that is too large is refused'() {
    const name = await topic('small', 1, { 'max.message.bytes': '1000' })
    const errors = await produce(name, [['k', 'x'.repeat(5_000)]])
    equal(errors.length, 1)
    assert(/message size too large/i.test(errors[0]), errors[0])
  },

  async 'commit and resume'() {
    const name = await topic('resume')
    await produce(name, pairsOf(10))
    const one = await consumerOf(name, 'resume')
    await poll(one, 10)
    one.commitSync([{ topic: name, partition: 0, offset: 4 }])
    await close(one)
    const two = await consumerOf(name, 'resume')
    equal((await poll(two, 6))[0].offset, 4)
    await close(two)
  },

  async 'two members share a topic'() {
    const name = await topic('shared', 4)
    const [one, two] = [await consumerOf(name, 'shared'), await consumerOf(name, 'shared')]
    const shares = async () => {
      for (const consumer of [one, two]) if (consumer.isConnected()) await done((end) => consumer.consume(1, end))
      return [one, two].map((consumer) => (consumer.isConnected() ? consumer.assignments().length : 0)).join()
    }
    await until(async () => (await shares()) === '2,2', 'two partitions each')
    await close(two)
    await until(async () => (await shares()) === '4,0', 'all four for the one that is left')
    await close(one)
  },

  async transactions() {
    const name = await topic('tx')
    const producer = await producerWith({ 'transactional.id': `${prefix}tx` })
    await done((end) => producer.initTransactions(10_000, end))
    for (const way of ['commitTransaction', 'abortTransaction', 'commitTransaction']) {
      await done((end) => producer.beginTransaction(end))
      for (const value of ['a', 'b']) producer.produce(name, null, Buffer.from(value))
      await done((end) => producer.flush(10_000, end))
      await done((end) => producer[way](10_000, end))
    }
    await done((end) => producer.disconnect(end))
    await readAll(name, 4, { 'isolation.level': 'read_committed' })
    await readAll(name, 6, { 'isolation.level': 'read_uncommitted' })
  },

  async 'offsets in a transaction'() {
    const source = await topic('from')
    await produce(source, pairsOf(3))
    const producer = await producerWith({ 'transactional.id': `${prefix}eos` })
    await done((end) => producer.initTransactions(10_000, end))
    const consumer = await consumerOf(source, 'eos')
    await poll(consumer, 3)
    await done((end) => producer.beginTransaction(end))
    const offsets = [{ topic: source, partition: 0, offset: 3 }]
    await done((end) => producer.sendOffsetsToTransaction(offsets, consumer, 10_000, end))
    await done((end) => producer.commitTransaction(10_000, end))
    const committed = await done((end) => consumer.committed([{ topic: source, partition: 0 }], 10_000, end))
    equal(committed[0].offset, 3)
    await close(consumer)
    await done((end) => producer.disconnect(end))
  },

  async 'admin: topics, partitions'() {
    const name = await topic('admin', 2)
    await done((end) => admin.createPartitions(name, 5, end))
    const producer = await producerWith({})
    const { topics } = await done((end) => producer.getMetadata({ topic: name, timeout: 10_000 }, end))
    equal(topics.find((one) => one.name === name).partitions.length, 5)
    const watermarks = await done((end) => producer.queryWatermarkOffsets(name, 0, 10_000, end))
    equal([watermarks.lowOffset, watermarks.highOffset], [0, 0])
    await done((end) => admin.deleteTopic(name, end))
    const after = await done((end) => producer.getMetadata({ timeout: 10_000 }, end))
    assert(!after.topics.some(({ name: other }) => other === name), 'the topic is still there')
    await done((end) => producer.disconnect(end))
  },
})
