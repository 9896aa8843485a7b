import { valueOf, type Job } from '../job.ts'
import { type BenchClient, messages } from './bench-client.ts'
import { loadPeer } from './load-peer.ts'

/** What is used of @platformatic/kafka 2.12. */
interface Platformatic {
  readonly Producer: new (options: object) => { send(options: object): Promise<unknown> }
  readonly Consumer: new (options: object) => {
    consume(options: object): Promise<AsyncIterable<unknown> & { on(event: 'data', listener: () => void): unknown }>
  }
  readonly stringSerializer: (data?: string) => Buffer | undefined
}

/** Events of its stream: quicker than its asynchronous iterator. */
export async function platformaticClient(job: Job): Promise<BenchClient> {
  const { topic } = job
  const { Producer, Consumer, stringSerializer } = await loadPeer<Platformatic>('@platformatic/kafka', job.peerFolder)
  const common = { clientId: 'bench', bootstrapBrokers: job.brokers }
  const value = valueOf(job)
  const producer = new Producer({ ...common, serializers: { key: stringSerializer } })
  return {
    send: (from, count) =>
      producer.send({ acks: -1, messages: messages(from, count, value).map((message) => ({ topic, ...message })) }),
    async consume(groupId, counted) {
      const consumer = new Consumer({ ...common, groupId })
      const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: true })
      stream.on('data', () => counted(1))
    },
  }
}
