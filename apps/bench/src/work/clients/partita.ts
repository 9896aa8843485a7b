import { createConsumer } from '@partita/consumer'
import { createProducer, type Producer } from '@partita/producer'
import type { Transport } from '@partita/protocol'
import { kafkajsTransport } from '@partita/transport-kafkajs'
import { nativeTransport } from '@partita/transport-native'
import { valueOf, type Client, type Job } from '../job.ts'
import { type BenchClient, keys } from './bench-client.ts'

/** The transport that a client's name tells. */
export function transportOf(client: Client, brokers: readonly string[]): Transport {
  return client.startsWith('partita kafkajs')
    ? kafkajsTransport({ brokers: [...brokers] })
    : nativeTransport({ brokers })
}

/** Partita knows no arrays: one `send` a record, as many of them at once as are asked for. */
export function partitaClient(job: Job): BenchClient {
  const { client, topic } = job
  const transport = transportOf(client, job.brokers)
  const value = valueOf(job)
  let producer: Producer | undefined
  return {
    send(from, count) {
      const { send } = (producer ??= createProducer({
        transport,
        enableIdempotence: !client.endsWith('not idempotent'),
      }))
      const sendOne = (index: number): Promise<unknown> => send({ topic, key: keys[index % keys.length]!, value })
      return count === 1 ? sendOne(from) : Promise.all(Array.from({ length: count }, (_, i) => sendOne(from + i)))
    },
    consume(groupId, counted) {
      const handler = client.endsWith('synchronous handler') ? () => counted(1) : async () => counted(1)
      return createConsumer({
        transport,
        groupId,
        topics: [topic],
        ordering: 'key',
        autoOffsetReset: 'earliest',
        handler,
      }).run()
    },
  }
}
