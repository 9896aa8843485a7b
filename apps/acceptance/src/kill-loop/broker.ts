import { startBroker } from '@partita/broker'
import { topics } from './topics.ts'

// The broker of the kill loop, a process of its own so that it can be killed: broker.js DATA_DIR PORT.
const [dataDir, port] = process.argv.slice(2) as [string, string]

// Whoever started it is gone: so is the broker.
process.stdin.once('close', () => process.exit(1)).resume()

const broker = await startBroker({
  dataDir,
  port: Number(port),
  fsync: 'always',
  topics,
  // Compaction all the time, so that it is under way when the process dies.
  configs: { 'log.cleaner.backoff.ms': 20 },
  onWarning: (line) => process.stderr.write(`${line}\n`),
})
process.stdout.write(`${broker.port}\n`)
