import { parseArgs } from 'node:util'
import { startBroker } from '@partita/broker'
import { run } from './run.ts'

const { values } = parseArgs({
  options: {
    brokers: { type: 'string' },
    kills: { type: 'string', default: '8' },
    workers: { type: 'string', default: '2' },
  },
})

// A Kafka that is there already, or one in this process.
const broker = values.brokers === undefined ? await startBroker() : undefined
const report = await run({
  brokers: values.brokers?.split(',') ?? broker!.bootstrap,
  workers: Number(values.workers),
  kills: Number(values.kills),
  customers: 20,
  orders: 40,
  random: Math.random,
  log: (line) => console.log(line),
})
await broker?.close()

const { orders, killed, neverCommitted, missing, twice, outOfOrder, failures, seconds } = report
const isRight = missing.length + twice.length + outOfOrder.length === 0
console.log(`${orders} orders, ${killed} workers killed with kill -9, in ${seconds.toFixed(1)} s`)
console.log(`${neverCommitted} invoices were begun by those that were killed, and never count`)
console.log(
  isRight
    ? 'Every order has exactly one invoice, each customer’s in order.'
    : `Wrong: ${missing.length} missing, ${twice.length} twice, ${outOfOrder.length} out of order.`,
)
for (const failure of failures) console.error(failure)
process.exitCode = isRight && failures.length === 0 ? 0 : 1
