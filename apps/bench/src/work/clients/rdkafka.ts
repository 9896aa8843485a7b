import { valueOf, type Job } from '../job.ts'
import { type BenchClient, keys } from './bench-client.ts'
import { loadPeer } from './load-peer.ts'

type Settle = (error: Error | null) => void

/** What is used of node-rdkafka. */
interface Rdkafka {
  readonly default: {
    readonly Producer: new (
      configuration: object,
      topic: object,
    ) => {
      connect(): unknown
      setPollInterval(ms: number): unknown
      on(event: 'ready', listener: () => void): unknown
      on(
        event: 'delivery-report',
        listener: (error: Error | null, report: { readonly opaque: Settle }) => void,
      ): unknown
      on(event: 'event.error' | 'connection.failure', listener: (error: Error) => void): unknown
      produce(topic: string, partition: null, value: Buffer, key: string, timestamp: number, opaque: Settle): unknown
    }
    readonly KafkaConsumer: new (
      configuration: object,
      topic: object,
    ) => {
      connect(): unknown
      subscribe(topics: readonly string[]): unknown
      consume(count: number, callback: (error: Error | null, messages: readonly unknown[] | undefined) => void): unknown
      on(event: 'ready', listener: () => void): unknown
    }
  }
}

/** A promise around each delivery report, as whoever wants results builds it. `linger.ms` 5 is librdkafka's own default. */
export async function rdkafkaClient(job: Job): Promise<BenchClient> {
  const { topic } = job
  const { Producer, KafkaConsumer } = (await loadPeer<Rdkafka>('node-rdkafka', job.peerFolder)).default
  const common = { 'metadata.broker.list': job.brokers.join(',') }
  const value = valueOf(job)
  const producer = new Producer({ ...common, dr_cb: true, 'queue.buffering.max.messages': 1_000_000 }, { acks: -1 })
  await new Promise<void>((resolve, reject) => {
    producer.on('ready', resolve)
    producer.on('connection.failure', reject)
    producer.connect()
  })
  producer.on('event.error', () => undefined)
  producer.on('delivery-report', (error, { opaque }) => opaque(error))
  producer.setPollInterval(1)
  return {
    send: (from) =>
      new Promise<void>((resolve, reject) => {
        const settle: Settle = (error) => (error === null ? resolve() : reject(error))
        producer.produce(topic, null, value, keys[from % keys.length]!, Date.now(), settle)
      }),
    async consume(groupId, counted) {
      const consumer = new KafkaConsumer({ ...common, 'group.id': groupId }, { 'auto.offset.reset': 'earliest' })
      await new Promise<void>((resolve) => {
        consumer.on('ready', resolve)
        consumer.connect()
      })
      consumer.subscribe([topic])
      const next = (): void =>
        void consumer.consume(2_000, (_, messages) => {
          if (messages !== undefined && messages.length > 0) counted(messages.length)
          setImmediate(next)
        })
      next()
    },
  }
}
