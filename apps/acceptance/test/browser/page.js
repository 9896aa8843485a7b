// Runs in a page: a broker, a producer and a consumer in it, and the compliance suites over the connector in memory.
import { createBroker } from '@partita/broker/core'
import { createConsumer } from '@partita/consumer'
import { createProducer } from '@partita/producer'
import { adminTransportCases, consumerTransportCases, producerTransportCases, reasonToSkip } from '@partita/testing'
import { memoryConnector, nativeTransport } from '@partita/transport-native'

try {
  await report({ orders: await orders(), compression: await compression(), compliance: await compliance() })
} catch (error) {
  await report({ error: `${error?.stack ?? error}` })
}

function report(outcome) {
  const host = { node: typeof process !== 'undefined', agent: navigator.userAgent }
  return fetch('/report', { method: 'POST', body: JSON.stringify({ host, ...outcome }) })
}

function transportTo(broker) {
  return nativeTransport({ brokers: ['in-memory:9092'], connector: memoryConnector(broker) })
}

/** 600 records of 20 keys, through a lost answer and a second member, into handlers. */
async function orders() {
  await using broker = createBroker({ topics: { orders: 4 } })
  const transport = transportTo(broker)
  const handled = new Map()
  let count = 0
  let done
  const all = new Promise((resolve) => (done = resolve))
  const member = () =>
    createConsumer({
      transport,
      groupId: 'page',
      topics: ['orders'],
      autoOffsetReset: 'earliest',
      handler: async ({ key, value }) => {
        const name = text(key)
        handled.set(name, [...(handled.get(name) ?? []), Number(text(value))])
        if ((count += 1) === 600) done()
      },
    })
  const members = [member(), member()]
  const runs = members.map((each) => each.run())
  await broker.waitForGroup('page', { members: 2, state: 'Stable' })
  broker.control.on({ api: 'Produce' }).loseAnswer()
  await using producer = createProducer({ transport })
  const sent = Array.from({ length: 600 }, (_, i) =>
    producer.send({ topic: 'orders', key: `k${i % 20}`, value: `${i}` }),
  )
  const results = await Promise.all(sent)
  await all
  await Promise.all(members.map((each) => each.close()))
  await Promise.all(runs)
  const committed = broker.group('page').offsets.reduce((sum, { offset }) => sum + offset, 0)
  const lists = [...handled.values()]
  return {
    stored: results.length,
    handled: lists.flat().length,
    inOrder: lists.every((values) => values.every((value, i) => i === 0 || value > values[i - 1])),
    keys: handled.size,
    committed,
  }
}

function text(bytes) {
  return bytes === null ? null : new TextDecoder().decode(bytes)
}

/** What a producer hears that asks for a compression that only Node has. */
async function compression() {
  await using broker = createBroker({ topics: { t: 1 } })
  await using producer = createProducer({ transport: transportTo(broker), compressionType: 'gzip' })
  return producer.send({ topic: 't', value: 'x' }).then(
    () => 'sent',
    ({ code, message }) => `${code}: ${message}`,
  )
}

async function compliance() {
  await using broker = createBroker({ autoCreateTopics: false })
  const faults = {
    loseNextProduceAnswer: () => void broker.control.on({ api: 'Produce' }).loseAnswer(),
    refuseNextProduce: () => void broker.control.on({ api: 'Produce' }).fail('NOT_LEADER_OR_FOLLOWER'),
    loseNextEndTxnAnswer: () => void broker.control.on({ api: 'EndTxn' }).loseAnswer(),
  }
  let names = 0
  const newName = (kind) => `${kind}-${(names += 1)}`
  const harness = {
    newTransport: () => transportTo(broker),
    async newTopic(partitions) {
      const name = newName('topic')
      broker.createTopic(name, partitions)
      return name
    },
    newGroupId: () => newName('group'),
    faults,
  }
  const outcomes = []
  const attempt = async (each) => {
    const skip = reasonToSkip(each, harness.newTransport(), faults)
    const outcome =
      skip ??
      (await each.run(harness).then(
        () => 'passed',
        (error) => `${error}`,
      ))
    outcomes.push({ name: each.name, outcome })
  }
  const cases = [...producerTransportCases, ...consumerTransportCases, ...adminTransportCases]
  await Promise.all(cases.filter((each) => each.faults === undefined).map(attempt))
  for (const each of cases.filter((one) => one.faults !== undefined)) await attempt(each)
  return outcomes
}
