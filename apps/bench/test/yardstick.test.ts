import { afterAll, beforeAll, expect, it } from 'vitest'
import { startBroker, type Broker } from '@partita/broker'
import { createConsumer } from '@partita/consumer'
import { java } from '@partita/partitioners'
import { stringSerde } from '@partita/protocol'
import { nativeTransport } from '@partita/transport-native'
import type { Stored } from '../src/work/clients/yardstick/batch.ts'
import { yardstickConsumer } from '../src/work/clients/yardstick/consume.ts'
import { yardstickProducer } from '../src/work/clients/yardstick/produce.ts'

// What it leaves out is no reason to do less with a record than a client does.

const records = 2_000
const keys = 17
const partitions = 5
let broker: Broker
let stored: readonly Stored[]

beforeAll(async () => {
  broker = await startBroker({ topics: { measured: partitions } })
  const producer = await yardstickProducer(broker.bootstrap[0]!, 'measured')
  stored = await Promise.all(
    Array.from({ length: records }, (_, i) => producer.send(`key-${i % keys}`, Buffer.from(String(i)))),
  )
})
afterAll(() => broker.close())

it('gives each record its own place, in the partition where Java would put its key', () => {
  const places = stored.map(({ partition, offset }) => `${partition}/${offset}`)
  expect(new Set(places).size).toBe(records)
  const all = Array.from({ length: partitions }, (_, partition) => ({ partition, leader: 0 }))
  const partitioner = java().forTopic('measured')
  expect(stored.map(({ partition }) => partition)).toEqual(
    stored.map((_, i) => partitioner.partition(`key-${i % keys}`, all)),
  )
})

it('what it writes, Partita reads in the order of its keys', async () => {
  const transport = nativeTransport({ brokers: broker.bootstrap })
  const seen: string[] = []
  const consumer = createConsumer({
    transport,
    groupId: 'readers',
    topics: ['measured'],
    ordering: 'key',
    autoOffsetReset: 'earliest',
    keyDeserializer: stringSerde,
    valueDeserializer: stringSerde,
    handler: async ({ key, value }) => {
      seen.push(`${key} ${value}`)
      if (seen.length === records) void consumer.close()
    },
  })
  await consumer.run()
  expectEachKeyInOrder(seen)
})

it('reads all of it too, with one handler of a key at a time', async () => {
  const seen: string[] = []
  const running = new Set<string>()
  let consumer: { close(): void } | undefined
  await new Promise<void>((resolve, reject) => {
    const handler = async (key: string, value: string): Promise<void> => {
      if (running.has(key)) reject(new Error(`two handlers of ${key}`))
      running.add(key)
      await Promise.resolve()
      running.delete(key)
      if (seen.push(`${key} ${value}`) === records) resolve()
    }
    yardstickConsumer(broker.bootstrap[0]!, 'measured', ({ key, value }) =>
      handler(key.toString(), value.toString()),
    ).then((opened) => (consumer = opened), reject)
  })
  consumer?.close()
  expectEachKeyInOrder(seen)
})

function expectEachKeyInOrder(seen: readonly string[]): void {
  const ofKey = (key: number): readonly string[] => seen.filter((each) => each.startsWith(`key-${key} `))
  for (let key = 0; key < keys; key++) {
    const sent = Array.from({ length: records }, (_, i) => i).filter((i) => i % keys === key)
    expect(ofKey(key)).toEqual(sent.map((i) => `key-${key} ${i}`))
  }
}
