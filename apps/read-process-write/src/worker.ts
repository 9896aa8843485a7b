import { isPartitaError } from '@partita/protocol'
import { nativeTransport } from '@partita/transport-native'
import { createInvoicing } from './invoicing.ts'

// worker.js BROKERS NAME GROUP ORDERS INVOICES: one worker, until SIGTERM or something worse.
const [brokers, name, groupId, orders, invoices] = process.argv.slice(2) as [string, string, string, string, string]

const { run, stop, producer } = createInvoicing({
  transport: nativeTransport({ brokers: brokers.split(',') }),
  name,
  groupId,
  orders,
  invoices,
  // Said before it is committed: whoever kills the worker when they hear it kills it in the middle.
  stored: (customer, { order }) => void process.stdout.write(`${customer} ${order}\n`),
})

process.once('SIGTERM', () => void stop())
// Whoever started this worker is gone: so is the worker.
process.stdin.once('close', () => process.exit(1)).resume()

try {
  await run()
  await producer.close()
} catch (error) {
  // PRODUCER_FENCED: another worker has this one's name. Anything else: whoever is started next goes on from here.
  console.error(isPartitaError(error) ? `${error.code}: ${error.message}` : error)
  process.exitCode = 1
}
process.exit()
