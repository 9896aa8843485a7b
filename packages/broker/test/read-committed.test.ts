import { createVirtualClock } from '@partita/testing'
import { batchHeaders, deleteRecordsApi, listOffsetsApi, readControlMarker, recordsOf } from '@partita/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBroker } from '../src/index.ts'
import { type ApiClient, batchOf, connectClient, type FetchedPartition, fetchFrom, produceTo } from './api-client.ts'
import { committedValues, transactional, type TransactionalClient } from './transactional-client.ts'

const committedOnly = { isolationLevel: 1 }

async function read(client: ApiClient, offset = 0, options: object = committedOnly): Promise<FetchedPartition> {
  return (await fetchFrom(client, 't', [offset], options))[0]!
}

describe('whoever reads what is committed', () => {
  test('gets nothing of an open transaction, nor anything behind it', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    await produceTo(client, 't', 0, batchOf(['before']))
    const producer = await transactional(client)
    await producer.add(0)
    await producer.write(0, 'a', 'b')
    await produceTo(client, 't', 0, batchOf(['behind']))
    const open = await read(client)
    expect(open).toMatchObject({ highWatermark: 4, lastStableOffset: 1, abortedTransactions: [] })
    expect(committedValues(open)).toEqual(['before'])
    expect(committedValues(await read(client, 0, {}))).toEqual(['before', 'a', 'b', 'behind'])
    await producer.end(true)
    expect(committedValues(await read(client))).toEqual(['before', 'a', 'b', 'behind'])
  })

  test('gets a marker at the end of each transaction, which takes an offset', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    const producer = await transactional(client)
    for (const committed of [true, false]) {
      await producer.add(0)
      await producer.write(0, 'a')
      await producer.end(committed)
    }
    const { records, highWatermark } = await read(client)
    const batches = [...batchHeaders(records!)]
    expect(highWatermark).toBe(4)
    expect(batches.map(({ isControl, isTransactional }) => [isControl, isTransactional])).toEqual([
      [false, true],
      [true, true],
      [false, true],
      [true, true],
    ])
    expect(batches[1]).toMatchObject({ baseOffset: 1, baseSequence: -1, recordCount: 1 })
    const markers = [batches[1]!, batches[3]!].map((header) => readControlMarker(recordsOf(records!, header)[0]!))
    expect(markers).toEqual(['commit', 'abort'])
    expect((await broker.log('t', 0)).map(({ offset }) => offset)).toEqual([0, 2])
  })

  test('is told of the aborted transactions that an answer has records of, and of no others', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    const producer = await transactional(client)
    for (const value of ['a', 'b', 'c']) {
      await producer.add(0)
      await producer.write(0, value)
      await producer.end(false)
    }
    const offsetsIn = async (offset: number, options: object) =>
      (await read(client, offset, { ...committedOnly, ...options })).abortedTransactions?.map(
        ({ firstOffset }) => firstOffset,
      )
    expect(await offsetsIn(0, {})).toEqual([0, 2, 4])
    expect(await offsetsIn(0, { partitionMaxBytes: 1 })).toEqual([0])
    expect(await offsetsIn(1, {})).toEqual([0, 2, 4])
    expect(await offsetsIn(2, {})).toEqual([2, 4])
    expect(await offsetsIn(6, {})).toEqual([])
    expect(await offsetsIn(0, { isolationLevel: 0 })).toBeUndefined()
  })

  test('finds the end of the log where the open transaction begins', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    const now = Date.now()
    await produceTo(client, 't', 0, batchOf(['a'], { timestamp: now - 1_000 }))
    const producer = await transactional(client, 'tx', 60_000, now)
    await producer.add(0)
    await producer.write(0, 'b')
    const find = async (timestamp: number, isolationLevel: number) => {
      const topics = [{ name: 't', partitions: [{ partitionIndex: 0, timestamp }] }]
      return (await client.call(listOffsetsApi, 7, { isolationLevel, topics })).topics[0]!.partitions[0]!.offset
    }
    const [latest, maxTimestamp] = [-1, -3]
    const asked = [latest, maxTimestamp, now - 1_000, now - 500]
    const both = async () => [
      await Promise.all(asked.map((timestamp) => find(timestamp, 0))),
      await Promise.all(asked.map((timestamp) => find(timestamp, 1))),
    ]
    expect(await both()).toEqual([
      [2, 1, 0, 1],
      [1, -1, 0, -1],
    ])
    await producer.end(true)
    const [all, committed] = await both()
    expect(committed).toEqual(all)
  })

  test('waits while there is nothing but open transactions, and is woken by the marker', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ topics: { t: 1 }, clock })
    const [reader, writer] = [connectClient(broker), connectClient(broker)]
    let answer: FetchedPartition | undefined
    void read(reader, 0, { ...committedOnly, maxWaitMs: 500, minBytes: 100 }).then((got) => (answer = got))
    let producer: TransactionalClient | undefined
    void transactional(writer, 'tx', 60_000, clock.now()).then((made) => (producer = made))
    await clock.settle()
    void producer!.add(0)
    void producer!.write(0, 'x'.repeat(200))
    await clock.advance(100)
    expect(answer).toBeUndefined()
    void producer!.end(true)
    await clock.settle()
    expect(committedValues(answer!)).toEqual(['x'.repeat(200)])
  })

  test('is not held up by a transaction that is open since before the log begins, but gets nothing of it', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    const producer = await transactional(client)
    await producer.add(0)
    await producer.write(0, 'a', 'b', 'c')
    await client.call(deleteRecordsApi, 2, {
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, offset: 2 }] }],
      timeoutMs: 0,
    })
    expect(await read(client, 2)).toMatchObject({ logStartOffset: 2, lastStableOffset: 2, records: new Uint8Array(0) })
    await producer.end(true)
    expect(await read(client, 2)).toMatchObject({ lastStableOffset: 4 })
  })
})

/** A step of one of three producers, or of someone without transactions. */
const steps = fc.array(
  fc.record({
    producer: fc.integer({ min: 0, max: 2 }),
    act: fc.constantFrom('write', 'write', 'commit', 'abort', 'plain'),
  }),
  { minLength: 1, maxLength: 25 },
)

test('whatever is interleaved, a reader gets exactly what was committed, in order, wherever its answers are cut', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 600 }), async (plan, partitionMaxBytes) => {
      await using broker = createBroker({ topics: { t: 1 } })
      const client = connectClient(broker)
      const producers = await Promise.all([0, 1, 2].map((index) => transactional(client, `tx-${index}`)))
      /** In the order of the log: who wrote a value, and how that ended. */
      const written: { value: string; by: number; fate: string }[] = []
      async function end(by: number, committed: boolean): Promise<void> {
        if ((await producers[by]!.end(committed)) !== 0) return
        for (const one of written) if (one.by === by && one.fate === 'open') one.fate = committed ? 'kept' : 'gone'
      }
      for (const [index, { producer: by, act }] of plan.entries()) {
        const value = `${index}`
        if (act === 'plain') {
          await produceTo(client, 't', 0, batchOf([value]))
          written.push({ value, by: -1, fate: 'kept' })
        } else if (act === 'write') {
          await producers[by]!.add(0)
          expect(await producers[by]!.write(0, value)).toBe(0)
          written.push({ value, by, fate: 'open' })
        } else await end(by, act === 'commit')
      }
      const firstOpen = written.findIndex(({ fate }) => fate === 'open')
      const stable = firstOpen < 0 ? written : written.slice(0, firstOpen)
      const expected = stable.filter(({ fate }) => fate === 'kept').map(({ value }) => value)

      const got: (string | null)[] = []
      let offset = 0
      for (;;) {
        const answer = await read(client, offset, { ...committedOnly, partitionMaxBytes })
        const last = [...batchHeaders(answer.records!)].at(-1)
        if (last === undefined) {
          expect(offset).toBe(answer.lastStableOffset)
          break
        }
        got.push(...committedValues(answer))
        offset = last.lastOffset + 1
      }
      expect(got).toEqual(expected)
    }),
    { numRuns: 60, seed: 5 },
  )
})
