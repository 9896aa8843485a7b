import { createVirtualClock, type VirtualClock } from '@partita/testing'
import { batchHeaders, deleteRecordsApi, fetchApi, type RequestInput, recordsOf, type ResponseOf } from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { createBroker, type MemoryBroker } from '../src/index.ts'
import { type ApiClient, batchOf, code, connectClient, produceTo, text } from './api-client.ts'
import { transactional } from './transactional-client.ts'

type Answer = ResponseOf<typeof fetchApi>
type Request = Partial<RequestInput<typeof fetchApi>>

/** A fetch session of the partitions 0 and 1 of `t` in which nothing happens. */
interface Quiet {
  readonly broker: MemoryBroker
  readonly clock: VirtualClock
  /** Not the one that fetches. */
  readonly client: ApiClient
  /** Sends the session's next request, which may wait for half a second. */
  readonly send: (more?: Request, through?: ApiClient) => Promise<Answer>
  /** The same, and lets that time pass. */
  readonly next: (more?: Request, through?: ApiClient) => Promise<Answer>
  /** Goes on from offset 0, or others, until there is nothing new. */
  readonly calm: (offsets?: readonly [number, number], more?: Request) => Promise<void>
}

/** Node 1 leads everything. Up to version 10 only leaders answer a Fetch. */
async function quiet(nodes = 1): Promise<Quiet> {
  const clock = createVirtualClock()
  const broker = createBroker({ topics: { t: { partitions: 3, replicationFactor: nodes } }, clock, nodes })
  for (const partition of [0, 1, 2]) broker.control.moveLeader('t', partition, 1)
  const reader = connectClient(broker, 'reader', 1)
  let sessionId = 0
  let sessionEpoch = 0

  async function send(more: Request = {}, through = reader): Promise<Answer> {
    const request = { maxWaitMs: 500, minBytes: 1, topics: [], sessionId, sessionEpoch, ...more }
    sessionEpoch += 1
    const answer = await through.call(fetchApi, 10, request)
    sessionId = answer.sessionId
    return answer
  }

  async function next(more?: Request, through?: ApiClient): Promise<Answer> {
    const answering = send(more, through)
    await clock.advance(500)
    return answering
  }

  async function calm(offsets: readonly [number, number] = [0, 0], more: Request = {}): Promise<void> {
    await next({ ...more, topics: asking({ 0: offsets[0], 1: offsets[1] }) })
    for (const _ of [1, 2]) expect((await next(more)).responses).toEqual([])
  }

  await calm()
  return { broker, clock, client: connectClient(broker), send, next, calm }
}

function asking(offsets: Readonly<Record<number, number>>): RequestInput<typeof fetchApi>['topics'] {
  const partitions = Object.entries(offsets).map(([partition, fetchOffset]) => ({
    partition: Number(partition),
    fetchOffset,
    partitionMaxBytes: 1_000,
  }))
  return [{ topic: 't', partitions }]
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

async function append({ client, clock }: Quiet, partition: number, value: string): Promise<void> {
  await produceTo(client, 't', partition, batchOf([value], { timestamp: clock.now() }))
}

describe('a fetch session in which nothing happens', () => {
  test('is answered when its time is over, and says nothing', async () => {
    const { clock, send } = await quiet()
    let answer: Answer | undefined
    void send().then((got) => (answer = got))
    await clock.advance(499)
    expect(answer).toBeUndefined()
    await clock.advance(1)
    expect(answer).toMatchObject({ errorCode: 0, responses: [] })
    expect(clock.pendingTimers).toBe(0)
  })

  test('is answered at once where it does not want to wait', async () => {
    const { clock, send } = await quiet()
    for (const request of [{ maxWaitMs: 0 }, { minBytes: 0 }]) {
      let answer: Answer | undefined
      void send(request).then((got) => (answer = got))
      await clock.settle()
      expect(answer).toMatchObject({ errorCode: 0, responses: [] })
    }
  })

  test.each<readonly [what: string, happen: (session: Quiet) => unknown, answered: readonly string[]]>([
    ['an append', (session) => append(session, 1, 'a'), ['1: a']],
    ['the end of its topic', ({ broker }) => broker.deleteTopic('t'), ['0: error 3', '1: error 3']],
    [
      'another leader',
      ({ broker }) => broker.control.moveLeader('t', 1, 2),
      [`1: error ${code('NOT_LEADER_OR_FOLLOWER')}`],
    ],
    [
      'a disk that fails',
      ({ broker }) => broker.control.failDisk({ topic: 't', partition: 0 }),
      [`0: error ${code('KAFKA_STORAGE_ERROR')}`],
    ],
  ])('notices %s, be it between two requests or while one waits', async (_, happen, answered) => {
    const between = await quiet(2)
    void happen(between)
    await between.clock.settle()
    expect(shown(await between.next())).toEqual(answered)

    const meanwhile = await quiet(2)
    let answer: Answer | undefined
    void meanwhile.send().then((got) => (answer = got))
    await meanwhile.clock.settle()
    void happen(meanwhile)
    await meanwhile.clock.settle()
    expect(answer && shown(answer)).toEqual(answered)
  })

  test('notices a start that moves up to where it stands, and says so when its time is over', async () => {
    const session = await quiet()
    void append(session, 0, 'a')
    await session.clock.settle()
    await session.calm([1, 0])
    const partitions = [{ partitionIndex: 0, offset: 1 }]
    void session.client.call(deleteRecordsApi, 2, { topics: [{ name: 't', partitions }], timeoutMs: 0 })
    await session.clock.settle()
    const { responses } = await session.next()
    expect(responses[0]!.partitions).toMatchObject([{ partitionIndex: 0, highWatermark: 1, logStartOffset: 1 }])
    expect((await session.next()).responses).toEqual([])
  })

  test('waits on for min_bytes, and has what there is by then', async () => {
    const session = await quiet()
    let answer: Answer | undefined
    void session.send({ minBytes: 10_000 }).then((got) => (answer = got))
    await session.clock.settle()
    void append(session, 1, 'a')
    await session.clock.advance(499)
    expect(answer).toBeUndefined()
    await session.clock.advance(1)
    expect(answer && shown(answer)).toEqual(['1: a'])
  })

  test('reads what a request adds', async () => {
    const session = await quiet()
    void append(session, 2, 'c')
    await session.clock.settle()
    expect(shown(await session.next())).toEqual([])
    expect(shown(await session.next({ topics: asking({ 2: 0 }) }))).toEqual(['2: c'])
  })

  test('is looked through again where a request wants to read otherwise', async () => {
    const session = await quiet()
    const { client, clock, calm, next } = session
    void transactional(client, 'tx', 60_000, clock.now()).then(async (producer) => {
      await producer.add(0)
      await producer.write(0, 'a')
    })
    await clock.settle()
    await calm([0, 0], { isolationLevel: 1 })
    expect(shown(await next())).toEqual(['0: a'])
  })

  test('is looked through again by a node that is not the one from before', async () => {
    const { broker, next } = await quiet(2)
    expect(shown(await next({}, connectClient(broker, 'reader', 2)))).toEqual(
      [0, 1].map((partition) => `${partition}: error ${code('NOT_LEADER_OR_FOLLOWER')}`),
    )
  })

  test('heeds a fault rule about one of its partitions', async () => {
    const { broker, next } = await quiet()
    broker.control.on({ api: 'Fetch', topic: 't', partition: 1 }).fail('NOT_LEADER_OR_FOLLOWER')
    expect(shown(await next())).toEqual([`1: error ${code('NOT_LEADER_OR_FOLLOWER')}`])
    expect(shown(await next())).toEqual(['1: '])
  })
})
