import { startBroker } from '@partita/broker'
import { createProducer } from '@partita/producer'
import { nativeTransport } from '@partita/transport-native'
import { report } from './job.ts'

// From the start of the process until a broker has acknowledged a record.
const broker = await startBroker({ topics: { orders: 12 } })
const producer = createProducer({ transport: nativeTransport({ brokers: broker.bootstrap }) })
await producer.send({ topic: 'orders', key: 'o-17', value: 'paid' })
report({ firstRecordMs: performance.now() })
