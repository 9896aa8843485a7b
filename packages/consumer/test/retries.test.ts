import { describe, expect, it } from 'vitest'
import { isPartitaError, jsonSerde, stringSerde, type ConsumerRecord, type PartitaError } from '@partita/protocol'
import { keyed, orders0, start } from './harness.ts'

describe('a failed attempt', () => {
  const ways: [string, () => unknown][] = [
    ['throws', () => throwIt(new Error('no'))],
    ['throws a TypeError of its own', () => (undefined as unknown as { x: number }).x],
    ['throws undefined', () => throwIt(undefined)],
    ['rejects', () => Promise.reject(new Error('no'))],
    // eslint-disable-next-line prefer-promise-reject-errors -- handlers do
    ['rejects with undefined', () => Promise.reject()],
    ['gives a thenable that throws', () => ({ then: () => throwIt(new Error('no')) })], // eslint-disable-line unicorn/no-thenable
    ['gives something that cannot be looked at', () => new Proxy({}, { get: () => throwIt(new Error('no')) })],
  ]

  it.each(ways)('is one where the handler %s', async (_, fail) => {
    let calls = 0
    const t = await start({ handler: () => (++calls === 1 ? fail() : undefined) })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.settle()
    expect(calls).toBe(1)
    expect(t.consumer.metrics()).toMatchObject({ failedAttempts: 1, recordsHandled: 0, runningHandlers: 0 })
    await t.clock.advance(120)
    expect(calls).toBe(2)
    expect(t.consumer.metrics()).toMatchObject({ failedAttempts: 1, retries: 1, recordsHandled: 1 })
  })

  it('is followed by another one after a pause that doubles, with the attempt counted', async () => {
    const t = await start({ onCall: (call) => call.fail(), retry: { backoffMs: 100, backoffMaxMs: 1000 } })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.advance(5000)
    expect(t.calls.slice(0, 6).map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6])
    const pauses = t.calls.slice(1).map(({ at }, i) => at - t.calls[i]!.at)
    for (const [i, expected] of [100, 200, 400, 800, 1000, 1000].entries()) {
      expect(pauses[i]).toBeGreaterThanOrEqual(expected * 0.8)
      expect(pauses[i]).toBeLessThanOrEqual(Math.min(expected * 1.2, 1000))
    }
    expect(new Set(pauses.slice(0, 4).map((pause, i) => pause / 2 ** i)).size).toBe(4)
  })

  it('keeps its key waiting, not the other keys, and holds no handler slot meanwhile', async () => {
    const t = await start({ maxConcurrency: 1 })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'a', 'b', 'b'))
    await t.clock.settle()
    t.call(0).fail()
    await t.clock.settle()
    expect(t.running()).toEqual([2])
    t.call(2).done()
    await t.clock.settle()
    t.call(3).done()
    await t.clock.settle()
    expect(t.running()).toEqual([])
    await t.clock.advance(120)
    expect(t.call(0)).toMatchObject({ attempt: 2, state: 'running' })
    t.call(0).done()
    await t.clock.settle()
    expect(t.started()).toEqual([0, 2, 3, 0, 1])
  })

  it("keeps its partition waiting with ordering: 'partition'", async () => {
    const t = await start({ ordering: 'partition' })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'b'))
    await t.clock.settle()
    t.call(0).fail()
    await t.clock.advance(120)
    expect(t.started()).toEqual([0, 0])
  })
})

describe('a record that failed for good', () => {
  it("stops the consumer by default: run() tells which record, how often and why, and the others' work is committed", async () => {
    const t = await start({ retry: { maxAttempts: 2, backoffMs: 10 } })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('ok', 'o-17', 'slow', 'o-17'))
    await t.clock.settle()
    t.call(0).done()
    t.call(1).fail()
    await t.clock.advance(12)
    t.call(1).fail(new Error('the ledger is closed'))
    await t.clock.settle()
    expect(t.consumer.metrics().state).toBe('closing')
    t.call(2).done()
    await t.clock.settle()
    const error = (await t.ended) as PartitaError
    expect(isPartitaError(error)).toBe(true)
    expect(error).toMatchObject({
      code: 'HANDLER_FAILED',
      place: { topic: 'orders', partition: 0, offset: 1 },
      cause: new Error('the ledger is closed'),
    })
    expect(error.message).toContain('failed 2 times on the record with key "o-17": the ledger is closed.')
    expect(t.transport.left).toBe(true)
    expect(t.transport.committed('orders', 0)!.offset).toBe(1)
    expect(t.started()).toEqual([0, 1, 2, 1])
  })

  it("counts as finished with onExhausted: 'skip'", async () => {
    const t = await start({ retry: { maxAttempts: 1 }, onExhausted: 'skip' })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'a'))
    await t.clock.settle()
    t.call(0).fail()
    await t.clock.settle()
    expect(t.running()).toEqual([1])
    t.call(1).done()
    await t.clock.advance(5000)
    expect(t.transport.committed('orders', 0)!.offset).toBe(2)
    expect(t.consumer.metrics()).toMatchObject({ recordsHandled: 1, recordsSkipped: 1, failedAttempts: 1 })
  })

  it('is handed over as the bytes it came in, its key waiting meanwhile; a failure there is one more failed attempt', async () => {
    const taken: [ConsumerRecord, PartitaError][] = []
    const ends: ((error?: Error) => void)[] = []
    const t = await start({
      retry: { maxAttempts: 1, backoffMs: 100 },
      onExhausted: (record, error) =>
        new Promise<void>((resolve, reject) => {
          taken.push([record, error])
          ends.push((failure) => (failure === undefined ? resolve() : reject(failure)))
        }),
    })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'a'))
    await t.clock.settle()
    t.call(0).fail(new Error('no luck'))
    await t.clock.settle()
    expect(taken[0]![0]).toMatchObject({ offset: 0, key: new Uint8Array([97]), value: new Uint8Array([97, 48]) })
    expect(taken[0]![1]).toMatchObject({ code: 'HANDLER_FAILED' })
    expect(t.running()).toEqual([])
    ends[0]!(new Error('the parking lot is full'))
    await t.clock.advance(5000)
    expect(t.call(0)).toMatchObject({ attempt: 2, state: 'running' })
    expect(t.transport.committed('orders', 0)?.offset).not.toBe(1)
    t.call(0).fail()
    await t.clock.settle()
    ends[1]!()
    await t.clock.advance(5000)
    expect(t.running()).toEqual([1])
    expect(t.transport.committed('orders', 0)!.offset).toBe(1)
    expect(t.consumer.metrics()).toMatchObject({ recordsSkipped: 1, failedAttempts: 3 })
  })
})

describe('a hand-over that fails', () => {
  it.each(['revoke', 'lose'] as const)('after a %s leaves the record to whoever gets the partition', async (how) => {
    let fail = (): void => {}
    const t = await start({
      retry: { maxAttempts: 1 },
      onExhausted: () => new Promise<void>((_, reject) => (fail = () => reject(new Error('the parking lot is full')))),
      onCall: (call) => call.fail(),
    })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.settle()
    void t.transport[how]()
    fail()
    await t.clock.advance(60_000)
    expect(t.calls).toHaveLength(1)
    expect(t.transport.committed('orders', 0)?.offset ?? 0).toBe(0)
    expect(t.consumer.metrics().runningHandlers).toBe(0)
  })
})

describe('a record that cannot be deserialized', () => {
  it('goes to onExhausted at once: no attempt would change its bytes', async () => {
    const seen: unknown[] = []
    const errors: PartitaError[] = []
    const t = await start({
      keyDeserializer: stringSerde as never,
      valueDeserializer: jsonSerde() as never,
      handler: (record) => void seen.push(record.value),
      onExhausted: (_, error) => void errors.push(error),
    })
    t.transport.assign([orders0])
    const values = ['{"n":1}', '{', null, '{"n":2}']
    t.transport.deliver(
      'orders',
      0,
      values.map((value) => ({ key: 'k', value })),
    )
    await t.clock.settle()
    expect(seen).toEqual([{ n: 1 }, null, { n: 2 }])
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({ code: 'HANDLER_FAILED', cause: { code: 'DESERIALIZATION_FAILED' } })
    expect(errors[0]!.place).toMatchObject({ topic: 'orders', partition: 0, offset: 1 })
  })

  it('is told from a handler whose own work fails with the same error, which is retried', async () => {
    let calls = 0
    const t = await start({
      handler: () => {
        calls += 1
        stringSerde.deserialize(new Uint8Array([0xff]), { topic: 'orders', target: 'value', headers: [] })
      },
    })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.advance(1000)
    expect(calls).toBeGreaterThan(2)
  })
})

function throwIt(error: unknown): never {
  throw error
}
