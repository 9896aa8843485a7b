import { beforeAll, inject } from 'vitest'
import { nativeTransport } from '@partita/transport-native'
import { clusterAt, type ClusterUnderTest } from '../src/suites/cluster.ts'
import { complianceSuite } from '../src/suites/compliance.ts'

let cluster: ClusterUnderTest

beforeAll(() => {
  const brokers = inject('bootstrap')
  cluster = clusterAt(brokers, () => nativeTransport({ brokers }))
})

complianceSuite(() => cluster)
