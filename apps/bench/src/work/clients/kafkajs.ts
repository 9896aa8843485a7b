import { Kafka, logLevel } from 'kafkajs'
import { valueOf, type Job } from '../job.ts'
import { type BenchClient, messages } from './bench-client.ts'

export async function kafkajsClient(job: Job): Promise<BenchClient> {
  const { topic } = job
  const kafka = new Kafka({ brokers: [...job.brokers], logLevel: logLevel.NOTHING })
  const value = valueOf(job)
  const producer = kafka.producer()
  await producer.connect()
  return {
    send: (from, count) => producer.send({ topic, acks: -1, messages: messages(from, count, value) }),
    async consume(groupId, counted) {
      const consumer = kafka.consumer({ groupId })
      await consumer.connect()
      await consumer.subscribe({ topic, fromBeginning: true })
      await consumer.run(
        job.client === 'kafkajs eachMessage'
          ? { eachMessage: async () => counted(1) }
          : { eachBatch: async ({ batch }) => counted(batch.messages.length) },
      )
    },
  }
}
