import { createVirtualClock } from '@partita/testing'
import { batchHeaders, fetchApi, metadataApi, recordsOf, zeroUuid } from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { createBroker } from '../src/index.ts'
import { batchOf, code, connectClient, type FetchedPartition, fetchFrom, produceTo, text } from './api-client.ts'

function values({ records }: FetchedPartition): (string | null)[] {
  return Array.from(batchHeaders(records!), (header) => recordsOf(records!, header))
    .flat()
    .map(({ value }) => text(value))
}

test.each([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18])(
  'Fetch v%i gives what was produced',
  async (version) => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    await produceTo(client, 't', 0, batchOf(['a', 'b']))
    const { topics } = await client.call(metadataApi, 12, { topics: null })
    const topic = version < 13 ? { topic: 't' } : { topicId: topics[0]!.topicId }
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000 }]
    const answer = await client.call(fetchApi, version, {
      maxWaitMs: 100,
      minBytes: 1,
      topics: [{ ...topic, partitions }],
    })
    expect(answer.sessionId).toBe(0)
    const [partition] = answer.responses[0]!.partitions
    expect(partition).toMatchObject({ errorCode: 0, highWatermark: 2, lastStableOffset: 2, preferredReadReplica: -1 })
    expect(values(partition!)).toEqual(['a', 'b'])
  },
)

describe('Fetch answers at once', () => {
  test('with an error beside what is there, where one partition has one', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ topics: { t: 2 }, clock })
    let answer: readonly FetchedPartition[] | undefined
    void fetchFrom(connectClient(broker), 't', [0, 5, 0], { maxWaitMs: 60_000 }).then((got) => (answer = got))
    await clock.settle()
    const codes = answer!.map(({ errorCode }) => errorCode)
    expect(codes).toEqual([0, code('OFFSET_OUT_OF_RANGE'), code('UNKNOWN_TOPIC_OR_PARTITION')])
  })

  test('where the log starts behind the offset, or ends before it', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    await produceTo(client, 't', 0, batchOf(['a']))
    expect((await fetchFrom(client, 't', [2], { maxWaitMs: 60_000 }))[0]!.errorCode).toBe(code('OFFSET_OUT_OF_RANGE'))
    const [failed] = await fetchFrom(client, 't', [-1], { maxWaitMs: 60_000 })
    expect(failed!.errorCode).toBe(code('OFFSET_OUT_OF_RANGE'))
    expect(failed!.records).toHaveLength(0)
  })

  test('with a leader epoch that is over, or not yet', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    const [newer] = await fetchFrom(client, 't', [0], { maxWaitMs: 60_000, currentLeaderEpoch: 1 })
    expect(newer!.errorCode).toBe(code('UNKNOWN_LEADER_EPOCH'))
    expect((await fetchFrom(client, 't', [0], { currentLeaderEpoch: 0 }))[0]!.errorCode).toBe(0)
  })

  test('to a session that was never given, and to an unknown topic id', async () => {
    await using broker = createBroker()
    const client = connectClient(broker)
    const request = { maxWaitMs: 60_000, minBytes: 1, topics: [] }
    const session = await client.call(fetchApi, 11, { ...request, sessionId: 7, sessionEpoch: 2 })
    expect(session.errorCode).toBe(code('FETCH_SESSION_ID_NOT_FOUND'))
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 100 }]
    const topics = [{ topicId: zeroUuid.replace('0', 'a'), partitions }]
    const answer = await client.call(fetchApi, 13, { ...request, topics })
    expect(answer.responses[0]!.partitions[0]!.errorCode).toBe(code('UNKNOWN_TOPIC_ID'))
  })
})

describe('Fetch waits', () => {
  test('up to the time it was given, and then answers empty, never null', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ topics: { t: 1 }, clock })
    let answer: readonly FetchedPartition[] | undefined
    void fetchFrom(connectClient(broker), 't', [0], { maxWaitMs: 500 }).then((got) => (answer = got))
    await clock.advance(499)
    expect(answer).toBeUndefined()
    await clock.advance(1)
    expect(answer![0]).toMatchObject({ errorCode: 0, highWatermark: 0, records: new Uint8Array(0) })
    expect(clock.pendingTimers).toBe(0)
  })

  test('and is woken by an append, without time passing', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ topics: { t: 2 }, clock })
    let answer: readonly FetchedPartition[] | undefined
    void fetchFrom(connectClient(broker), 't', [0, 0], { maxWaitMs: 500 }).then((got) => (answer = got))
    await clock.settle()
    void produceTo(connectClient(broker), 't', 1, batchOf(['a'], { timestamp: clock.now() }))
    await clock.settle()
    expect(answer!.map(values)).toEqual([[], ['a']])
    expect(clock.pendingTimers).toBe(0)
  })

  test('until there are min_bytes', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ topics: { t: 1 }, clock })
    const batch = batchOf(['a'], { timestamp: clock.now() })
    let answer: readonly FetchedPartition[] | undefined
    const waiting = fetchFrom(connectClient(broker), 't', [0], { maxWaitMs: 500, minBytes: batch.length + 1 })
    void waiting.then((got) => (answer = got))
    const producer = connectClient(broker)
    void produceTo(producer, 't', 0, batch)
    await clock.settle()
    expect(answer).toBeUndefined()
    void produceTo(producer, 't', 0, batch)
    await clock.settle()
    expect(values(answer![0]!)).toEqual(['a', 'a'])
  })

  test('no longer when the topic is deleted, or records before its offset are', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ topics: { t: 1 }, clock })
    let answer: readonly FetchedPartition[] | undefined
    void fetchFrom(connectClient(broker), 't', [0], { maxWaitMs: 500 }).then((got) => (answer = got))
    await clock.settle()
    broker.deleteTopic('t')
    await clock.settle()
    expect(answer![0]!.errorCode).toBe(code('UNKNOWN_TOPIC_OR_PARTITION'))
  })

  test('no longer when its connection is gone', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ topics: { t: 1 }, clock })
    const client = connectClient(broker)
    void fetchFrom(client, 't', [0], { maxWaitMs: 500 })
    await clock.settle()
    expect(clock.pendingTimers).toBe(1)
    client.close()
    await clock.settle()
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('the limits of a Fetch', () => {
  test('hold for all partitions together, in the order of the request; the first batch comes whatever its size', async () => {
    await using broker = createBroker({ topics: { t: 3 } })
    const client = connectClient(broker)
    for (const partition of [0, 1, 2]) await produceTo(client, 't', partition, batchOf([`p${partition}`]))
    const size = batchOf(['p0']).length
    expect((await fetchFrom(client, 't', [0, 0, 0], { maxBytes: 2 * size })).map(values)).toEqual([['p0'], ['p1'], []])
    expect((await fetchFrom(client, 't', [0, 0, 0], { maxBytes: 1 })).map(values)).toEqual([['p0'], [], []])
    expect((await fetchFrom(client, 't', [1, 0, 0], { maxBytes: 1 })).map(values)).toEqual([[], ['p1'], []])
    expect((await fetchFrom(client, 't', [0, 0, 0], { partitionMaxBytes: 1 })).map(values)).toEqual([['p0'], [], []])
  })

  test('a fetch from the middle of a batch gets the whole batch', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    await produceTo(client, 't', 0, batchOf(['a', 'b', 'c']))
    expect(values((await fetchFrom(client, 't', [1]))[0]!)).toEqual(['a', 'b', 'c'])
  })

  test('whoever reads committed records only gets an empty list of aborted transactions', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    expect((await fetchFrom(client, 't', [0], { isolationLevel: 1 }))[0]!.abortedTransactions).toEqual([])
    expect((await fetchFrom(client, 't', [0], { isolationLevel: 0 }))[0]!.abortedTransactions).toBeNull()
  })
})
