import { beforeAll, inject } from 'vitest'
import { kafkajsTransport } from '@partita/transport-kafkajs'
import { clusterAt, type ClusterUnderTest } from '../src/suites/cluster.ts'
import { guaranteesSuite } from '../src/suites/guarantees.ts'

let cluster: ClusterUnderTest

beforeAll(() => {
  const brokers = inject('bootstrap')
  cluster = clusterAt(brokers, () => kafkajsTransport({ brokers: [...brokers] }))
})

guaranteesSuite(() => cluster)
