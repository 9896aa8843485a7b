import { afterAll, beforeAll } from 'vitest'
import { startBroker, type Broker } from '@partita/broker'
import { kafkajsTransport } from '@partita/transport-kafkajs'
import { clusterAt, type ClusterUnderTest } from '../src/suites/cluster.ts'
import { complianceSuite } from '../src/suites/compliance.ts'

let broker: Broker
let cluster: ClusterUnderTest

beforeAll(async () => {
  broker = await startBroker({ autoCreateTopics: false })
  cluster = clusterAt(broker.bootstrap, () => kafkajsTransport({ brokers: [...broker.bootstrap] }))
})
afterAll(() => broker.close())

complianceSuite(() => cluster, {
  loseNextProduceAnswer: () => void broker.control.on({ api: 'Produce' }).loseAnswer(),
  refuseNextProduce: () => void broker.control.on({ api: 'Produce' }).fail('NOT_LEADER_OR_FOLLOWER'),
  loseNextEndTxnAnswer: () => void broker.control.on({ api: 'EndTxn' }).loseAnswer(),
})
