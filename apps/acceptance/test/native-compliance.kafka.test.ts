import { beforeAll, describe, inject } from 'vitest'
import type { SubscribeOptions } from '@partita/protocol'
import { reasonToSkipFaults } from '@partita/real-kafka'
import { nativeTransport } from '@partita/transport-native'
import { clusterAt, type ClusterUnderTest } from '../src/suites/cluster.ts'
import { complianceSuite } from '../src/suites/compliance.ts'
import { withGroupProtocol } from '../src/suites/with-group-protocol.ts'

let cluster: ClusterUnderTest

function useCluster(own: Pick<SubscribeOptions, 'groupProtocol'> = {}): void {
  beforeAll(() => {
    const brokers = inject('bootstrap')
    cluster = clusterAt(brokers, () => withGroupProtocol(nativeTransport({ brokers }), own))
  })
}

describe('by the classic protocol', () => {
  useCluster()
  complianceSuite(() => cluster)
})

// Somebody else's Kafka may have no such groups, and hears of their members every 5 s by default.
describe.skipIf(reasonToSkipFaults() !== undefined)('by the consumer protocol (KIP-848)', () => {
  useCluster({ groupProtocol: 'consumer' })
  complianceSuite(() => cluster, {}, ['the consumer port'])
})
