import { startBroker } from '@partita/broker'
import { createProducer } from '@partita/producer'
import { nativeTransport } from '@partita/transport-native'

// From the start of the process until a broker has acknowledged a record.
const broker = await startBroker({ topics: { orders: 12 } })
const producer = createProducer({ transport: nativeTransport({ brokers: broker.bootstrap }) })
await producer.send({ topic: 'orders', key: 'o-17', value: 'paid' })
const firstRecordMs = performance.now()
// Loaded afterwards: it is the bench's, not the program's.
const { report } = await import('./job.ts')
report({ firstRecordMs })
