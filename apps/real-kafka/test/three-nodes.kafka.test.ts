import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { type Admin, Kafka, logLevel, Partitioners } from 'kafkajs'
import { reasonToSkipFaults, startKafka } from '../src/index.ts'

const skipped = reasonToSkipFaults()

it.skipIf(skipped !== undefined)(
  `a killed leader is replaced, writes go on within 15 s, and it comes back in sync${skipped ? ` (${skipped})` : ''}`,
  async () => {
    await using cluster = await startKafka({ nodes: 3 })
    const kafka = new Kafka({ brokers: cluster.bootstrap, logLevel: logLevel.NOTHING, retry: { retries: 20 } })
    const admin = kafka.admin()
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
    await Promise.all([admin.connect(), producer.connect()])
    try {
      await admin.createTopics({ topics: [{ topic: 'replicated', numPartitions: 1 }], waitForLeaders: true })
      await producer.send({ topic: 'replicated', messages: [{ value: 'before' }] })
      const { leader, isr } = await partitionOf(admin)
      expect(isr).toHaveLength(3)

      const node = cluster.nodes.find(({ id }) => id === leader)!
      const addressBefore = node.address
      await node.kill()
      expect(node.pid).toBeUndefined()
      const killedAt = performance.now()
      await producer.send({ topic: 'replicated', messages: [{ value: 'after' }] })
      const outageMs = performance.now() - killedAt
      expect(outageMs).toBeLessThan(15_000)
      expect((await partitionOf(admin)).leader).not.toBe(leader)

      await node.start()
      await node.ready()
      const readyMs = performance.now() - killedAt - outageMs
      expect(node.address).toBe(addressBefore)
      await expect.poll(async () => (await partitionOf(admin)).isr.length, { timeout: 30_000 }).toBe(3)
      console.log(`leader killed: written again after ${Math.round(outageMs)} ms; back in ${Math.round(readyMs)} ms`)

      await node.stop()
      expect(node.pid).toBeUndefined()
      await producer.send({ topic: 'replicated', messages: [{ value: 'with two of three' }] })
    } finally {
      await Promise.all([admin.disconnect(), producer.disconnect()])
    }
  },
)

async function partitionOf(admin: Admin): Promise<{ leader: number; isr: number[] }> {
  for (;;) {
    const { topics } = await admin.fetchTopicMetadata({ topics: ['replicated'] })
    const partition = topics[0]?.partitions[0]
    if (partition !== undefined && partition.leader >= 0) return partition
    await sleep(100)
  }
}
