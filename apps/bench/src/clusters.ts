import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startKafka } from '@partita/real-kafka'
import { kafkajsTransport } from '@partita/transport-kafkajs'

export interface BenchCluster extends AsyncDisposable {
  readonly name: string
  readonly brokers: readonly string[]
}

/** The embedded broker, in a process of its own. */
export async function embeddedCluster(): Promise<BenchCluster> {
  const script = fileURLToPath(new URL('work/serve.js', import.meta.url))
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
    void ended.then(() => reject(new Error('the embedded broker ended before it was ready')))
  })
  return {
    name: 'embedded broker',
    brokers: address.split(','),
    async [Symbol.asyncDispose]() {
      child.stdin.destroy()
      await ended
    },
  }
}

/** A real Kafka that is there already, or one that is started for the run. */
export async function realCluster(brokers: readonly string[] | undefined): Promise<BenchCluster> {
  if (brokers !== undefined) {
    return { name: `Kafka at ${brokers.join(',')}`, brokers, [Symbol.asyncDispose]: () => Promise.resolve() }
  }
  // A run writes some 15 GB; what belongs to a deleted topic is to be gone soon.
  const kafka = await startKafka({ nodes: 1, properties: { 'log.segment.delete.delay.ms': '1000' } })
  return { name: 'Kafka 4.3.1', brokers: kafka.bootstrap, [Symbol.asyncDispose]: () => kafka.stop() }
}

const partitions = 12
let topics = 0

/** A new topic of 12 partitions. Disposing of it deletes it. */
export async function topicFor({ brokers }: BenchCluster): Promise<{ readonly name: string } & AsyncDisposable> {
  const name = `bench-${process.pid}-${Date.now().toString(36)}-${++topics}`
  const admin = kafkajsTransport({ brokers: [...brokers] }).openAdmin()
  try {
    await admin.createTopics([{ topic: name, numPartitions: partitions, replicationFactor: 1 }])
  } catch (error) {
    await admin.close()
    throw error
  }
  return {
    name,
    async [Symbol.asyncDispose]() {
      try {
        await admin.deleteTopics([name])
      } finally {
        await admin.close()
      }
    },
  }
}
