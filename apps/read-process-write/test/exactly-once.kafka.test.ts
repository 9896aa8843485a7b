import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { type Broker, startBroker } from '@partita/broker'
import { seededRandom } from '@partita/testing'
import { run } from '../src/run.ts'

const seed = Number(process.env['PARTITA_SEED'] ?? Date.now() % 1_000_000)

let broker: Broker
beforeAll(async () => {
  broker = await startBroker()
})
afterAll(() => broker.close())

// In processes of their own, since nothing else can be killed with -9: so they are here, where everything is built.
it.each([
  ['the embedded broker', () => broker.bootstrap],
  ['a real Kafka', () => inject('bootstrap')],
] as const)(
  'on %s every order has one invoice, in order, though workers are killed',
  { timeout: 240_000 },
  async (where, brokers) => {
    const random = seededRandom(seed)
    const report = await run({ brokers: brokers(), workers: 2, kills: 6, customers: 12, orders: 40, random })
    const { missing, twice, outOfOrder, failures, ...figures } = report
    console.log(`read-process-write on ${where}, seed ${seed}: ${JSON.stringify(figures)}`)
    expect({ missing, twice, outOfOrder, failures }).toEqual({ missing: [], twice: [], outOfOrder: [], failures: [] })
  },
)
