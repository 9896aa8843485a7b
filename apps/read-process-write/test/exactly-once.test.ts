import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Broker, startBroker } from '@partita/broker'
import { createProducer } from '@partita/producer'
import { jsonSerde, stringSerde } from '@partita/protocol'
import { seededRandom } from '@partita/testing'
import { type Connector, memoryConnector, nativeTransport } from '@partita/transport-native'
import { createInvoicing, type Invoicing } from '../src/invoicing.ts'
import { judge } from '../src/judge.ts'
import type { Order } from '../src/orders.ts'
import { readInvoices } from '../src/read-invoices.ts'

let broker: Broker
beforeAll(async () => {
  broker = await startBroker()
})
afterAll(() => broker.close())

/** As the broker sees a killed process: all connections end, and no other comes. */
function killable(): { readonly connector: Connector; kill(): void } {
  const inner = memoryConnector(broker)
  const streams = new Set<{ destroy(): void }>()
  let isDead = false
  return {
    connector: {
      async connect(endpoint, signal) {
        if (isDead) throw new Error('The process is dead.')
        const stream = await inner.connect(endpoint, signal)
        streams.add(stream)
        return stream
      },
    },
    kill() {
      isDead = true
      for (const stream of streams) stream.destroy()
    },
  }
}

interface Worker extends Invoicing {
  kill(): void
}

const customers = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
const ordersEach = 25

describe('while workers are cut off in the middle of their transactions', () => {
  it('every order gets exactly one invoice, in the order of its customer', async () => {
    const random = seededRandom(7)
    const transport = nativeTransport({ brokers: broker.bootstrap, connector: memoryConnector(broker) })
    const admin = transport.openAdmin()
    await admin.createTopics([
      { topic: 'orders', numPartitions: 3 },
      { topic: 'invoices', numPartitions: 3 },
    ])
    const writer = createProducer<string, Order>({
      transport,
      keySerializer: stringSerde,
      valueSerializer: jsonSerde<Order>(),
    })
    const sends = Array.from({ length: ordersEach }, (_, number) =>
      customers.map((key) => writer.send({ topic: 'orders', key, value: { number, items: [] } })),
    )
    await Promise.all(sends.flat())
    await writer.close()

    const dead: Worker[] = []
    let kills = 0
    let isOver = false
    function start(name: string): Worker {
      const life = killable()
      // So many invoices does it store, and is cut off before the last one is committed.
      let left = kills < 8 ? 1 + Math.floor(random() * 30) : Infinity
      const invoicing = createInvoicing({
        transport: nativeTransport({ brokers: broker.bootstrap, connector: life.connector }),
        name,
        groupId: 'invoicing',
        orders: 'orders',
        invoices: 'invoices',
        stored: () => {
          if (--left > 0 || isOver) return
          kills++
          life.kill()
          dead.push(worker)
          living.set(name, start(name))
        },
      })
      const worker: Worker = { ...invoicing, kill: life.kill }
      invoicing.run().catch(() => undefined)
      return worker
    }
    const living = new Map<string, Worker>()
    for (const name of ['one', 'two']) living.set(name, start(name))

    const ends = new Map(
      (await admin.listOffsets('orders', 'latest')).map(({ partition, offset }) => [partition, offset]),
    )
    const isDone = async (): Promise<boolean> => {
      const offsets = await admin.fetchOffsets('invoicing')
      return offsets.length === 3 && offsets.every((each) => each.offset === ends.get(each.partition))
    }
    await expect.poll(isDone, { timeout: 15_000, interval: 50 }).toBe(true)
    expect(kills).toBeGreaterThan(4)
    isOver = true
    await Promise.all(Array.from(living.values(), ({ consumer }) => consumer.close()))
    await Promise.all(Array.from(living.values(), ({ producer }) => producer.close()))
    await Promise.all(dead.map(({ consumer }) => consumer.close({ timeoutMs: 0 })))
    await Promise.all(dead.map(({ producer }) => producer.close({ timeoutMs: 0 })))
    await admin.close()

    const verdict = judge(await readInvoices(transport, 'invoices', 'read_committed'), customers, ordersEach)
    expect(verdict).toEqual({ missing: [], twice: [], outOfOrder: [] })
    const written = await readInvoices(transport, 'invoices', 'read_uncommitted')
    // Those that were cut off had stored something, or nothing was put to the test.
    expect(judge(written, customers, ordersEach).twice.length).toBeGreaterThan(0)
  })

  it('a worker that is stopped while it takes its name over ends in order', async () => {
    const { run, stop, producer } = createInvoicing({
      transport: nativeTransport({ brokers: broker.bootstrap, connector: memoryConnector(broker) }),
      name: 'early',
      groupId: 'early-invoicing',
      orders: 'early-orders',
      invoices: 'early-invoices',
    })
    const running = run()
    await stop()
    await expect(running).resolves.toBeUndefined()
    await producer.close()
  })

  it('the judge finds what is missing, what is there twice and what is out of order', () => {
    const invoices = new Map([
      ['a', [0, 1, 1, 2]],
      ['b', [0, 2, 1]],
    ])
    expect(judge(invoices, ['a', 'b', 'c'], 3)).toEqual({
      missing: ['c/0', 'c/1', 'c/2'],
      twice: ['a/1'],
      outOfOrder: ['b/1'],
    })
  })
})
