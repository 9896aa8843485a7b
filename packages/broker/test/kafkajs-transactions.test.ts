import { type Consumer, Kafka, logLevel, type Producer } from 'kafkajs'
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

async function transactionalProducer(kafka: Kafka, transactionalId = 'tx'): Promise<Producer> {
  const producer = kafka.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  return producer
}

/** Runs a consumer that notes the values it gets. */
async function consume(consumer: Consumer, topic: string): Promise<string[]> {
  const got: string[] = []
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({ eachMessage: async ({ message }) => void got.push(String(message.value)) })
  return got
}

const one = (value: string) => ({ topic: 't', messages: [{ key: 'k', value }] })

test('kafkajs commits and aborts, and its consumers see what is committed only, unless they ask for more', async () => {
  await using broker = await startBroker({ topics: { t: 1 } })
  const kafka = kafkaOf(broker)
  const producer = await transactionalProducer(kafka)
  for (const [index, committed] of [true, false, false, true].entries()) {
    const transaction = await producer.transaction()
    await transaction.send(one(`a${index}`))
    await transaction.send(one(`b${index}`))
    await (committed ? transaction.commit() : transaction.abort())
  }
  const committedReader = kafka.consumer({ groupId: 'committed', maxWaitTimeInMs: 20 })
  const reader = kafka.consumer({ groupId: 'all', maxWaitTimeInMs: 20, readUncommitted: true })
  const [committed, all] = [await consume(committedReader, 't'), await consume(reader, 't')]
  await expect.poll(() => all.length).toBe(8)
  await expect.poll(() => committed).toEqual(['a0', 'b0', 'a3', 'b3'])
  const transaction = await producer.transaction()
  await transaction.send(one('open'))
  await expect.poll(() => all.at(-1)).toBe('open')
  expect(committed).toHaveLength(4)
  await transaction.commit()
  await expect.poll(() => committed.at(-1)).toBe('open')
  await Promise.all([committedReader.disconnect(), reader.disconnect(), producer.disconnect()])
})

test('offsets that kafkajs sends with a transaction are committed with it, or not at all', async () => {
  await using broker = await startBroker({ topics: { t: 1 } })
  const kafka = kafkaOf(broker)
  const producer = await transactionalProducer(kafka)
  const sendOffsets = async (offset: string) => {
    const transaction = await producer.transaction()
    await transaction.send(one(offset))
    const topics = [{ topic: 't', partitions: [{ partition: 0, offset }] }]
    await transaction.sendOffsets({ consumerGroupId: 'g', topics })
    return transaction
  }
  await (await sendOffsets('7')).commit()
  expect(broker.group('g')!.offsets).toMatchObject([{ topic: 't', partition: 0, offset: 7 }])
  await (await sendOffsets('9')).abort()
  expect(broker.group('g')!.offsets).toMatchObject([{ topic: 't', partition: 0, offset: 7 }])
  await producer.disconnect()
})

test('a second producer with the same transactional id fences the first, whose transaction is aborted', async () => {
  await using broker = await startBroker({ topics: { t: 1 } })
  const kafka = kafkaOf(broker)
  const zombie = await transactionalProducer(kafka)
  const transaction = await zombie.transaction()
  await transaction.send(one('zombie'))
  const producer = await transactionalProducer(kafka)
  const next = await producer.transaction()
  await expect(transaction.send(one('late'))).rejects.toMatchObject({ type: 'INVALID_PRODUCER_EPOCH' })
  await expect(transaction.commit()).rejects.toMatchObject({ type: 'INVALID_PRODUCER_EPOCH' })
  await next.send(one('next'))
  await next.commit()
  const consumer = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 20 })
  const got = await consume(consumer, 't')
  await expect.poll(() => got).toEqual(['next'])
  await Promise.all([consumer.disconnect(), zombie.disconnect(), producer.disconnect()])
})

test('kafkajs comes again after CONCURRENT_TRANSACTIONS', async () => {
  await using broker = await startBroker({ topics: { t: 1 } })
  const producer = await transactionalProducer(kafkaOf(broker))
  const busy = broker.control.on({ api: 'InitProducerId' }).times(2).fail('CONCURRENT_TRANSACTIONS')
  const transaction = await producer.transaction()
  await transaction.send(one('a'))
  await transaction.commit()
  expect(busy.hits).toBe(2)
  await producer.disconnect()
})
