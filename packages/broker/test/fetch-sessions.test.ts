import { createVirtualClock, type VirtualClock } from '@partita/testing'
import {
  batchHeaders,
  deleteRecordsApi,
  fetchApi,
  type RequestInput,
  recordsOf,
  type ResponseOf,
  zeroUuid,
} from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { createFetchSessionCache } from '../src/fetch-sessions/fetch-session-cache.ts'
import { createBroker, type MemoryBroker } from '../src/index.ts'
import { type ApiClient, batchOf, code, connectClient, produceTo, text } from './api-client.ts'

type Answer = ResponseOf<typeof fetchApi>

/** Partition numbers of `t`, each with the offset that is asked for. */
type Offsets = Readonly<Record<number, number>>

async function fetch(
  client: ApiClient,
  session: readonly [id: number, epoch: number],
  offsets: Offsets = {},
  more: Partial<RequestInput<typeof fetchApi>> = {},
): Promise<Answer> {
  const partitions = Object.entries(offsets).map(([partition, fetchOffset]) => ({
    partition: Number(partition),
    fetchOffset,
    partitionMaxBytes: 1_000,
  }))
  const topics = partitions.length === 0 ? [] : [{ topic: 't', partitions }]
  const [sessionId, sessionEpoch] = session
  return client.call(fetchApi, 12, { maxWaitMs: 0, minBytes: 1, sessionId, sessionEpoch, topics, ...more })
}

/** `0: a b`, `1: error 3`, in the order of the answer. */
function shown({ responses }: Answer): string[] {
  return responses.flatMap(({ partitions }) =>
    partitions.map(({ partitionIndex, errorCode, records }) => {
      if (errorCode !== 0) return `${partitionIndex}: error ${errorCode}`
      const all = Array.from(batchHeaders(records!), (header) => recordsOf(records!, header)).flat()
      return `${partitionIndex}: ${all.map(({ value }) => text(value)).join(' ')}`
    }),
  )
}

const say = (client: ApiClient, partition: number, value: string) => produceTo(client, 't', partition, batchOf([value]))

function started(configs: Record<string, number> = {}): { here: MemoryBroker; client: ApiClient } {
  const here = createBroker({ topics: { t: 4 }, configs })
  return { here, client: connectClient(here) }
}

describe('a fetch session (KIP-227)', () => {
  test('begins with a full fetch; from then on requests and answers say only what is new', async () => {
    const { here, client } = started()
    await say(client, 1, 'a')
    const first = await fetch(client, [0, 0], { 0: 0, 1: 0 })
    expect([first.sessionId > 0, shown(first)]).toEqual([true, ['0: ', '1: a']])
    const id = first.sessionId
    expect(shown(await fetch(client, [id, 1], { 1: 1 }))).toEqual([])
    await say(client, 0, 'b')
    const third = await fetch(client, [id, 2])
    expect([third.sessionId, third.errorCode, shown(third)]).toEqual([id, 0, ['0: b']])
    // What was not fetched on comes again.
    expect(shown(await fetch(client, [id, 3]))).toEqual(['0: b'])
    expect(shown(await fetch(client, [id, 4], { 0: 1 }))).toEqual([])
    await here.close()
  })

  test('takes partitions in and lets others go', async () => {
    const { here, client } = started()
    for (const partition of [0, 1, 2]) await say(client, partition, `p${partition}`)
    const { sessionId } = await fetch(client, [0, 0], { 0: 0 })
    const forgottenTopicsData = [{ topic: 't', partitions: [0] }]
    const second = await fetch(client, [sessionId, 1], { 1: 0, 2: 0 }, { forgottenTopicsData })
    expect(shown(second)).toEqual(['1: p1', '2: p2'])
    // Without a partition there is no session: what is asked for then is asked for once.
    const none = [{ topic: 't', partitions: [1, 2] }]
    expect(await fetch(client, [sessionId, 2], {}, { forgottenTopicsData: none })).toMatchObject({
      errorCode: 0,
      sessionId: 0,
      responses: [],
    })
    expect((await fetch(client, [sessionId, 3])).errorCode).toBe(code('FETCH_SESSION_ID_NOT_FOUND'))
    await here.close()
  })

  test('tells an error in each answer, and the partition again once it is over; also a start that moves', async () => {
    const { here, client } = started()
    for (const value of ['a', 'b']) await say(client, 0, value)
    const { sessionId: id } = await fetch(client, [0, 0], { 0: 7, 1: 0 })
    const failure = `0: error ${code('OFFSET_OUT_OF_RANGE')}`
    expect(shown(await fetch(client, [id, 1]))).toEqual([failure])
    expect(shown(await fetch(client, [id, 2]))).toEqual([failure])
    expect(shown(await fetch(client, [id, 3], { 0: 2 }))).toEqual(['0: '])
    expect(shown(await fetch(client, [id, 4]))).toEqual([])
    const partitions = [{ partitionIndex: 0, offset: 2 }]
    await client.call(deleteRecordsApi, 2, { topics: [{ name: 't', partitions }], timeoutMs: 0 })
    expect(shown(await fetch(client, [id, 5]))).toEqual(['0: '])
    expect(shown(await fetch(client, [id, 6]))).toEqual([])
    await here.close()
  })

  test('reads those first that brought nothing the last time', async () => {
    const { here, client } = started()
    for (const partition of [0, 1, 2]) await say(client, partition, `p${partition}`)
    const maxBytes = 1
    const { sessionId: id } = await fetch(client, [0, 0], { 0: 0, 1: 0, 2: 0 }, { maxBytes })
    const read: string[] = []
    for (const epoch of [1, 2, 3, 4]) {
      read.push(...shown(await fetch(client, [id, epoch], {}, { maxBytes })).filter((each) => !each.endsWith(' ')))
    }
    expect(read).toEqual(['1: p1', '2: p2', '0: p0', '1: p1'])
    await here.close()
  })

  test('is over by a final epoch or a new full fetch; no other epoch but the next is taken', async () => {
    const { here, client } = started()
    const { sessionId: first } = await fetch(client, [0, 0], { 0: 0 })
    const wrong = code('INVALID_FETCH_SESSION_EPOCH')
    const codes: number[] = []
    for (const epoch of [2, -2, 1, 1]) codes.push((await fetch(client, [first, epoch])).errorCode)
    expect(codes).toEqual([wrong, wrong, 0, wrong])
    const { sessionId: second } = await fetch(client, [first, 0], { 0: 0 })
    expect((await fetch(client, [first, 2])).errorCode).toBe(code('FETCH_SESSION_ID_NOT_FOUND'))
    expect(await fetch(client, [second, -1], { 0: 0 })).toMatchObject({ errorCode: 0, sessionId: 0 })
    expect((await fetch(client, [second, 1])).errorCode).toBe(code('FETCH_SESSION_ID_NOT_FOUND'))
    await here.close()
  })

  test('goes by name or by id, from its beginning to its end', async () => {
    const { here, client } = started()
    const { sessionId } = await fetch(client, [0, 0], { 0: 0 })
    const request = { maxWaitMs: 0, minBytes: 1, sessionId, sessionEpoch: 1, topics: [] }
    const answer = await client.call(fetchApi, 13, request)
    expect(answer).toMatchObject({ errorCode: code('FETCH_SESSION_TOPIC_ID_ERROR'), sessionId: 0 })
    await here.close()
  })

  test('by id outlives a topic that is unknown, and says so', async () => {
    const { here, client } = started()
    const topicId = zeroUuid.replace('0', 'a')
    const topics = [{ topicId, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 100 }] }]
    const request = { maxWaitMs: 0, minBytes: 1, sessionEpoch: 0, topics }
    const { sessionId } = await client.call(fetchApi, 18, request)
    const next = await client.call(fetchApi, 18, { ...request, sessionId, sessionEpoch: 1, topics: [] })
    expect(next.responses[0]!.partitions[0]!.errorCode).toBe(code('UNKNOWN_TOPIC_ID'))
    await here.close()
  })

  test('answers one of two requests with the same epoch, where the first still waits', async () => {
    const clock = createVirtualClock()
    await using here = createBroker({ topics: { t: 1 }, clock })
    const client = connectClient(here)
    const answers: Answer[] = []
    void fetch(client, [0, 0], { 0: 0 }).then((answer) => answers.push(answer))
    await clock.settle()
    const { sessionId } = answers[0]!
    void fetch(client, [sessionId, 1], {}, { maxWaitMs: 500 }).then((answer) => answers.push(answer))
    await clock.settle()
    void fetch(connectClient(here), [sessionId, 2], {}).then((answer) => answers.push(answer))
    await clock.advance(500)
    expect(answers.slice(1).map(({ errorCode, sessionId: id }) => [errorCode, id])).toEqual([
      [0, sessionId],
      [code('INVALID_FETCH_SESSION_EPOCH'), sessionId],
    ])
  })

  test('is seen by fault rules whole, also where its requests name nothing', async () => {
    const { here, client } = started()
    const { sessionId } = await fetch(client, [0, 0], { 0: 0, 1: 0 })
    here.control.on({ api: 'Fetch', topic: 't', partition: 1 }).fail('NOT_LEADER_OR_FOLLOWER')
    expect(shown(await fetch(client, [sessionId, 1], { 0: 0 }))).toEqual([`1: error ${code('NOT_LEADER_OR_FOLLOWER')}`])
    await here.close()
  })

  test('is refused where max.incremental.fetch.session.cache.slots is used up: fetches are full then', async () => {
    const { here, client } = started({ 'max.incremental.fetch.session.cache.slots': 1 })
    expect((await fetch(client, [0, 0], { 0: 0 })).sessionId).toBeGreaterThan(0)
    expect((await fetch(client, [0, 0], { 0: 0, 1: 0, 2: 0 })).sessionId).toBe(0)
    await here.close()
  })
})

describe('the sessions of a broker', () => {
  const opened = (clock: VirtualClock, slots = 2) => createFetchSessionCache(clock, () => slots)

  function sized(cache: ReturnType<typeof opened>, size: number): number | undefined {
    const session = cache.open(size, false)
    const partitions = Array.from({ length: size }, (_, partition) => ({ ...asked, partition }))
    session?.update({ topics: [{ topic: 't', topicId: zeroUuid, partitions }], forgottenTopicsData: [] })
    return session?.id
  }

  test('make room for a new one by what was not used for two minutes', async () => {
    const clock = createVirtualClock()
    const cache = opened(clock)
    const first = sized(cache, 5)!
    const second = sized(cache, 1)!
    await clock.advance(120_000)
    cache.touch(cache.get(first)!)
    expect(sized(cache, 1)).toBeUndefined()
    await clock.advance(1)
    const third = sized(cache, 1)
    expect([cache.get(first)?.id, cache.get(second), cache.get(third!)?.id, cache.size]).toEqual([
      first,
      undefined,
      third,
      2,
    ])
  })

  test('else by the smallest that is two minutes old, for a larger one', async () => {
    const clock = createVirtualClock()
    const cache = opened(clock)
    const first = sized(cache, 3)!
    const second = sized(cache, 2)!
    await clock.advance(120_001)
    for (const id of [first, second]) cache.touch(cache.get(id)!)
    expect(sized(cache, 2)).toBeUndefined()
    const third = sized(cache, 3)
    expect([cache.get(first)?.id, cache.get(second), cache.get(third!)?.id]).toEqual([first, undefined, third])
  })

  test('have a million partitions at most, all together', () => {
    const cache = opened(createVirtualClock(), 10)
    const session = cache.open(999_999, true)!
    expect(cache.open(1_000_001, true)).toBeUndefined()
    Object.defineProperty(session, 'size', { value: 1_000_001 })
    expect([cache.touch(session), cache.size]).toEqual([false, 0])
  })
})

const asked = {
  partition: 0,
  currentLeaderEpoch: -1,
  fetchOffset: 0,
  lastFetchedEpoch: -1,
  logStartOffset: -1,
  partitionMaxBytes: 1,
  replicaDirectoryId: zeroUuid,
  highWatermark: 0,
}
