import type { ScriptedOutcome, ScriptedWrite } from '@partita/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FailurePolicyName } from '../src/index.ts'
import { bench, brokerError, type Outcome, Watcher } from './harness.ts'

type Step =
  | { readonly do: 'send'; readonly key: string | null; readonly partition: number | undefined; readonly bytes: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'resume' }
  | { readonly do: 'flush' }

type Fate = 'stored' | 'retriable' | 'fatal' | 'too-large' | 'lost' | 'lost-before' | 'unanswered'

interface Sent extends Outcome {
  readonly key: string | null
  readonly resumesBefore: number
  resumesAtEnd: number
}

const keys = ['0a', '0b', '1a', '1b', '1c', '2a'] as const
const sending = fc.record({
  do: fc.constant('send' as const),
  key: fc.constantFrom(...keys),
  partition: fc.constant(undefined),
  bytes: fc.integer({ min: 4, max: 60 }),
})
const keyless = fc.record({
  do: fc.constant('send' as const),
  key: fc.constant(null),
  partition: fc.constantFrom(undefined, 0, 1, 2, 9),
  bytes: fc.integer({ min: 4, max: 60 }),
})
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: sending },
    { weight: 3, arbitrary: keyless },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 400 }) }) },
    { weight: 1, arbitrary: fc.constantFrom({ do: 'resume' as const }, { do: 'flush' as const }) },
  ),
  { minLength: 5, maxLength: 60 },
)
const fates = fc.array(
  fc.record({
    fate: fc.constantFrom<Fate>(
      'stored',
      'stored',
      'stored',
      'retriable',
      'fatal',
      'too-large',
      'lost',
      'lost-before',
      'unanswered',
    ),
    delayMs: fc.integer({ min: 0, max: 200 }),
  }),
  { maxLength: 40 },
)
const options = fc.record({
  onFailure: fc.constantFrom<FailurePolicyName>('halt-key', 'halt-partition', 'continue'),
  maxBatchRecords: fc.integer({ min: 1, max: 6 }),
  lingerMs: fc.constantFrom(0, 0, 15),
  bufferMemory: fc.constantFrom(600, 1_500, 1_000_000),
  retries: fc.constantFrom(0, 2, 1_000),
  enableIdempotence: fc.boolean(),
})

function outcomeOf(fate: Fate, delayMs: number, { records }: ScriptedWrite): ScriptedOutcome {
  const refused = (code: 'NOT_ENOUGH_REPLICAS' | 'INVALID_RECORD' | 'MESSAGE_TOO_LARGE', retriable: boolean) =>
    ({ outcome: 'refused', error: brokerError(code, retriable), delayMs }) as const
  if (fate === 'retriable') return refused('NOT_ENOUGH_REPLICAS', true)
  if (fate === 'fatal') return refused('INVALID_RECORD', false)
  if (fate === 'too-large')
    return records.length > 1 ? refused('MESSAGE_TOO_LARGE', false) : { outcome: 'stored', delayMs }
  if (fate === 'lost') return { outcome: 'answer-lost', delayMs }
  if (fate === 'lost-before') return { outcome: 'answer-lost', stored: false, delayMs }
  if (fate === 'unanswered') return { outcome: 'unanswered' }
  return { outcome: 'stored', delayMs }
}

/** Failures of records that were never in a batch: they halt nothing. */
const beforeBatch = new Set(['BUFFER_EXHAUSTED', 'PARTITION_NOT_FOUND'])

describe('whatever is sent and whatever becomes of the writes', () => {
  it('every record has one result, in order, and the log agrees with it', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fates, options, async (todo, script, chosen) => {
        let write = 0
        const { clock, transport, producer } = bench({
          ...chosen,
          deliveryTimeoutMs: 5_000,
          requestTimeoutMs: 2_000,
          maxBlockMs: 3_000,
          metadata: (_topic, ask) => ({ delayMs: ask === 1 ? 30 : 5 }),
          script(call) {
            const { fate, delayMs } = script[write++] ?? { fate: 'stored', delayMs: 1 }
            return outcomeOf(fate, delayMs, call)
          },
        })
        const watcher = new Watcher()
        const sent: Sent[] = []
        let resumes = 0
        for (const step of todo) {
          if (step.do === 'send') {
            const name = `${sent.length}`
            const { key, partition } = step
            const promise = producer.send({ topic: 'orders', key, partition, value: name.padEnd(step.bytes) })
            const record = Object.assign(watcher.watch(name, promise), {
              key,
              resumesBefore: resumes,
              resumesAtEnd: -1,
            })
            const note = (): void => void (record.resumesAtEnd = resumes)
            promise.then(note, note)
            sent.push(record)
          } else if (step.do === 'advance') await clock.advance(step.ms)
          else if (step.do === 'flush') void producer.flush()
          else {
            await clock.settle()
            if (producer.resume({ topic: 'orders' })) resumes++
          }
          expect(producer.metrics().bufferedBytes).toBeLessThanOrEqual(chosen.bufferMemory + 200)
        }
        const flushed = producer.flush()
        await clock.advance(20_000)
        await flushed

        expect(watcher.unsettled).toEqual([])
        expect(transport.violations).toEqual([])
        expect(producer.metrics()).toMatchObject({
          bufferedBytes: 0,
          recordsPending: 0,
          recordsWaiting: 0,
          recordsSent: sent.length,
        })
        expect(clock.pendingTimers).toBe(0)
        for (const partition of [0, 1, 2, 3]) {
          const stored = transport.log('orders', partition).map(({ value }) => Number(new TextDecoder().decode(value!)))
          expectLogAgrees(sent, partition, stored, chosen.enableIdempotence)
        }
        for (const key of keys)
          expectKeyInOrder(
            sent.filter((record) => record.key === key),
            chosen.onFailure,
          )
      }),
      { numRuns: 250, seed: 20_261_122 },
    )
  })
})

function expectLogAgrees(sent: Sent[], partition: number, stored: number[], once: boolean): void {
  const acknowledged = sent.filter(({ metadata }) => metadata?.partition === partition)
  for (const { name, metadata } of acknowledged) expect(stored[metadata!.offset]).toBe(Number(name))
  const offsets = acknowledged.map(({ metadata }) => metadata!.offset)
  expect(offsets).toEqual(offsets.toSorted((a, b) => a - b))
  const inOrder = [...new Set(stored)]
  expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b))
  if (once) expect(stored).toEqual(inOrder)
}

function expectKeyInOrder(records: Sent[], policy: FailurePolicyName): void {
  const delivered = records.filter(({ error }) => !beforeBatch.has(error?.code ?? ''))
  const order = delivered.map((record) => record.order)
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  if (policy === 'continue') return
  delivered.forEach((failed, i) => {
    if (failed.error === undefined) return
    for (const later of delivered.slice(i + 1)) {
      if (later.metadata !== undefined) expect(later.resumesBefore).toBeGreaterThan(failed.resumesAtEnd)
    }
  })
}
