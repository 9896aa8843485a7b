import { beforeAll, inject } from 'vitest'
import { kafkajsTransport } from '@partita/transport-kafkajs'
import { clusterAt, type ClusterUnderTest } from '../src/suites/cluster.ts'
import { complianceSuite } from '../src/suites/compliance.ts'
import { lostAnswers } from '../src/suites/lost-answers.ts'

const { socketFactory, loseNextProduceAnswer } = lostAnswers()
let cluster: ClusterUnderTest

beforeAll(() => {
  const brokers = inject('bootstrap')
  cluster = clusterAt(brokers, () => kafkajsTransport({ brokers: [...brokers], socketFactory }))
})

complianceSuite(() => cluster, { loseNextProduceAnswer })
