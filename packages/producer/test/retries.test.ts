import { PartitaError } from '@partita/protocol'
import type { ScriptedOutcome, ScriptedWrite } from '@partita/testing'
import { describe, expect, it } from 'vitest'
import { bench, brokerError, values, Watcher } from './harness.ts'

const notLeader: ScriptedOutcome = { outcome: 'refused', error: brokerError('NOT_LEADER_OR_FOLLOWER', true) }

describe('a write that fails for the moment', () => {
  it('is repeated with the same batch; what is sent meanwhile waits behind it', async () => {
    const { clock, transport, producer } = bench({ script: ({ attempt }) => (attempt <= 3 ? notLeader : undefined) })
    const watcher = new Watcher()
    for (const value of ['a', 'b']) watcher.watch(value, producer.send({ topic: 'orders', key: '1', value }))
    await clock.settle()
    watcher.watch('c', producer.send({ topic: 'orders', key: '1', value: 'c' }))
    await clock.advance(900)
    const sent = transport.writes.map(
      ({ records, attempt }) => `${records.map(({ value }) => value).join('')}${attempt}`,
    )
    expect(sent.slice(0, 4)).toEqual(['ab1', 'ab2', 'ab3', 'ab4'])
    await clock.advance(10_000)
    expect(watcher.story).toEqual(['a 0', 'b 1', 'c 2'])
    expect(transport.violations).toEqual([])
    expect(producer.metrics()).toMatchObject({ batchesWritten: 2, retries: 6 })
  })

  it('is repeated after 100 ms, doubled each time up to 1 s, 20 % more or less by chance', async () => {
    const times: number[] = []
    const { clock, producer } = bench({
      script() {
        times.push(clock.monotonic())
        return times.length < 9 ? notLeader : undefined
      },
    })
    void producer.send({ topic: 'orders', key: '1', value: 'a' })
    await clock.advance(10_000)
    const pauses = times.slice(1).map((at, i) => at - times[i]!)
    const bases = [100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000]
    expect(pauses.length).toBe(bases.length)
    pauses.forEach((pause, i) => {
      expect(pause).toBeGreaterThanOrEqual(bases[i]! * 0.8)
      expect(pause).toBeLessThanOrEqual(Math.min(1_000, bases[i]! * 1.2 + 1))
    })
    expect(new Set(pauses.map((pause, i) => pause / bases[i]!)).size).toBeGreaterThan(4)
  })

  it('is repeated without a pause where the transport knows the new leader already', async () => {
    const error = new PartitaError('NOT_LEADER_OR_FOLLOWER', 'moved', { retriable: true, retryAtOnce: true })
    const { clock, transport, producer } = bench({
      script: ({ attempt }) => (attempt <= 2 ? { outcome: 'refused', error } : undefined),
    })
    const watcher = new Watcher()
    for (const value of ['a', 'b']) watcher.watch(value, producer.send({ topic: 'orders', key: '1', value }))
    await clock.settle()
    expect(watcher.story).toEqual(['a 0', 'b 1'])
    expect(transport.writes).toHaveLength(3)
  })

  it.each(['answer-lost', 'unanswered'] as const)('is stored once with idempotence (%s)', async (outcome) => {
    const script = ({ attempt }: ScriptedWrite) => (attempt === 1 ? { outcome } : undefined)
    const { clock, transport, producer } = bench({ script })
    const watcher = new Watcher()
    watcher.watch('a', producer.send({ topic: 'orders', key: '1', value: 'a' }))
    await clock.settle()
    watcher.watch('b', producer.send({ topic: 'orders', key: '1', value: 'b' }))
    await clock.advance(90_000)
    expect(values(transport, 1)).toEqual(['a', 'b'])
    expect(watcher.story).toEqual(['a 0', 'b 1'])
    expect(transport.abandoned).toBe(0)
  })

  it('may be stored twice without idempotence, still in order', async () => {
    const script = ({ attempt }: ScriptedWrite) => (attempt === 1 ? ({ outcome: 'answer-lost' } as const) : undefined)
    const { clock, transport, producer } = bench({ script, enableIdempotence: false })
    void producer.send({ topic: 'orders', key: '1', value: 'a' })
    await clock.settle()
    void producer.send({ topic: 'orders', key: '1', value: 'b' })
    await clock.advance(10_000)
    expect(values(transport, 1)).toEqual(['a', 'a', 'b', 'b'])
  })

  it('is given up after `retries` attempts more, with the last failure and how often it was tried', async () => {
    const { clock, transport, producer } = bench({ script: () => notLeader, retries: 2 })
    const watcher = new Watcher()
    const a = watcher.watch('a', producer.send({ topic: 'orders', key: '1', value: 'a' }))
    await clock.advance(10_000)
    expect(transport.writes.length).toBe(3)
    expect(transport.abandoned).toBe(1)
    expect(a.error).toMatchObject({ code: 'NOT_LEADER_OR_FOLLOWER', ambiguous: false })
    expect(a.error?.message).toBe(
      'Given up after 3 attempts: scripted NOT_LEADER_OR_FOLLOWER. (api Produce, topic orders, partition 1)',
    )
    expect(clock.pendingTimers).toBe(0)
  })

  it('makes the producer read again what the transport knows of the topic', async () => {
    let asks = 0
    const { clock, producer } = bench({
      script: ({ attempt }) => (attempt === 1 ? notLeader : undefined),
      metadata() {
        asks++
        return undefined
      },
    })
    void producer.send({ topic: 'orders', key: '1', value: 'a' })
    await clock.advance(1_000)
    expect(asks).toBe(2)
  })
})

describe('a write that fails for good', () => {
  it('rejects its records with what the broker said', async () => {
    const error = brokerError('TOPIC_AUTHORIZATION_FAILED')
    const { clock, transport, producer } = bench({ script: () => ({ outcome: 'refused', error }) })
    const watcher = new Watcher()
    const a = watcher.watch('a', producer.send({ topic: 'orders', value: 'a' }))
    await clock.settle()
    expect(a.error).toBe(error)
    expect([transport.writes.length, transport.abandoned]).toEqual([1, 1])
  })

  it('is no other when the transport throws instead of rejecting', async () => {
    const { clock, producer } = bench({
      script() {
        throw new Error('a defect')
      },
    })
    const watcher = new Watcher()
    const a = watcher.watch('a', producer.send({ topic: 'orders', value: 'a' }))
    await clock.settle()
    expect(a.error).toMatchObject({ code: 'UNEXPECTED' })
    expect(a.error?.message).toContain('a defect')
  })
})

describe('deliveryTimeoutMs', () => {
  const patience = { deliveryTimeoutMs: 10_000, requestTimeoutMs: 4_000 }

  it('ends the retries, counted from the first record of the batch', async () => {
    const { clock, transport, producer } = bench({ ...patience, script: () => notLeader })
    const watcher = new Watcher()
    const a = watcher.watch('a', producer.send({ topic: 'orders', value: 'a' }))
    await clock.advance(9_999)
    expect(watcher.unsettled).toEqual(['a'])
    await clock.advance(1)
    expect(a.error).toMatchObject({
      code: 'DELIVERY_TIMEOUT',
      ambiguous: false,
      cause: { code: 'NOT_LEADER_OR_FOLLOWER' },
    })
    expect(a.error?.message).toMatch(
      /^Not acknowledged within deliveryTimeoutMs \(10000 ms\): \d+ attempts, the last one: scripted NOT_LEADER_OR_FOLLOWER\. See [^(]*\(api Produce, topic orders, partition \d\)$/,
    )
    expect([transport.abandoned, clock.pendingTimers]).toEqual([1, 0])
  })

  it('says that the record may have been stored when an attempt left that open', async () => {
    const script = ({ attempt }: ScriptedWrite) => (attempt === 1 ? ({ outcome: 'answer-lost' } as const) : notLeader)
    const { clock, producer } = bench({ ...patience, script })
    const watcher = new Watcher()
    const a = watcher.watch('a', producer.send({ topic: 'orders', value: 'a' }))
    await clock.advance(10_000)
    expect(a.error).toMatchObject({ code: 'DELIVERY_TIMEOUT', ambiguous: true })
  })

  it('lets a write under way come to its end: success still counts', async () => {
    const script = ({ attempt }: ScriptedWrite) =>
      attempt === 1
        ? ({ outcome: 'unanswered', stored: false } as const)
        : ({ outcome: 'stored', delayMs: 9_000 } as const)
    const { clock, producer } = bench({ ...patience, script })
    const watcher = new Watcher()
    watcher.watch('a', producer.send({ topic: 'orders', value: 'a' }))
    await clock.advance(12_000)
    expect(watcher.unsettled).toEqual(['a'])
    await clock.advance(2_000)
    expect(watcher.story).toEqual(['a 0'])
  })

  it('fails what waited behind, in order, and never lets it overtake an undecided write', async () => {
    const { clock, transport, producer } = bench({
      ...patience,
      onFailure: 'continue',
      script: () => ({ outcome: 'unanswered' }),
    })
    const watcher = new Watcher()
    watcher.watch('a', producer.send({ topic: 'orders', value: 'a' }))
    await clock.advance(1)
    const b = watcher.watch('b', producer.send({ topic: 'orders', value: 'b' }))
    await clock.advance(11_000)
    // Past its own time; but the write of "a" that is under way is not decided before twelve seconds have passed.
    expect(watcher.story).toEqual([])
    await clock.advance(2_000)
    expect(watcher.story).toEqual(['a DELIVERY_TIMEOUT', 'b DELIVERY_TIMEOUT'])
    expect(b.error?.message).toContain('it was not written once, because batches before it were not done')
    expect(b.error?.ambiguous).toBe(false)
    expect(transport.writes.every(({ records }) => records.length === 1 && records[0]?.value === 'a')).toBe(true)
    expect([transport.violations, transport.abandoned]).toEqual([[], 1])
  })
})

describe('a batch that the broker calls too large', () => {
  const upTo =
    (count: number) =>
    (write: ScriptedWrite): ScriptedOutcome | undefined =>
      write.records.length > count ? { outcome: 'refused', error: brokerError('MESSAGE_TOO_LARGE') } : undefined

  it('goes on in halves until they fit, in order, each promise kept', async () => {
    const { clock, transport, producer } = bench({ script: upTo(3) })
    const watcher = new Watcher()
    for (let i = 0; i < 11; i++) watcher.watch(`${i}`, producer.send({ topic: 'orders', key: '1', value: `${i}` }))
    await clock.settle()
    expect(watcher.story).toEqual(Array.from({ length: 11 }, (_, i) => `${i} ${i}`))
    expect(values(transport, 1)).toEqual(Array.from({ length: 11 }, (_, i) => `${i}`))
    expect(transport.violations).toEqual([])
    expect(producer.metrics()).toMatchObject({ bufferedBytes: 0, splits: 3, retries: 0 })
  })

  it('is not split when an earlier attempt may have stored it: its records would be stored twice', async () => {
    const { clock, transport, producer } = bench({
      script: ({ attempt }) =>
        attempt === 1 ? { outcome: 'answer-lost' } : { outcome: 'refused', error: brokerError('MESSAGE_TOO_LARGE') },
    })
    const watcher = new Watcher()
    const a = watcher.watch('a', producer.send({ topic: 'orders', key: '1', value: 'a' }))
    watcher.watch('b', producer.send({ topic: 'orders', key: '1', value: 'b' }))
    await clock.advance(1_000)
    expect(watcher.story).toEqual(['a MESSAGE_TOO_LARGE', 'b MESSAGE_TOO_LARGE'])
    expect(a.error?.ambiguous).toBe(true)
    expect(values(transport, 1)).toEqual(['a', 'b'])
  })

  it('teaches the partition to make smaller batches from then on', async () => {
    const { clock, transport, producer } = bench({ script: upTo(3) })
    const send = () => {
      for (let i = 0; i < 12; i++) void producer.send({ topic: 'orders', key: '1', value: 'v'.repeat(100) })
      return clock.settle()
    }
    await send()
    const { splits } = producer.metrics()
    const before = transport.writes.length
    await send()
    expect(splits).toBe(3)
    expect(producer.metrics().splits).toBe(splits)
    expect(transport.writes.slice(before).map(({ records }) => records.length)).toEqual([2, 2, 2, 2, 2, 2])
  })

  it('fails with RECORD_TOO_LARGE when it is one record, which halts its key as any failure does', async () => {
    const script = ({ records }: ScriptedWrite): ScriptedOutcome | undefined =>
      records.some(({ value }) => value === 'big')
        ? { outcome: 'refused', error: brokerError('MESSAGE_TOO_LARGE') }
        : undefined
    const { clock, transport, producer } = bench({ script })
    const watcher = new Watcher()
    for (const [key, value] of [
      ['1a', 'x'],
      ['1b', 'big'],
      ['1a', 'y'],
      ['1b', 'z'],
    ] as const) {
      watcher.watch(`${key}-${value}`, producer.send({ topic: 'orders', key, value }))
    }
    await clock.settle()
    expect(watcher.story).toEqual(['1a-x 0', '1b-big RECORD_TOO_LARGE', '1b-z HALTED', '1a-y 1'])
    expect(values(transport, 1)).toEqual(['x', 'y'])
  })
})
