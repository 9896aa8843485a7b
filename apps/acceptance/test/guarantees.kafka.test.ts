import { beforeAll, describe, inject } from 'vitest'
import { clusterAt, type ClusterUnderTest } from '../src/suites/cluster.ts'
import { guaranteesSuite } from '../src/suites/guarantees.ts'
import { openTransport, transportNames } from '../src/suites/transports.ts'

describe.each(transportNames)('over %s, on a real Kafka', (name) => {
  let cluster: ClusterUnderTest
  beforeAll(() => {
    const brokers = inject('bootstrap')
    cluster = clusterAt(brokers, () => openTransport(name, brokers))
  })
  guaranteesSuite(() => cluster)
})
