import { startBroker } from '@partita/broker'
import { isPartitaError, type Transport } from '@partita/protocol'
import { kafkajsTransport } from '@partita/transport-kafkajs'
import { nativeTransport } from '@partita/transport-native'
import { readArguments, type TransportName, usage } from './arguments.ts'
import { figures } from './figures/index.ts'
import type { Claim } from './figures/figure.ts'
import { replayHistory, type ReplayReport } from './history/replay.ts'
import { bad, bold, dim, good } from './paint.ts'
import { openStage, type Stage } from './stage.ts'

async function main(): Promise<boolean> {
  const { brokers, transport, help } = readArguments(process.argv.slice(2))
  if (help) {
    console.log(usage)
    return true
  }
  const start = performance.now()
  const broker = brokers === undefined ? await startBroker() : undefined
  const readyMs = performance.now() - start
  try {
    const bootstrap = [...(broker?.bootstrap ?? brokers!)]
    await probe(transport, bootstrap)
    const stage = openStage(openTransport(transport, bootstrap))
    try {
      announce(
        broker === undefined ? 'a cluster at' : `an embedded broker, ready in ${readyMs.toFixed(0)} ms at`,
        bootstrap,
      )
      const allHold = await playAll(stage)
      console.log(dim(`\n${((performance.now() - start) / 1000).toFixed(1)} s in all`))
      return allHold
    } finally {
      await stage.close()
    }
  } finally {
    await broker?.close()
  }
}

/** Whether anybody is there: a wrong address should be said within seconds, not after the patience of a service. */
async function probe(name: TransportName, brokers: string[]): Promise<void> {
  const admin = openTransport(name, brokers, 3_000).openAdmin()
  try {
    await admin.listTopics()
  } finally {
    await admin.close()
  }
}

function openTransport(name: TransportName, brokers: string[], requestTimeoutMs = 30_000): Transport {
  return name === 'kafkajs'
    ? kafkajsTransport({ brokers, requestTimeout: requestTimeoutMs, connectionTimeout: 3_000 })
    : nativeTransport({ brokers, requestTimeoutMs, socketConnectionSetupTimeoutMs: 3_000 })
}

function announce(what: string, bootstrap: readonly string[]): void {
  console.log(`${bold('Partita')}: from ProducerRecord to handler, in order, on ${what} ${bootstrap.join(', ')}\n`)
}

async function playAll(stage: Stage): Promise<boolean> {
  let allHold = true
  for (const [index, figure] of figures.entries()) {
    console.log(bold(`F${index + 1}  ${figure.title}\n`))
    const { lines, claims } = await figure.play(stage)
    for (const line of lines) console.log(`   ${line}`)
    for (const claim of claims) allHold = sayClaim(claim) && allHold
    console.log()
  }
  console.log(bold('A real history, replayed in order: every file change of the kafkajs repository\n'))
  const report = await replayHistory(stage)
  return sayReport(report) && allHold
}

function sayClaim({ text, holds }: Claim): boolean {
  console.log(`   ${holds ? good('✓') : bad('✗')} ${text}`)
  return holds
}

function sayReport(report: ReplayReport): boolean {
  const { changes, paths, sendMs, handleMs, mostBusy, violations, files, wrongFiles } = report
  const rate = (ms: number): string => `${Math.round(changes / (ms / 1000)).toLocaleString('en')}/s`
  console.log()
  console.log(
    `   sent     ${changes.toLocaleString('en')} changes of ${paths.toLocaleString('en')} files, keyed by path: ${rate(sendMs)}`,
  )
  console.log(`   handled  ${rate(handleMs)}, ${mostBusy} handlers at once at most, each a read, a check and a write`)
  const claims: readonly Claim[] = [
    { text: `order violations: ${violations.length}`, holds: violations.length === 0 },
    {
      text: `${files.toLocaleString('en')} files at the end, ${wrongFiles.length} differ from the repository’s`,
      holds: wrongFiles.length === 0,
    },
  ]
  for (const { path, expected, found } of violations.slice(0, 3))
    console.log(`     ${path}: expected ${expected}, found ${found}`)
  return claims.map(sayClaim).every(Boolean)
}

try {
  process.exitCode = (await main()) ? 0 : 1
} catch (error) {
  // What a person can mend is one line; a defect keeps its stack.
  console.error(isPartitaError(error) ? `partita: ${error.message}` : error)
  process.exitCode = 1
}
