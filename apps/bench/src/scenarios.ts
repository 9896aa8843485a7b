import { kafkajsTransport } from '@partita/transport-kafkajs'
import type { BenchCluster } from './clusters.ts'
import { median } from './meter.ts'
import { runWork, type Work } from './run-work.ts'
import { printTable, rate, times } from './table.ts'
import type { Job } from './work/job.ts'

const partitions = 12
let topics = 0

async function newTopic({ brokers }: BenchCluster): Promise<string> {
  const topic = `bench-${process.pid}-${Date.now().toString(36)}-${++topics}`
  const admin = kafkajsTransport({ brokers: [...brokers] }).openAdmin()
  await admin.createTopics([{ topic, numPartitions: partitions, replicationFactor: 1 }])
  await admin.close()
  return topic
}

interface Measured {
  readonly client: Job['client']
  readonly recordsPerSecond: number
  readonly cpuMicrosPerRecord: number
}

/** Every client in turn, `rounds` times over: what drifts on the machine drifts for all of them. */
async function inTurn(
  work: Work,
  rounds: number,
  clients: readonly Job['client'][],
  jobFor: (client: Job['client']) => Promise<Omit<Job, 'client'>>,
): Promise<readonly Measured[]> {
  const readings = new Map(clients.map((client) => [client, [] as Readonly<Record<string, number>>[]]))
  for (let round = 0; round < rounds; round++) {
    for (const client of clients) readings.get(client)!.push(await runWork(work, { client, ...(await jobFor(client)) }))
  }
  return clients.map((client) => ({
    client,
    recordsPerSecond: median(readings.get(client)!.map((reading) => reading['recordsPerSecond']!)),
    cpuMicrosPerRecord: median(readings.get(client)!.map((reading) => reading['cpuMicrosPerRecord']!)),
  }))
}

function printBeside(title: string, measured: readonly Measured[], baseline: Job['client']): void {
  const base = measured.find(({ client }) => client === baseline)!
  printTable(
    title,
    ['client', 'records', `beside ${baseline}`, 'CPU µs/record', `beside ${baseline}`],
    measured.map(({ client, recordsPerSecond, cpuMicrosPerRecord }) => [
      client,
      rate(recordsPerSecond),
      times(recordsPerSecond / base.recordsPerSecond),
      cpuMicrosPerRecord.toFixed(2),
      times(cpuMicrosPerRecord / base.cpuMicrosPerRecord),
    ]),
  )
}

/** One `send` a record, awaited, 1,000 in flight, 100-byte values, acks all. */
export async function produceScenario(cluster: BenchCluster, rounds: number): Promise<void> {
  const measured = await inTurn(
    'produce',
    rounds,
    [
      'kafkajs',
      'partita kafkajs, not idempotent',
      'partita kafkajs',
      'partita native, not idempotent',
      'partita native',
    ],
    async (client) => ({
      brokers: cluster.brokers,
      topic: await newTopic(cluster),
      records: client === 'kafkajs' ? 20_000 : client.startsWith('partita native') ? 1_000_000 : 300_000,
    }),
  )
  printBeside(
    `Producing to the ${cluster.name}: one awaited send a record, 1,000 in flight, 100 bytes, acks all`,
    measured,
    'kafkajs',
  )
}

/** A million keyed records, one member, an empty handler. */
export async function consumeScenario(cluster: BenchCluster, rounds: number): Promise<void> {
  const topic = await newTopic(cluster)
  const records = 1_000_000
  await runWork('load', { brokers: cluster.brokers, topic, records })
  const measured = await inTurn(
    'consume',
    rounds,
    ['kafkajs', 'kafkajs eachMessage', 'partita kafkajs', 'partita native'],
    () => Promise.resolve({ brokers: cluster.brokers, topic, records }),
  )
  printBeside(
    `Consuming from the ${cluster.name}: 1,000,000 records, 10,007 keys, an empty handler (kafkajs: eachBatch)`,
    measured,
    'kafkajs',
  )
}

/** 10,000 records of 1,000 keys, 5 ms of work each, 100 at a time. */
export async function makespanScenario(cluster: BenchCluster, rounds: number): Promise<void> {
  const rows: string[][] = []
  for (const client of ['partita kafkajs', 'partita native'] as const) {
    const results: Readonly<Record<string, number>>[] = []
    for (let round = 0; round < rounds; round++) {
      results.push(
        await runWork('makespan', {
          client,
          brokers: cluster.brokers,
          topic: await newTopic(cluster),
          records: 10_000,
        }),
      )
    }
    const middle = (name: string): number => median(results.map((result) => result[name]!))
    const makespanMs = middle('makespanMs')
    rows.push([
      client,
      `${makespanMs.toFixed(0)} ms`,
      times(makespanMs / middle('idealMs')),
      times(makespanMs / middle('idealWithThisTimerMs')),
    ])
  }
  printTable(
    `Keyed work from the ${cluster.name}: 10,000 records of 1,000 keys, 5 ms each, maxConcurrency 100`,
    ['client', 'makespan', 'beside the ideal 500 ms', 'beside the ideal with this timer'],
    rows,
  )
}

export async function partitionScenario(): Promise<void> {
  const { stringNanos, bytesNanos, kafkajsNanos } = await runWork('partition')
  printTable(
    'Partitioning a UUID key as Java does, 12 partitions',
    ['what', 'ns a key'],
    [
      ['@partita/partitioners, key as string', stringNanos!.toFixed(0)],
      ['@partita/partitioners, key as bytes', bytesNanos!.toFixed(0)],
      ['kafkajs DefaultPartitioner', kafkajsNanos!.toFixed(0)],
    ],
  )
}

export async function brokerScenario(): Promise<void> {
  const { readyMs, idleCpuPercent } = await runWork('broker')
  printTable(
    'The embedded broker',
    ['what', 'figure'],
    [
      ['ready in a process that has loaded it', `${readyMs!.toFixed(1)} ms`],
      ['CPU while nobody calls, over 3 s', `${idleCpuPercent!.toFixed(2)} %`],
    ],
  )
}
