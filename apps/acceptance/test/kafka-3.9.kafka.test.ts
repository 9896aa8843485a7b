import { afterAll, beforeAll, describe } from 'vitest'
import { type KafkaCluster, reasonToSkipFaults, startKafka } from '@partita/real-kafka'
import type { ClusterUnderTest } from '../src/suites/cluster.ts'
import { complianceSuite } from '../src/suites/compliance.ts'
import { faultyCluster } from '../src/suites/faulty-cluster.ts'
import { faultyLinks } from '../src/suites/faulty-link.ts'
import { transportNames } from '../src/suites/transports.ts'

// The last Kafka before 4: no `transaction.version`, no topic ids in Produce, the old coordinator's rules. A cluster of
// its own, so where KAFKA_BROKERS names somebody else's it is skipped.
describe.skipIf(reasonToSkipFaults() !== undefined)('on Kafka 3.9.1', () => {
  const links = faultyLinks()
  let kafka: KafkaCluster

  beforeAll(async () => {
    // A preview there, off by default; what else a 3.9.1 is it stays.
    const properties = { 'group.coordinator.rebalance.protocols': 'classic,consumer' }
    kafka = await startKafka({ nodes: 1, version: '3.9.1', properties })
  })
  afterAll(() => kafka?.stop())

  describe.each(transportNames)('over %s', (name) => {
    let cluster: ClusterUnderTest
    beforeAll(() => {
      cluster = faultyCluster(name, kafka.bootstrap, links)
    })
    complianceSuite(() => cluster, links.faults)
  })

  describe('by the consumer protocol (KIP-848)', () => {
    let cluster: ClusterUnderTest
    beforeAll(() => {
      cluster = faultyCluster('native', kafka.bootstrap, links, 'consumer')
    })
    complianceSuite(() => cluster, links.faults, ['the consumer port'])
  })
})
