import { createProducer } from '@partita/producer'
import { startMeter } from '../meter.ts'
import { keys, readJob, report, sendAwaited, transportOf, value } from './job.ts'

// Fills a topic with keyed records for the consumers to read.
const { brokers, topic, records } = readJob()
const producer = createProducer({ transport: transportOf('partita native', brokers) })
const stop = startMeter()
await sendAwaited(records, 20_000, (index) => producer.send({ topic, key: keys[index % keys.length]!, value }))
report({ ...stop(records) })
