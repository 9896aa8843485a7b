import { inject } from 'vitest'
import { complianceSuite } from '../src/suites/compliance.ts'
import { faultyCluster } from '../src/suites/faulty-cluster.ts'
import { faultyLinks } from '../src/suites/faulty-link.ts'

const links = faultyLinks()
const cluster = faultyCluster('kafkajs', inject('bootstrap'), links)

complianceSuite(() => cluster, links.faults)
