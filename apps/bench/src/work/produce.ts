import { Kafka, logLevel } from 'kafkajs'
import { createProducer } from '@partita/producer'
import { startMeter } from '../meter.ts'
import { keys, readJob, report, sendAwaited, transportOf, value } from './job.ts'

// One `send` a record, awaited, 1,000 in flight, acks all.
const { client, brokers, topic, records } = readJob()
const inFlight = 1_000

type Send = (index: number) => Promise<unknown>

async function kafkajsSend(): Promise<Send> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING })
  const producer = kafka.producer()
  await producer.connect()
  return (index) => producer.send({ topic, acks: -1, messages: [{ key: keys[index % keys.length]!, value }] })
}

function partitaSend(): Send {
  const producer = createProducer({
    transport: transportOf(client, brokers),
    enableIdempotence: !client.endsWith('not idempotent'),
  })
  return (index) => producer.send({ topic, key: keys[index % keys.length]!, value })
}

const send = client === 'kafkajs' ? await kafkajsSend() : partitaSend()
await sendAwaited(Math.max(inFlight, records / 10), inFlight, send)
const stop = startMeter()
await sendAwaited(records, inFlight, send)
report({ ...stop(records) })
