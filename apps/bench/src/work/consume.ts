import { Kafka, logLevel } from 'kafkajs'
import { createConsumer } from '@partita/consumer'
import { startMeter } from '../meter.ts'
import { readJob, report, transportOf } from './job.ts'

// Reads a whole topic, one member, nothing to do in the handler. The clock starts at the first record.
const { client, brokers, topic, records } = readJob()
const groupId = `bench-${process.pid}-${Date.now()}`

let count = 0
let stop: ReturnType<typeof startMeter> | undefined

function counted(more: number): void {
  stop ??= startMeter()
  count += more
  if (count >= records) report({ ...stop(count) })
}

if (client.startsWith('partita')) {
  const consumer = createConsumer({
    transport: transportOf(client, brokers),
    groupId,
    topics: [topic],
    ordering: 'key',
    autoOffsetReset: 'earliest',
    handler: async () => counted(1),
  })
  await consumer.run()
} else {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run(
    client === 'kafkajs eachMessage'
      ? { eachMessage: async () => counted(1) }
      : { eachBatch: async ({ batch }) => counted(batch.messages.length) },
  )
}
