import { type ConsumedOffsets, PartitaError, type TransactionOutcome } from '@partita/protocol'
import { describe, expect, it } from 'vitest'
import type { ProducerHooks, Transaction, TransactionEvent } from '../src/index.ts'
import { bench as plainBench, type Bench, brokerError, values, Watcher } from './harness.ts'

const bench = (options: Parameters<typeof plainBench>[0] = {}): Bench =>
  plainBench({ transactionalId: 'invoices', ...options })

const decoder = new TextDecoder()

function committed({ transport }: Bench, partition: number): string[] {
  return transport.committedLog('orders', partition).map(({ value }) => decoder.decode(value!))
}

/** Lets time pass until the promise is settled. */
async function ended<T>({ clock }: Bench, promise: Promise<T>): Promise<T> {
  let isOver = false
  const over = (): void => void (isOver = true)
  promise.then(over, over)
  while (!isOver) await clock.advance(1)
  return promise
}

function transaction<T>(made: Bench, work: (tx: Transaction) => Promise<T> | T): Promise<T> {
  return ended(made, made.producer.transaction(work))
}

const record = (key: string, value: string) => ({ topic: 'orders', key, value })

/** Consumed work that tells what became of it. */
function consumedWork(offset: number, generationId = 1): ConsumedOffsets & { readonly outcomes: TransactionOutcome[] } {
  const outcomes: TransactionOutcome[] = []
  return {
    outcomes,
    offsets: () =>
      Promise.resolve({
        group: { groupId: 'billing', generationId, memberId: 'm' },
        offsets: [{ topic: 'in', partition: 0, offset, metadata: '' }],
      }),
    settled: (outcome) => void outcomes.push(outcome),
  }
}

describe('a transaction', () => {
  it('commits what its work sent, awaited or not, and gives what the work returned', async () => {
    const made = bench({ lingerMs: 1_000 })
    const done = transaction(made, async (tx) => {
      void tx.send(record('1a', 'x'))
      void tx.send(record('2a', 'y'))
      return 'done'
    })
    await made.clock.settle()
    expect(await done).toBe('done')
    expect([committed(made, 1), committed(made, 2)]).toEqual([['x'], ['y']])
    expect(made.transport.transactionSteps).toEqual(['begin', 'commit'])
    expect(made.producer.metrics()).toMatchObject({ transactionsCommitted: 1, transactionsAborted: 0 })
  })

  it('tells a record its offset before it is committed', async () => {
    const made = bench()
    await transaction(made, async (tx) => {
      expect(await tx.send(record('1a', 'x'))).toMatchObject({ partition: 1, offset: 0 })
      expect(committed(made, 1)).toEqual([])
    })
    expect(committed(made, 1)).toEqual(['x'])
  })

  it('takes consumed offsets along, asked for when everything is stored, and says how it ended', async () => {
    const made = bench()
    const [first, second] = [consumedWork(5), consumedWork(6)]
    await transaction(made, async (tx) => {
      tx.sendOffsets(first)
      tx.sendOffsets(second)
      await tx.send(record('1a', 'x'))
    })
    // One partition of one member: the last word speaks for both.
    expect(made.transport.transactionSteps).toEqual(['begin', 'sendOffsets in-0@6', 'commit'])
    expect([first.outcomes, second.outcomes]).toEqual([['committed'], ['committed']])
  })

  it('commits in the name of each generation that its offsets were told in', async () => {
    const made = bench()
    await transaction(made, (tx) => {
      tx.sendOffsets(consumedWork(5, 1))
      tx.sendOffsets(consumedWork(6, 2))
    })
    expect(made.transport.transactionSteps).toEqual(['begin', 'sendOffsets in-0@5', 'sendOffsets in-0@6', 'commit'])
  })

  it('runs one after another, in the order of the calls, however they end', async () => {
    const made = bench({ script: () => ({ outcome: 'stored', delayMs: 10 }) })
    const story: string[] = []
    const run = (name: string, fail = false): Promise<unknown> =>
      made.producer
        .transaction(async (tx) => {
          story.push(`${name} begins`)
          await tx.send(record('1a', name))
          if (fail) throw new Error('no')
        })
        .then(
          () => story.push(`${name} committed`),
          () => story.push(`${name} aborted`),
        )
    const all = [run('a'), run('b', true), run('c')]
    await made.clock.advance(100)
    await Promise.all(all)
    expect(story).toEqual(['a begins', 'a committed', 'b begins', 'b aborted', 'c begins', 'c committed'])
    expect(committed(made, 1)).toEqual(['a', 'c'])
    expect(made.transport.violations).toEqual([])
  })
})

describe('a transaction that fails', () => {
  it('is aborted with what its work threw, and tells those whose work it took along', async () => {
    const made = bench()
    const consumed = consumedWork(5)
    const wrong = new Error('the price is missing')
    const done = transaction(made, async (tx) => {
      await tx.send(record('1a', 'x'))
      tx.sendOffsets(consumed)
      throw wrong
    })
    await expect(done).rejects.toBe(wrong)
    expect(values(made.transport, 1)).toEqual(['x'])
    expect(committed(made, 1)).toEqual([])
    expect(consumed.outcomes).toEqual(['aborted'])
    expect(made.transport.transactionSteps).toEqual(['begin', 'abort'])
  })

  it('is aborted with the first send that failed, also where nobody awaited it; the next one starts clean', async () => {
    let isBroken = true
    const made = bench({
      script: () => (isBroken ? { outcome: 'refused', error: brokerError('INVALID_RECORD') } : { outcome: 'stored' }),
    })
    const done = transaction(made, (tx) => {
      void tx.send(record('1a', 'x'))
      void tx.send(record('1a', 'y'))
    })
    await expect(done).rejects.toMatchObject({ code: 'INVALID_RECORD' })
    expect(made.producer.halted()).toEqual([])
    isBroken = false
    await transaction(made, (tx) => tx.send(record('1a', 'z')))
    expect(committed(made, 1)).toEqual(['z'])
    expect(made.transport.violations).toEqual([])
    expect(made.producer.metrics()).toMatchObject({ bufferedBytes: 0, recordsPending: 0, halted: 0 })
  })

  it('sends nothing of it any more, waits for what is under way, and gives that no second attempt', async () => {
    const made = bench({
      maxBatchRecords: 1,
      script: ({ attempt }) =>
        attempt === 1
          ? { outcome: 'refused', error: brokerError('NOT_ENOUGH_REPLICAS', true), delayMs: 50 }
          : { outcome: 'stored' },
    })
    const watcher = new Watcher()
    const done = made.producer.transaction(async (tx) => {
      watcher.watch('under way', tx.send(record('1a', 'x')))
      watcher.watch('waiting', tx.send(record('1a', 'y')))
      await new Promise<void>((resolve) => void made.clock.setTimer(10, resolve))
      throw new Error('never mind')
    })
    const failed = expect(done).rejects.toThrow('never mind')
    await made.clock.advance(40)
    expect([watcher.story, made.transport.transactionSteps]).toEqual([['waiting ABORTED'], ['begin']])
    await made.clock.advance(20)
    await failed
    expect(watcher.story).toEqual(['waiting ABORTED', 'under way NOT_ENOUGH_REPLICAS'])
    expect(made.transport.writes.length).toBe(1)
    expect(made.transport.transactionSteps).toEqual(['begin', 'abort'])
    expect([made.transport.abandoned, made.transport.violations]).toEqual([1, []])
  })

  it('is aborted where the group has gone on without the member whose work it takes along', async () => {
    const fenced = new PartitaError('ILLEGAL_GENERATION', 'scripted.')
    const made = bench({ transactionStep: (step) => (step === 'sendOffsets' ? { error: fenced } : undefined) })
    const consumed = consumedWork(5)
    const done = transaction(made, (tx) => {
      tx.sendOffsets(consumed)
      return tx.send(record('1a', 'x'))
    })
    await expect(done).rejects.toBe(fenced)
    expect([committed(made, 1), consumed.outcomes]).toEqual([[], ['aborted']])
  })

  it('takes nothing that comes after its work has settled', async () => {
    const made = bench()
    let late: (() => Promise<unknown>) | undefined
    await transaction(made, (tx) => {
      late = () => tx.send(record('1a', 'late'))
    })
    await expect(late!()).rejects.toMatchObject({ code: 'INVALID_TXN_STATE' })
    expect(values(made.transport, 1)).toEqual([])
  })

  it('says so where its commit has no answer, and does not abort what may be committed', async () => {
    const lost = new PartitaError('REQUEST_TIMEOUT', 'scripted.', { ambiguous: true })
    const events: TransactionEvent[] = []
    const hooks: ProducerHooks = { transactionEnded: (event) => void events.push(event) }
    const made = bench({
      hooks,
      transactionStep: (step) => (step === 'commit' ? { error: lost, performed: true } : {}),
    })
    const consumed = consumedWork(5)
    const done = transaction(made, (tx) => tx.sendOffsets(consumed))
    await expect(done).rejects.toBe(lost)
    expect(consumed.outcomes).toEqual(['unknown'])
    expect(made.transport.transactionSteps).toEqual(['begin', 'sendOffsets in-0@5', 'commit'])
    await made.clock.settle()
    expect(events).toMatchObject([{ outcome: 'unknown', error: lost }])
    expect(made.producer.metrics()).toMatchObject({ transactionsInDoubt: 1, transactionsAborted: 0 })
  })

  it('that cannot begin rejects with why, without its work being called', async () => {
    const fenced = new PartitaError('PRODUCER_FENCED', 'scripted.')
    const made = bench({ transactionStep: () => ({ error: fenced }) })
    let calls = 0
    await expect(transaction(made, () => void calls++)).rejects.toBe(fenced)
    expect([calls, made.producer.metrics().transactionsAborted]).toEqual([0, 0])
  })
})

describe('ending a transaction from outside', () => {
  it('sends away what waits for metadata when it is aborted, but nobody who only asks for partitions', async () => {
    const made = bench({ metadata: () => ({ delayMs: 50 }) })
    const sends: string[] = []
    const done = transaction(made, (tx) => {
      tx.send(record('1a', 'x')).catch((error: PartitaError) => sends.push(error.code))
      throw new Error('no')
    })
    const partitions = made.producer.partitionsFor('orders')
    await expect(done).rejects.toThrow('no')
    expect([sends, made.clock.monotonic() < 50]).toEqual([['ABORTED'], true])
    expect(await ended(made, partitions)).toHaveLength(4)
  })

  it('a signal aborts it, whatever its work is doing, and one that waits does not begin', async () => {
    const made = bench()
    const abort = new AbortController()
    const { signal } = abort
    const first = made.producer.transaction(() => new Promise(() => {}), { signal })
    let calls = 0
    const second = made.producer.transaction(() => void calls++, { signal })
    const outcomes = Promise.allSettled([first, second])
    await made.clock.settle()
    abort.abort(new Error('enough'))
    expect((await outcomes).map((each) => each.status === 'rejected' && each.reason.code)).toEqual([
      'ABORTED',
      'ABORTED',
    ])
    expect(calls).toBe(0)
    await transaction(made, (tx) => tx.send(record('1a', 'next')))
    expect(made.transport.transactionSteps).toEqual(['begin', 'abort', 'begin', 'commit'])
  })

  it('closing aborts it, and waits for one that is being committed', async () => {
    const open = bench()
    const cut = open.producer.transaction(() => new Promise(() => {}))
    const isCut = expect(cut).rejects.toMatchObject({ code: 'CLOSED' })
    await open.clock.settle()
    await open.producer.close()
    await isCut
    expect(open.transport.transactionSteps).toEqual(['begin', 'abort'])
    await expect(open.producer.transaction(() => {})).rejects.toMatchObject({ code: 'CLOSED' })

    const committing = bench({ transactionStep: (step) => (step === 'commit' ? { delayMs: 100 } : {}) })
    const done = committing.producer.transaction((tx) => tx.send(record('1a', 'x')))
    await committing.clock.advance(50)
    const closed = committing.producer.close()
    await committing.clock.advance(60)
    await Promise.all([done, closed])
    expect(committed(committing, 1)).toEqual(['x'])
  })
})

describe('what has to fit', () => {
  it('records outside of a transaction are refused, and transactions without a name', async () => {
    const made = bench()
    await expect(made.producer.send(record('1a', 'x'))).rejects.toMatchObject({ code: 'INVALID_TXN_STATE' })
    await expect(plainBench().producer.transaction(() => {})).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })

  it('a transport without transactions is refused with its reason, and so is a producer that is not idempotent', () => {
    expect(() => bench({ transactions: 'It has none.' })).toThrow(/UNSUPPORTED|It has none/)
    expect(() => bench({ acks: 1 })).toThrow(/transactionalId needs enableIdempotence/)
    expect(() => bench({ transactionTimeoutMs: 0 })).toThrow(/transactionTimeoutMs/)
  })
})
