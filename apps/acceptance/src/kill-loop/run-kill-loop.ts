import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createProducer, type Producer } from '@partita/producer'
import { nativeTransport } from '@partita/transport-native'
import { judgeLog, type LogVerdict } from '../leader-loss/judge-log.ts'
import { readLog } from '../read-log.ts'
import { type BrokerProcess, startBrokerProcess } from './broker-process.ts'
import { historyTopic, latestTopic } from './topics.ts'

export interface KillLoopOptions {
  readonly rounds: number
  /** Numbers in [0, 1): the moments of the kills are drawn from them. */
  readonly random: () => number
}

export interface KillLoopReport {
  readonly kills: number
  /** Kills before the broker had listened: in the middle of its recovery. */
  readonly killsInRecovery: number
  readonly acknowledged: number
  readonly failures: Readonly<Record<string, number>>
  readonly history: LogVerdict & {
    /** Counters that are missing below the last of their key. */
    readonly gaps: number
  }
  /** Keys whose last record in the compacted topic is not the last that was acknowledged. */
  readonly outdated: number
  /** How many records compaction has left of all that were sent. */
  readonly compactedTo: number
  /** What the brokers said that is not about a torn end. */
  readonly warnings: readonly string[]
}

const keys = 40
const inFlight = 200

/** A broker on a folder with `fsync: 'always'` is killed again and again under an idempotent producer's load, and started again. */
export async function runKillLoop({ rounds, random }: KillLoopOptions): Promise<KillLoopReport> {
  const dataDir = mkdtempSync(join(tmpdir(), 'partita-kill-loop-'))
  const warnings = new Set<string>()
  let broker = startBrokerProcess(dataDir, 0)
  const port = await broker.ready
  const bootstrap = [`127.0.0.1:${port}`]
  const load = startLoad(bootstrap)
  let killsInRecovery = 0

  async function killAndRestart(): Promise<void> {
    await end(broker, warnings)
    broker = startBrokerProcess(dataDir, port)
  }

  try {
    for (let round = 0; round < rounds; round++) {
      if (random() < 0.2) {
        await sleep(random() * 500)
        const isListening = await Promise.race([broker.ready.then(() => true), sleep(0).then(() => false)])
        if (!isListening) killsInRecovery++
      } else {
        await broker.ready
        await load.isFlowing()
        await sleep(random() * 200)
      }
      await killAndRestart()
    }
    await broker.ready
    const { acknowledged, failures } = await load.stop()
    const history = await readLog(bootstrap, historyTopic)
    const latest = await readLog(bootstrap, latestTopic)
    const counted = history.map(({ partition, key, value }) => ({ partition, key: key!, counter: Number(value) }))
    const lastOf = new Map(latest.map(({ key, value }) => [key!, Number(value)]))
    return {
      kills: rounds,
      killsInRecovery,
      acknowledged: total(acknowledged),
      failures,
      history: { ...judgeLog(counted, acknowledged), gaps: gapsIn(counted) },
      outdated: [...acknowledged].filter(([key, counters]) => lastOf.get(key) !== Math.max(...counters)).length,
      compactedTo: latest.length,
      warnings: [...warnings],
    }
  } finally {
    await load.stop()
    await end(broker, warnings)
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function end(broker: BrokerProcess, warnings: Set<string>): Promise<void> {
  await broker.kill()
  for (const line of broker.errors.split('\n')) {
    if (line !== '' && !line.includes('cut off')) warnings.add(line)
  }
}

interface Load {
  /** Settles when something more is acknowledged: the producer has found the broker again. */
  isFlowing(): Promise<void>
  /** Settles when everything that was sent is settled. */
  stop(): Promise<{
    readonly acknowledged: ReadonlyMap<string, ReadonlySet<number>>
    readonly failures: Readonly<Record<string, number>>
  }>
}

/** Counters per key, so many sends in flight; each goes to both topics. */
function startLoad(bootstrap: readonly string[]): Load {
  const producer = createProducer({ transport: nativeTransport({ brokers: bootstrap }), deliveryTimeoutMs: 120_000 })
  const acknowledged = new Map<string, Set<number>>()
  const failures: Record<string, number> = {}
  const counters = Array.from({ length: keys }, () => 0)
  let next = 0
  let isOver = false
  let onAcknowledged: (() => void) | undefined

  async function sendOn(): Promise<void> {
    while (!isOver) {
      const index = next++ % keys
      const counter = counters[index]!++
      await sendOne(producer, `key-${index}`, counter)
    }
  }

  async function sendOne(to: Producer, key: string, counter: number): Promise<void> {
    try {
      const value = String(counter)
      await Promise.all([to.send({ topic: historyTopic, key, value }), to.send({ topic: latestTopic, key, value })])
      const counted = acknowledged.get(key) ?? new Set()
      acknowledged.set(key, counted.add(counter))
      onAcknowledged?.()
    } catch (error) {
      const code = (error as { code?: string }).code ?? 'unknown'
      failures[code] = (failures[code] ?? 0) + 1
    }
  }

  const sending = Promise.all(Array.from({ length: inFlight }, sendOn))
  return {
    isFlowing: () => new Promise((resolve) => (onAcknowledged = resolve)),
    async stop() {
      isOver = true
      await sending
      await producer.close()
      return { acknowledged, failures }
    },
  }
}

function gapsIn(records: readonly { readonly key: string; readonly counter: number }[]): number {
  const seen = new Map<string, Set<number>>()
  for (const { key, counter } of records) seen.set(key, (seen.get(key) ?? new Set()).add(counter))
  let gaps = 0
  for (const counters of seen.values()) gaps += Math.max(...counters) + 1 - counters.size
  return gaps
}

function total(acknowledged: ReadonlyMap<string, ReadonlySet<number>>): number {
  return [...acknowledged.values()].reduce((sum, { size }) => sum + size, 0)
}
