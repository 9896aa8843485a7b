import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createConsumer } from '@partita/consumer'
import { createProducer } from '@partita/producer'
import { type KafkaCluster, reasonToSkipFaults, startKafka } from '@partita/real-kafka'
import type { ClusterUnderTest } from '../src/suites/cluster.ts'
import { complianceSuite } from '../src/suites/compliance.ts'
import { faultyCluster } from '../src/suites/faulty-cluster.ts'
import { faultyLinks } from '../src/suites/faulty-link.ts'
import { guaranteesSuite } from '../src/suites/guarantees.ts'
import { tooOldFor } from '../src/suites/too-old-for.ts'
import { openTransport, transportNames } from '../src/suites/transports.ts'

// The oldest Kafka that is promised, under a ZooKeeper: no topic ids, no leader's hints, hardly a flexible version.
describe.skipIf(reasonToSkipFaults() !== undefined)('on Kafka 2.4.1', () => {
  const links = faultyLinks()
  let kafka: KafkaCluster

  beforeAll(async () => {
    kafka = await startKafka({ nodes: 1, version: '2.4.1' })
  })
  afterAll(() => kafka?.stop())

  describe.each(transportNames)('over %s', (name) => {
    let cluster: ClusterUnderTest
    beforeAll(() => {
      cluster = tooOldFor(faultyCluster(name, kafka.bootstrap, links), {
        transactions: 'its coordinators tell who was fenced from Kafka 2.5 on',
        consumerGroupProtocol: 'groups of KIP-848 came with Kafka 4, as a preview with 3.7',
      })
    })
    complianceSuite(() => cluster, links.faults)
    guaranteesSuite(() => cluster)
  })

  it('a transaction is refused, and what it needs is named', async () => {
    const transport = openTransport('native', kafka.bootstrap)
    await using producer = createProducer({ transport, transactionalId: 'too-new' })
    const transaction = producer.transaction(async (open) => void (await open.send({ topic: 'never', value: 'x' })))
    await expect(transaction).rejects.toMatchObject({
      code: 'UNSUPPORTED_VERSION',
      message: expect.stringMatching(/Kafka 2\.5 or later/) as unknown,
    })
  })

  it('a member of the new group protocol is refused, and what it needs is named', async () => {
    const transport = openTransport('native', kafka.bootstrap)
    const admin = transport.openAdmin()
    await admin.createTopics([{ topic: 'old', numPartitions: 1 }])
    await admin.close()
    const consumer = createConsumer({
      transport,
      groupId: 'too-new',
      topics: ['old'],
      groupProtocol: 'consumer',
      handler: () => {},
    })
    await expect(consumer.run()).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/Kafka 4, or 3\.9 with .*groupProtocol: 'classic'/) as unknown,
    })
  })
})
