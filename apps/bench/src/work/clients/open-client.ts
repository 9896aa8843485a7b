import type { Job } from '../job.ts'
import type { BenchClient } from './bench-client.ts'

/** Loads nothing but the client that the job names. */
export async function openClient(job: Job): Promise<BenchClient> {
  switch (job.client) {
    case '@platformatic/kafka':
      return (await import('./platformatic.ts')).platformaticClient(job)
    case '@confluentinc/kafka-javascript':
      return (await import('./confluent.ts')).confluentClient(job)
    case 'node-rdkafka':
      return (await import('./rdkafka.ts')).rdkafkaClient(job)
    case 'kafkajs':
    case 'kafkajs eachMessage':
      return (await import('./kafkajs.ts')).kafkajsClient(job)
    case 'yardstick':
      return (await import('./yardstick/yardstick.ts')).yardstickClient(job)
    default:
      return (await import('./partita.ts')).partitaClient(job)
  }
}
