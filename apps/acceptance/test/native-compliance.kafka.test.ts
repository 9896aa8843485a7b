import { describe, inject } from 'vitest'
import { reasonToSkipFaults } from '@partita/real-kafka'
import { complianceSuite } from '../src/suites/compliance.ts'
import { faultyCluster } from '../src/suites/faulty-cluster.ts'
import { faultyLinks } from '../src/suites/faulty-link.ts'

const links = faultyLinks()
const brokers = inject('bootstrap')

const cluster = faultyCluster('native', brokers, links)
complianceSuite(() => cluster, links.faults)

// Somebody else's Kafka may have no such groups, and hears of their members every 5 s by default.
describe.skipIf(reasonToSkipFaults() !== undefined)('by the consumer protocol (KIP-848)', () => {
  const byConsumerProtocol = faultyCluster('native', brokers, links, 'consumer')
  complianceSuite(() => byConsumerProtocol, links.faults, ['the consumer port'])
})
