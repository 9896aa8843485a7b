import { valueOf, type Job } from '../job.ts'
import { type BenchClient, messages } from './bench-client.ts'
import { loadPeer } from './load-peer.ts'

/** What is used of @confluentinc/kafka-javascript's KafkaJS layer. */
interface Confluent {
  readonly KafkaJS: {
    readonly logLevel: { readonly NOTHING: number }
    readonly Kafka: new (options: object) => {
      producer(options: object): { connect(): Promise<void>; send(options: object): Promise<unknown> }
      consumer(options: object): {
        connect(): Promise<void>
        subscribe(options: object): Promise<void>
        run(options: {
          eachBatch(payload: { readonly batch: { readonly messages: readonly unknown[] } }): Promise<void>
        }): Promise<void>
      }
    }
  }
}

export async function confluentClient(job: Job): Promise<BenchClient> {
  const { topic } = job
  const { KafkaJS } = await loadPeer<Confluent>('@confluentinc/kafka-javascript', job.peerFolder)
  const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: job.brokers, logLevel: KafkaJS.logLevel.NOTHING } })
  const value = valueOf(job)
  const producer = kafka.producer({ kafkaJS: { acks: -1 } })
  await producer.connect()
  return {
    send: (from, count) => producer.send({ topic, messages: messages(from, count, value) }),
    async consume(groupId, counted) {
      const consumer = kafka.consumer({ kafkaJS: { groupId, fromBeginning: true } })
      await consumer.connect()
      await consumer.subscribe({ topic })
      await consumer.run({ eachBatch: async ({ batch }) => counted(batch.messages.length) })
    },
  }
}
