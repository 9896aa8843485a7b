import { createConsumer } from '@partita/consumer'
import { createProducer } from '@partita/producer'
import { jsonSerde, stringSerde } from '@partita/protocol'
import type { Stage } from '../stage.ts'
import { expectedTree, loadHistory, type FileChange } from './history.ts'
import { createLedger, type Violation } from './ledger.ts'
import { createProgress } from './progress.ts'

const partitions = 12
const maxConcurrency = 64

export interface ReplayReport {
  readonly changes: number
  readonly paths: number
  readonly sendMs: number
  readonly handleMs: number
  /** Handlers at one moment, at most. */
  readonly mostBusy: number
  readonly violations: readonly Violation[]
  readonly files: number
  /** Files that differ from the expected tree, are missing from it, or should not be there. */
  readonly wrongFiles: readonly string[]
}

/** Sends the whole history keyed by path, handles it 64 at a time, and compares what comes out with what must. */
export async function replayHistory(stage: Stage): Promise<ReplayReport> {
  const changes = loadHistory()
  const topic = await stage.topic('history', partitions)
  const sendMs = await sendAll(stage, topic, changes)

  const ledger = createLedger()
  const progress = createProgress('handling', changes.length)
  let handled = 0
  const consumer = createConsumer({
    transport: stage.transport,
    groupId: stage.groupId('history'),
    topics: [topic],
    ordering: 'key',
    maxConcurrency,
    autoOffsetReset: 'earliest',
    valueDeserializer: jsonSerde<FileChange>(),
    handler: async ({ value }) => {
      await ledger.apply(value!)
      handled++
      progress.update(handled, handled === changes.length ? '' : `${ledger.busy} handlers at work`)
      if (handled === changes.length) void consumer.close()
    },
  })
  const start = performance.now()
  await consumer.run()
  const handleMs = performance.now() - start
  progress.end()
  return {
    changes: handled,
    paths: new Set(changes.map((change) => change.path)).size,
    sendMs,
    handleMs,
    mostBusy: ledger.mostBusy,
    violations: ledger.violations,
    files: ledger.files.size,
    wrongFiles: differences(ledger.files, expectedTree(changes)),
  }
}

async function sendAll(stage: Stage, topic: string, changes: readonly FileChange[]): Promise<number> {
  await using producer = createProducer({
    transport: stage.transport,
    keySerializer: stringSerde,
    valueSerializer: jsonSerde<FileChange>(),
  })
  const progress = createProgress('sending ', changes.length)
  let sent = 0
  const start = performance.now()
  await Promise.all(
    changes.map(async (change) => {
      await producer.send({ topic, key: change.path, value: change })
      progress.update(++sent, '')
    }),
  )
  progress.end()
  return performance.now() - start
}

function differences(got: ReadonlyMap<string, string>, expected: ReadonlyMap<string, string>): string[] {
  return [...new Set([...got.keys(), ...expected.keys()])].filter((path) => got.get(path) !== expected.get(path))
}
