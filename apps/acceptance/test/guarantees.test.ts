import { afterAll, beforeAll } from 'vitest'
import { startBroker, type Broker } from '@partita/broker'
import { kafkajsTransport } from '@partita/transport-kafkajs'
import { clusterAt, type ClusterUnderTest } from '../src/suites/cluster.ts'
import { guaranteesSuite } from '../src/suites/guarantees.ts'

let broker: Broker
let cluster: ClusterUnderTest

beforeAll(async () => {
  broker = await startBroker()
  cluster = clusterAt(broker.bootstrap, () => kafkajsTransport({ brokers: [...broker.bootstrap] }))
})
afterAll(() => broker.close())

guaranteesSuite(() => cluster)
