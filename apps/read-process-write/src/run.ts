import { setTimeout as sleep } from 'node:timers/promises'
import { createProducer } from '@partita/producer'
import { jsonSerde, stringSerde, type Transport } from '@partita/protocol'
import { nativeTransport } from '@partita/transport-native'
import { judge, type Verdict } from './judge.ts'
import type { Order } from './orders.ts'
import { readInvoices } from './read-invoices.ts'
import { startWorker, type WorkerProcess } from './worker-process.ts'

export interface RunOptions {
  readonly brokers: readonly string[]
  readonly workers: number
  /** How often one of them is killed, and started again. */
  readonly kills: number
  readonly customers: number
  /** Of each customer. */
  readonly orders: number
  /** Numbers in [0, 1): who is killed when is drawn from them. */
  readonly random: () => number
  readonly log?: (line: string) => void
}

export interface Report extends Verdict {
  readonly orders: number
  readonly killed: number
  /** Invoices that are in the log and that no reader of committed records sees: what the killed had begun. */
  readonly neverCommitted: number
  /** Workers that ended by themselves. */
  readonly failures: readonly string[]
  readonly seconds: number
}

const partitions = 4

/** Orders are written, workers make invoices of them and are killed again and again; then the invoices are judged. */
export async function run(options: RunOptions): Promise<Report> {
  const { brokers, customers: customerCount, orders: orderCount, kills, random, log = () => {} } = options
  const startedAt = performance.now()
  const transport = nativeTransport({ brokers })
  const id = `run-${Date.now().toString(36)}`
  const [orders, invoices, groupId] = [`${id}-orders`, `${id}-invoices`, `${id}-invoicing`]
  const customers = Array.from({ length: customerCount }, (_, index) => `customer-${index}`)
  const total = customerCount * orderCount
  await createTopics(transport, [orders, invoices])
  await writeOrders(transport, orders, customers, orderCount)
  log(`${total} orders of ${customerCount} customers`)

  const names = Array.from({ length: options.workers }, (_, index) => `worker-${index}`)
  const start = (name: string): WorkerProcess => startWorker([brokers.join(','), name, groupId, orders, invoices])
  const workers = new Map(names.map((name) => [name, start(name)]))
  const failures: string[] = []
  try {
    // So much does each of them get done before it is killed that there is something left for all that follow.
    const most = Math.max(1, Math.floor(total / (kills + options.workers + 1)))
    for (let killed = 0; killed < kills; killed++) {
      const name = names[Math.floor(random() * names.length)]!
      const victim = workers.get(name)!
      // A worker whose partitions are done has nothing to be caught at.
      await Promise.race([victim.stored(1 + Math.floor(random() * most)), sleep(10_000)])
      if (victim.exitCode !== null) failures.push(`${name} ended with ${victim.exitCode}: ${victim.errors}`)
      await victim.kill()
      log(`killed ${name}`)
      workers.set(name, start(name))
    }
    await untilDone(transport, orders, groupId)
    await Promise.all([...workers.values()].map((worker) => worker.stop()))
    // One that was started a moment ago may be stopped before it listens: it has no exit code then, and has done nothing.
    for (const [name, { exitCode, errors }] of workers)
      if (exitCode !== 0 && exitCode !== null) failures.push(`${name} ended with ${exitCode}: ${errors}`)
  } finally {
    await Promise.all([...workers.values()].map((worker) => worker.kill()))
  }
  const committed = await readInvoices(transport, invoices, 'read_committed')
  const written = await readInvoices(transport, invoices, 'read_uncommitted')
  return {
    orders: total,
    killed: kills,
    neverCommitted: count(written) - count(committed),
    ...judge(committed, customers, orderCount),
    failures,
    seconds: (performance.now() - startedAt) / 1000,
  }
}

async function createTopics(transport: Transport, topics: readonly string[]): Promise<void> {
  const admin = transport.openAdmin()
  await admin.createTopics(topics.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: 1 })))
  await admin.close()
}

async function writeOrders(
  transport: Transport,
  topic: string,
  customers: readonly string[],
  orderCount: number,
): Promise<void> {
  await using producer = createProducer<string, Order>({
    transport,
    keySerializer: stringSerde,
    valueSerializer: jsonSerde<Order>(),
  })
  const sends: Promise<unknown>[] = []
  for (let number = 0; number < orderCount; number++) {
    for (const key of customers) {
      sends.push(producer.send({ topic, key, value: { number, items: [{ name: 'pencil', cents: 100 + number }] } }))
    }
  }
  await Promise.all(sends)
}

/** Waits until the group has committed all orders; gives up where nothing moves any more. */
async function untilDone(transport: Transport, topic: string, groupId: string): Promise<void> {
  const admin = transport.openAdmin()
  try {
    const ends = new Map((await admin.listOffsets(topic, 'latest')).map(({ partition, offset }) => [partition, offset]))
    let left = Infinity
    let movedAt = performance.now()
    while (left > 0) {
      const done = new Map((await admin.fetchOffsets(groupId, [topic])).map((each) => [each.partition, each.offset]))
      let now = 0
      for (const [partition, end] of ends) now += end - (done.get(partition) ?? 0)
      if (now !== left) movedAt = performance.now()
      else if (performance.now() - movedAt > 60_000) throw new Error(`Nothing moves, and ${now} orders are left.`)
      left = now
      await sleep(100)
    }
  } finally {
    await admin.close()
  }
}

function count(invoices: ReadonlyMap<string, readonly number[]>): number {
  let sum = 0
  for (const numbers of invoices.values()) sum += numbers.length
  return sum
}
