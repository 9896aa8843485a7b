import { isPartitaError, type KafkaErrorName, type ProducerTransport } from '@partita/protocol'
import { seededRandom } from '@partita/testing'
import { describe, expect, it } from 'vitest'
import type { BatchFate, FakeCluster, RequestFate } from './fake-cluster.ts'
import { batchOf, bench } from './harness.ts'

const partitions = [0, 1, 2]
const ways = [undefined, undefined, undefined, 'lost', 'cut', 'late', 'unanswered'] as const
const refusals: readonly KafkaErrorName[] = [
  'NOT_ENOUGH_REPLICAS',
  'NOT_LEADER_OR_FOLLOWER',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'MESSAGE_TOO_LARGE',
]

interface Outcome {
  readonly values: readonly string[]
  /** `undefined`: given up. */
  readonly baseOffset: number | undefined
}

interface Run {
  readonly outcomes: readonly Outcome[][]
  readonly cluster: FakeCluster
}

/** Writes some batches to each of three partitions, while requests and answers meet what the seed has for them. */
async function run(seed: number): Promise<Run> {
  const random = seededRandom(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const { cluster, session } = await bench({ requestTimeoutMs: 100 })
  const troubles = below(60)
  cluster.onRequest = (_request, index): RequestFate => {
    if (index > troubles) return {}
    return { way: ways[below(ways.length)], delayMs: below(150) }
  }
  cluster.onBatch = (): BatchFate => {
    const chance = random()
    if (cluster.requests.length > troubles || chance < 0.7) return {}
    // What a leader says that appended the batch and then lost its replicas, or was deposed.
    if (chance < 0.8) return { error: 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', stored: true }
    if (chance < 0.85) return { error: 'NOT_LEADER_OR_FOLLOWER', stored: true }
    return { error: refusals[below(refusals.length)]! }
  }
  const sizes = Array.from({ length: 1 + below(12) }, () => 1 + below(3))
  const attempts = 1 + below(4)
  const pauseMs = below(100)
  const driving = Promise.all(
    partitions.map((partition) => drive(session, partition, sizes, attempts, () => pause(cluster, pauseMs))),
  )
  await cluster.clock.advance(100_000)
  const outcomes = await driving
  await session.close()
  expect(cluster.clock.pendingTimers).toBe(0)
  return { outcomes, cluster }
}

function pause({ clock }: FakeCluster, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(ms, () => resolve()))
}

/** Drives one partition as a producer does: one batch at a time, the same one again, and `abandon` when it is given up. */
async function drive(
  session: ProducerTransport,
  partition: number,
  sizes: readonly number[],
  attempts: number,
  backoff: () => Promise<unknown>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  let count = 0
  for (const size of sizes) {
    const values = Array.from({ length: size }, () => String(count++))
    const batch = batchOf(session, partition, values)
    let baseOffset: number | undefined
    for (let attempt = 1; attempt <= attempts && baseOffset === undefined; attempt++) {
      if (attempt > 1) await backoff()
      try {
        baseOffset = (await session.write(batch)).baseOffset
      } catch (error) {
        if (!isPartitaError(error)) throw error
        if (!error.retriable) break
      }
    }
    if (baseOffset === undefined) session.abandon(batch)
    outcomes.push({ values, baseOffset })
  }
  return outcomes
}

describe('whatever becomes of requests and their answers', () => {
  it('a batch is stored once, in order, where it was said to be; none that was acknowledged is lost', async () => {
    let [acknowledged, givenUp, storedAllTheSame] = [0, 0, 0]
    for (let seed = 1; seed <= 150; seed++) {
      const { cluster, outcomes } = await run(seed)
      for (const partition of partitions) {
        const stored = cluster.log(partition).values
        const numbers = stored.map(Number)
        expect(numbers, `seed ${seed}: once and in order`).toEqual([...new Set(numbers)].toSorted((a, b) => a - b))
        for (const { values, baseOffset } of outcomes[partition]!) {
          if (baseOffset === undefined) {
            givenUp++
            if (stored.includes(values[0]!)) storedAllTheSame++
            continue
          }
          acknowledged++
          const told = stored.slice(baseOffset, baseOffset + values.length)
          expect(told, `seed ${seed}: the records at their offsets`).toEqual(values)
        }
      }
    }
    // The seeds do bring about what the test is about.
    expect(acknowledged).toBeGreaterThan(1_000)
    expect(givenUp).toBeGreaterThan(100)
    expect(storedAllTheSame).toBeGreaterThan(50)
  })
})
