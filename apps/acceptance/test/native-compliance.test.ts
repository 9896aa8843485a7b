import { afterAll, beforeAll, describe } from 'vitest'
import type { Transport } from '@partita/protocol'
import { startBroker, type Broker } from '@partita/broker'
import { memoryConnector, nativeTransport, type NativeTransportOptions } from '@partita/transport-native'
import { clusterAt, type ClusterUnderTest } from '../src/suites/cluster.ts'
import { complianceSuite } from '../src/suites/compliance.ts'
import { withGroupProtocol } from '../src/suites/with-group-protocol.ts'

const ways: Readonly<Record<string, (broker: Broker) => NativeTransportOptions>> = {
  'over TCP': ({ bootstrap }) => ({ brokers: bootstrap }),
  'in memory': (broker) => ({ brokers: broker.bootstrap, connector: memoryConnector(broker) }),
}

/** Members hear of their partitions with their heartbeats: by default every five seconds. */
const configs = { 'group.consumer.heartbeat.interval.ms': 100 }

for (const [way, optionsFor] of Object.entries(ways)) {
  describe(way, () => {
    let broker: Broker
    let cluster: ClusterUnderTest

    beforeAll(async () => {
      broker = await startBroker({ autoCreateTopics: false, configs })
      cluster = clusterAt(broker.bootstrap, () => nativeTransport(optionsFor(broker)))
    })
    afterAll(() => broker.close())

    complianceSuite(() => cluster, {
      loseNextProduceAnswer: () => void broker.control.on({ api: 'Produce' }).loseAnswer(),
      refuseNextProduce: () => void broker.control.on({ api: 'Produce' }).fail('NOT_LEADER_OR_FOLLOWER'),
      loseNextEndTxnAnswer: () => void broker.control.on({ api: 'EndTxn' }).loseAnswer(),
    })
  })
}

describe('by the consumer protocol (KIP-848)', () => {
  let broker: Broker
  let cluster: ClusterUnderTest

  beforeAll(async () => {
    broker = await startBroker({ autoCreateTopics: false, configs })
    const connector = memoryConnector(broker)
    const newTransport = (): Transport => nativeTransport({ brokers: broker.bootstrap, connector })
    cluster = clusterAt(broker.bootstrap, () => withGroupProtocol(newTransport(), { groupProtocol: 'consumer' }))
  })
  afterAll(() => broker.close())

  complianceSuite(() => cluster, {}, ['the consumer port'])
})
