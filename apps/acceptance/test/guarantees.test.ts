import { afterAll, beforeAll, describe } from 'vitest'
import { startBroker, type Broker } from '@partita/broker'
import { clusterAt, type ClusterUnderTest } from '../src/suites/cluster.ts'
import { guaranteesSuite } from '../src/suites/guarantees.ts'
import { openTransport, transportNames } from '../src/suites/transports.ts'

let broker: Broker

beforeAll(async () => {
  broker = await startBroker()
})
afterAll(() => broker.close())

describe.each(transportNames)('over %s, on the embedded broker', (name) => {
  let cluster: ClusterUnderTest
  beforeAll(() => {
    cluster = clusterAt(broker.bootstrap, () => openTransport(name, broker.bootstrap))
  })
  guaranteesSuite(() => cluster)
})
