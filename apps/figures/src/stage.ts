import { createConsumer } from '@partita/consumer'
import { createProducer, type Producer } from '@partita/producer'
import { PartitaError, type AdminTransport, type ConsumerRecord, type Transport } from '@partita/protocol'

/** What stands in a log, read back from the cluster. */
export interface LogEntry {
  readonly partition: number
  readonly offset: number
  readonly key: string | null
  readonly value: string
}

/** Where the scenes play: one cluster, with topics of their own that are gone afterwards. */
export interface Stage {
  readonly transport: Transport
  /** A new topic; the name says which scene it belongs to. */
  topic(scene: string, partitions: number): Promise<string>
  /** A producer that is closed with the stage. */
  producer(): Producer
  groupId(scene: string): string
  /** The whole topic as a new consumer group sees it, in the order it was handed over. */
  readBack(topic: string): Promise<readonly LogEntry[]>
  close(): Promise<void>
}

const decoder = new TextDecoder()
const readBackLimitMs = 30_000

/** Opens the stage. Nothing connects before the first scene. */
export function openStage(transport: Transport): Stage {
  const admin = transport.openAdmin()
  const producers: Producer[] = []
  const topics: string[] = []
  // Names that no earlier run on the same cluster has used.
  const run = `partita-figures-${process.pid}-${Date.now().toString(36)}`

  async function close(): Promise<void> {
    await Promise.all(producers.map((producer) => producer.close()))
    if (topics.length > 0) await admin.deleteTopics(topics)
    await admin.close()
  }

  return {
    transport,
    close,
    async topic(scene, partitions) {
      const topic = `${run}-${scene}`
      await admin.createTopics([{ topic, numPartitions: partitions, replicationFactor: 1 }])
      topics.push(topic)
      return topic
    },
    producer() {
      const producer = createProducer({ transport })
      producers.push(producer)
      return producer
    },
    groupId: (scene) => `${run}-${scene}`,
    readBack: (topic) => readBack(transport, admin, topic, `${run}-read-${topic}`),
  }
}

async function readBack(
  transport: Transport,
  admin: AdminTransport,
  topic: string,
  groupId: string,
): Promise<readonly LogEntry[]> {
  const ends = await admin.listOffsets(topic, 'latest')
  const expected = ends.reduce((sum, { offset }) => sum + offset, 0)
  const entries: LogEntry[] = []
  let complete = (): void => {}
  const done = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new PartitaError('REQUEST_TIMEOUT', `Read ${entries.length} of ${expected} records in ${readBackLimitMs} ms.`, {
          topic,
        }),
      )
    }, readBackLimitMs)
    complete = () => {
      clearTimeout(timer)
      resolve()
    }
  })
  const consumer = createConsumer({
    transport,
    groupId,
    topics: [topic],
    ordering: 'partition',
    autoOffsetReset: 'earliest',
    handler: (record) => {
      if (entries.push(logEntry(record)) === expected) complete()
    },
  })
  if (expected === 0) return entries
  const running = consumer.run()
  try {
    await Promise.race([done, running])
  } finally {
    complete()
    await consumer.close()
  }
  await running
  return entries
}

function logEntry({ partition, offset, key, value }: ConsumerRecord): LogEntry {
  return {
    partition,
    offset,
    key: key === null ? null : decoder.decode(key),
    value: value === null ? '' : decoder.decode(value),
  }
}
