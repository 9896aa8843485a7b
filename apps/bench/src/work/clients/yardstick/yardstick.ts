import type { Job } from '../../job.ts'
import { valueOf } from '../../job.ts'
import { type BenchClient, keys } from '../bench-client.ts'
import { yardstickConsumer } from './consume.ts'
import { yardstickProducer } from './produce.ts'

/**
 * What a record costs at the least, in this Node, on this machine, in this run: Partita's design on one raw socket, without
 * errors, time-outs, retries, idempotence, groups, commits and bounds of memory. A yardstick, not a model for a client.
 */
export async function yardstickClient(job: Job): Promise<BenchClient> {
  const broker = job.brokers[0]!
  const value = valueOf(job)
  const producer = await yardstickProducer(broker, job.topic)
  return {
    send: (from) => producer.send(keys[from % keys.length]!, value),
    async consume(_, counted) {
      await yardstickConsumer(broker, job.topic, async () => counted(1))
    },
  }
}
