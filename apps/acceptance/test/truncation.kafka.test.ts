import { afterEach, expect, it } from 'vitest'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import { createConsumer } from '@partita/consumer'
import { createProducer } from '@partita/producer'
import { type AutoOffsetReset, stringSerde } from '@partita/protocol'
import { type KafkaCluster, reasonToSkipFaults, startKafka } from '@partita/real-kafka'
import { nativeTransport } from '@partita/transport-native'

const topic = 'cut-off'
const waiting = { timeout: 90_000, interval: 100 }
let kafka: KafkaCluster | undefined

afterEach(() => kafka?.stop())

it.skipIf(reasonToSkipFaults() !== undefined)(
  'a reader of records that a lost leader took with it notices: it goes back to where the logs part, or ends (KIP-320)',
  { timeout: 300_000 },
  async () => {
    kafka = await startKafka({ nodes: 3 })
    // Of two replicas, so that the third node has nothing to do with it but to vote.
    const [leader, follower, voter] = kafka.nodes
    await createTopicOn([leader!.id, follower!.id], kafka.bootstrap)
    await expect
      .poll(() => partitionAt(voter!.address), waiting)
      .toEqual({ leader: leader!.id, isr: [leader!.id, follower!.id] })
    await send(kafka.bootstrap, ['both have it', 'both have it, too'])

    await follower!.kill()
    await expect.poll(() => partitionAt(voter!.address), waiting).toEqual({ leader: leader!.id, isr: [leader!.id] })
    await send([leader!.address], ['lost', 'lost, too'])
    const goesBack = read('earliest', kafka.bootstrap)
    const ends = read('none', kafka.bootstrap)
    const before = ['0 both have it', '1 both have it, too', '2 lost', '3 lost, too']
    await expect.poll(() => [goesBack.handled, ends.handled], waiting).toEqual([before, before])

    // From here on no node has what was lost.
    await leader!.kill()
    await follower!.start()
    await expect.poll(() => partitionAt(voter!.address), waiting).toEqual({ leader: follower!.id, isr: [follower!.id] })
    // More than was lost: whoever does not notice reads on behind it as if nothing had happened.
    await send([follower!.address], ['instead', 'instead, too', 'and', 'so', 'on'])

    const after = ['2 instead', '3 instead, too', '4 and', '5 so', '6 on']
    await expect.poll(() => goesBack.handled, waiting).toEqual([...before, ...after])
    await goesBack.consumer.close()
    await goesBack.running
    await expect(ends.running).rejects.toMatchObject({
      code: 'OFFSET_OUT_OF_RANGE',
      message: expect.stringMatching(/a new leader has cut off its log/) as unknown,
      place: { topic, partition: 0 },
    })
    expect(ends.handled).toEqual(before)
  },
)

interface Reading {
  readonly consumer: { close(): Promise<void> }
  /** Offsets and values, in the order of handling. */
  readonly handled: readonly string[]
  /** Settled when the consumer has ended. */
  readonly running: Promise<void>
}

/** Reads by hand: no group's coordinator is lost together with the leader. */
function read(autoOffsetReset: AutoOffsetReset, brokers: readonly string[]): Reading {
  const handled: string[] = []
  const consumer = createConsumer({
    transport: nativeTransport({ brokers }),
    partitions: [{ topic, partition: 0, offset: 0 }],
    ordering: 'partition',
    autoOffsetReset,
    valueDeserializer: stringSerde,
    handler: async ({ offset, value }) => void handled.push(`${offset} ${value}`),
  })
  const running = consumer.run()
  // Looked at when the test comes to it.
  running.catch(() => {})
  return { consumer, handled, running }
}

async function send(brokers: readonly string[], values: readonly string[]): Promise<void> {
  await using producer = createProducer({ transport: nativeTransport({ brokers }) })
  for (const value of values) await producer.send({ topic, value })
}

/** One partition, led by the first of the nodes, and by whoever is left where all that had everything are gone. */
async function createTopicOn(replicas: number[], brokers: readonly string[]): Promise<void> {
  const configs = { 'min.insync.replicas': '1', 'unclean.leader.election.enable': 'true' }
  const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }))
  const replicaAssignment = [{ partition: 0, replicas }]
  await withAdmin(brokers, (admin) => admin.createTopics({ topics: [{ topic, replicaAssignment, configEntries }] }))
}

/** As one node tells it. */
async function partitionAt(address: string): Promise<{ readonly leader: number; readonly isr: readonly number[] }> {
  return await withAdmin([address], async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    const { leader, isr } = topics[0]!.partitions[0]!
    return { leader, isr: isr.toSorted((one, other) => one - other) }
  })
}

async function withAdmin<T>(brokers: readonly string[], work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 1 } }).admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}
