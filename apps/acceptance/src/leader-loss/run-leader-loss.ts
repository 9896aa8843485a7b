import { setTimeout as sleep } from 'node:timers/promises'
import { createProducer } from '@partita/producer'
import type { Transport } from '@partita/protocol'

/** What the run does to the cluster, and when (seconds from its start). */
export interface Strike {
  readonly atSeconds: number
  readonly act: () => Promise<void>
}

export interface LeaderLossOptions {
  readonly transport: Transport
  readonly topic: string
  readonly keys: number
  readonly inFlight: number
  /** How long to send, at least: it goes on until all has been done to the cluster. */
  readonly seconds: number
  readonly strikes: readonly Strike[]
  /** The pause between the producer's attempts, for runs that are too short for its own, growing one. */
  readonly retryBackoffMs?: number | undefined
}

export interface LeaderLossSends {
  /** The counters of each key that were acknowledged. */
  readonly acknowledged: ReadonlyMap<string, ReadonlySet<number>>
  readonly acknowledgedCount: number
  /** What failed, by error code. */
  readonly failures: Readonly<Record<string, number>>
}

/**
 * One producer, `keys` keys with a rising counter each, `inFlight` sends that nobody waits for one by one, while leaders
 * are lost. Value: the counter.
 */
export async function sendThroughLeaderLoss(options: LeaderLossOptions): Promise<LeaderLossSends> {
  const { transport, topic, keys, inFlight, seconds, strikes, retryBackoffMs } = options
  const acknowledged = new Map<string, Set<number>>()
  const failures: Record<string, number> = {}
  const counters = Array.from({ length: keys }, () => 0)
  let acknowledgedCount = 0
  let next = 0

  await using producer = createProducer({
    transport,
    deliveryTimeoutMs: 60_000,
    requestTimeoutMs: 10_000,
    retryBackoffMs,
    retryBackoffMaxMs: retryBackoffMs,
  })
  await producer.partitionsFor(topic)
  const start = performance.now()
  const until = start + seconds * 1000
  let strikesLeft = strikes.length

  async function sendOn(): Promise<void> {
    while (performance.now() < until || strikesLeft > 0) {
      const index = next++ % keys
      const key = `key-${index}`
      const counter = counters[index]!++
      try {
        await producer.send({ topic, key, value: String(counter) })
        acknowledgedCount++
        const counted = acknowledged.get(key)
        if (counted === undefined) acknowledged.set(key, new Set([counter]))
        else counted.add(counter)
      } catch (error) {
        const code = (error as { code?: string }).code ?? 'unknown'
        failures[code] = (failures[code] ?? 0) + 1
      }
    }
  }

  const striking = strikes.map(async ({ atSeconds, act }) => {
    await sleep(Math.max(0, start + atSeconds * 1000 - performance.now()))
    await act().finally(() => (strikesLeft -= 1))
  })
  await Promise.all([...Array.from({ length: inFlight }, sendOn), ...striking])
  await producer.flush()
  return { acknowledged, acknowledgedCount, failures }
}
