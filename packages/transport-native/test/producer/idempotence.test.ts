import { PartitaError } from '@partita/protocol'
import { readBatchHeader } from '@partita/wire'
import { describe, expect, it } from 'vitest'
import { type FakeCluster, type RequestFate } from './fake-cluster.ts'
import { type RecordBatch, RecordBatchBuilder } from '../../src/producer/record-batch.ts'
import { Sequences } from '../../src/producer/sequences.ts'
import { batchOf, bench, insist, rejection, roomy } from './harness.ts'

/** Producer id, epoch and sequence of each batch that was sent. */
function stamps(cluster: FakeCluster): [id: number, epoch: number, sequence: number][] {
  return cluster.requests
    .flatMap(({ batches }) => batches)
    .map(({ bytes }) => readBatchHeader(bytes))
    .map(({ producerId, producerEpoch, baseSequence }) => [producerId, producerEpoch, baseSequence])
}

const firstOnly =
  (fate: RequestFate) =>
  (_request: unknown, index: number): RequestFate =>
    index === 0 ? fate : {}

describe('sequences', () => {
  it('count the records of a partition', async () => {
    const { cluster, session } = await bench()
    await session.write(batchOf(session, 0, ['a', 'b', 'c']))
    await session.write(batchOf(session, 0, ['d']))
    await session.write(batchOf(session, 1, ['e']))
    await session.write(batchOf(session, 0, ['f']))
    expect(stamps(cluster)).toEqual([
      [1001, 0, 0],
      [1001, 0, 3],
      [1001, 0, 0],
      [1001, 0, 4],
    ])
  })

  it('are not there without idempotence', async () => {
    const { cluster, session } = await bench({ enableIdempotence: false })
    await session.write(batchOf(session, 0, ['a']))
    expect([stamps(cluster), cluster.identitiesAsked]).toEqual([[[-1, -1, -1]], 0])
  })

  it('begin again at 0 behind 2^31 - 1', async () => {
    const identity = { producerId: 7, producerEpoch: 0 }
    const sequences = new Sequences({ current: () => Promise.resolve(identity), forget: () => undefined })
    const [first, second] = [fiveRecords(), fiveRecords()]
    await sequences.begin(first)
    first.setStamp({ ...identity, baseSequence: 0x7ffffffd })
    sequences.stored(first)
    expect(sequences.stamp(second)).toBe(true)
    expect(second.stamp).toEqual({ ...identity, baseSequence: 2 })
  })
})

function fiveRecords(): RecordBatch {
  const place = { topic: 'orders', partition: 0 }
  const builder = new RecordBatchBuilder(place, roomy, new Uint8Array(64), () => undefined)
  for (let i = 0; i < 5; i++) builder.append(1, null, 'x', [])
  return builder.seal()
}

describe('a retry', () => {
  it.each(['lost', 'cut'] as const)('after a connection that was %s is the same bytes, stored once', async (way) => {
    const { cluster, session } = await bench()
    cluster.onRequest = firstOnly({ way })
    const batch = batchOf(session, 0, ['a', 'b'])
    expect((await insist(session, batch)).baseOffset).toBe(0)
    await session.write(batchOf(session, 0, ['c']))
    const [first, second] = cluster.requests.map(({ batches }) => batches[0]!.bytes)
    expect(second).toEqual(first)
    expect(cluster.log(0).values).toEqual(['a', 'b', 'c'])
    expect(stamps(cluster).at(-1)).toEqual([1001, 0, 2])
  })

  it('that is answered as a duplicate is a success, with the offset where it is told', async () => {
    for (const baseOffset of [-1, 7]) {
      const { cluster, session } = await bench()
      cluster.onBatch = () =>
        cluster.requests.length === 2 ? { error: 'DUPLICATE_SEQUENCE_NUMBER', answer: { baseOffset } } : {}
      cluster.onRequest = firstOnly({ way: 'lost' })
      expect((await insist(session, batchOf(session, 0, ['a']))).baseOffset).toBe(baseOffset)
      await session.write(batchOf(session, 0, ['b']))
      expect(stamps(cluster).at(-1)).toEqual([1001, 0, 1])
    }
  })
})

describe('a batch that is given up', () => {
  it('before it was sent has used no number', async () => {
    const { cluster, session } = await bench()
    await session.write(batchOf(session, 0, ['a']))
    cluster.realLeaders[0] = -1
    await session.partitionsFor('orders', { refresh: true })
    const batch = batchOf(session, 0, ['b'])
    await rejection(session.write(batch))
    session.abandon(batch)
    cluster.realLeaders[0] = 1
    await session.write(batchOf(session, 0, ['c']))
    expect(stamps(cluster).at(-1)).toEqual([1001, 0, 1])
  })

  it.each(['lost', 'cut'] as const)(
    'after it was %s is not mistaken for the next one, of the same size',
    async (way) => {
      const { cluster, session } = await bench()
      await session.write(batchOf(session, 0, ['a']))
      await session.write(batchOf(session, 1, ['z']))
      cluster.onRequest = () => ({ way })
      const givenUp = batchOf(session, 0, ['b'])
      await rejection(session.write(givenUp))
      session.abandon(givenUp)
      session.abandon(givenUp)
      cluster.onRequest = () => ({})
      await session.write(batchOf(session, 0, ['c']))
      await session.write(batchOf(session, 0, ['d']))
      await session.write(batchOf(session, 1, ['y']))
      expect(cluster.log(0).values).toEqual(way === 'lost' ? ['a', 'b', 'c', 'd'] : ['a', 'c', 'd'])
      expect(stamps(cluster).slice(-3)).toEqual([
        [1001, 1, 0],
        [1001, 1, 1],
        [1001, 0, 1],
      ])
      expect(cluster.identitiesAsked).toBe(1)
    },
  )

  it('after a refusal makes way for the next one', async () => {
    const { cluster, session } = await bench()
    await session.write(batchOf(session, 0, ['a']))
    cluster.onBatch = () => ({ error: 'MESSAGE_TOO_LARGE' })
    const large = batchOf(session, 0, ['b', 'c'])
    await rejection(session.write(large))
    session.abandon(large)
    cluster.onBatch = () => ({})
    await session.write(batchOf(session, 0, ['b']))
    await session.write(batchOf(session, 0, ['c']))
    expect(cluster.log(0).values).toEqual(['a', 'b', 'c'])
  })

  it('and arrives late, behind its successor, is refused', async () => {
    const { cluster, session } = await bench()
    await session.write(batchOf(session, 0, ['a']))
    cluster.onRequest = () => ({ way: 'cut' })
    const givenUp = batchOf(session, 0, ['b'])
    await rejection(session.write(givenUp))
    session.abandon(givenUp)
    cluster.onRequest = () => ({})
    await session.write(batchOf(session, 0, ['c']))
    const late = cluster.requests[1]!.batches[0]!.bytes
    expect(cluster.log(0).append(late)).toEqual({ error: 'INVALID_PRODUCER_EPOCH' })
  })

  it('in the last epoch makes the partition begin under another id', async () => {
    const { cluster, session } = await bench()
    cluster.onInitProducerId = (ask) => ({ producerEpoch: ask === 1 ? 0x7ffe : 0 })
    for (const value of ['a', 'b', 'c']) {
      cluster.onRequest = () => ({ way: 'cut' })
      const givenUp = batchOf(session, 0, [value])
      await rejection(session.write(givenUp))
      session.abandon(givenUp)
    }
    expect(stamps(cluster)).toEqual([
      [1001, 0x7ffe, 0],
      [1001, 0x7fff, 0],
      [1002, 0, 0],
    ])
  })
})

describe('what was acknowledged and is gone from the log', () => {
  it.each(['as answered', 'UNKNOWN_PRODUCER_ID'] as const)('makes the batch begin a new epoch (%s)', async (how) => {
    const { cluster, session } = await bench()
    for (const value of ['a', 'b']) await session.write(batchOf(session, 0, [value]))
    cluster.log(0).truncate(1)
    if (how !== 'as answered') cluster.onBatch = () => (cluster.requests.length === 3 ? { error: how } : {})
    const batch = batchOf(session, 0, ['c'])
    const error = await rejection(session.write(batch))
    expect(error).toMatchObject({ retriable: true, ambiguous: false })
    expect(error.code).toBe(how === 'as answered' ? 'OUT_OF_ORDER_SEQUENCE_NUMBER' : how)
    expect((await session.write(batch)).baseOffset).toBe(1)
    await session.write(batchOf(session, 0, ['d']))
    expect(cluster.log(0).values).toEqual(['a', 'c', 'd'])
    expect(stamps(cluster).slice(-3)).toEqual([
      [1001, 0, 2],
      [1001, 1, 0],
      [1001, 1, 1],
    ])
    expect(batch.records()[Symbol.iterator]().next().value.timestamp).toBe(1_000)
  })

  it('does not touch bytes that an earlier request may still send', async () => {
    const { cluster, session } = await bench()
    for (const value of ['a', 'b']) await session.write(batchOf(session, 0, [value]))
    cluster.log(0).truncate(1)
    const handedOver: Uint8Array[] = []
    const { request } = cluster
    cluster.request = (node, api, body, options) => {
      const topics = (body as { topicData?: { partitionData: { records: Uint8Array }[] }[] }).topicData ?? []
      handedOver.push(...topics.flatMap(({ partitionData }) => partitionData.map(({ records }) => records)))
      return request(node, api, body, options)
    }
    const batch = batchOf(session, 0, ['c'])
    await rejection(session.write(batch))
    const before = handedOver[0]!.slice()
    await session.write(batch)
    expect(handedOver[0]).toEqual(before)
    expect(handedOver[1]).not.toEqual(before)
  })
})

describe('a producer whose id somebody else has', () => {
  it('in a later epoch fails that batch and goes on under another id', async () => {
    const { cluster, session } = await bench()
    await session.write(batchOf(session, 0, ['a']))
    cluster.onBatch = () => ({ error: 'INVALID_PRODUCER_EPOCH' })
    const batch = batchOf(session, 0, ['b'])
    const error = await rejection(session.write(batch))
    expect(error).toMatchObject({ code: 'INVALID_PRODUCER_EPOCH', retriable: false })
    session.abandon(batch)
    cluster.onBatch = () => ({})
    await session.write(batchOf(session, 0, ['c']))
    await session.write(batchOf(session, 1, ['d']))
    expect(stamps(cluster).slice(-2)).toEqual([
      [1002, 0, 0],
      [1002, 0, 0],
    ])
  })

  it('and that is fenced writes nothing more', async () => {
    const { cluster, session } = await bench()
    cluster.onBatch = () => ({ error: 'PRODUCER_FENCED' })
    expect(await rejection(session.write(batchOf(session, 0, ['a'])))).toMatchObject({ code: 'PRODUCER_FENCED' })
    expect(await rejection(session.write(batchOf(session, 1, ['b'])))).toMatchObject({
      code: 'PRODUCER_FENCED',
      retriable: false,
    })
    expect(cluster.requests).toHaveLength(1)
  })
})

describe('the producer id', () => {
  it.each([
    ['COORDINATOR_LOAD_IN_PROGRESS', true],
    ['CLUSTER_AUTHORIZATION_FAILED', false],
  ] as const)('that is refused with %s is asked for again with the next write', async (code, retriable) => {
    const { cluster, session } = await bench()
    cluster.onInitProducerId = (ask) => (ask === 1 ? { error: code } : {})
    const batches = [0, 1].map((p) => batchOf(session, p, ['a']))
    const errors = await Promise.all(batches.map((batch) => rejection(session.write(batch))))
    for (const error of errors) expect(error).toMatchObject({ code, retriable, ambiguous: false })
    expect(errors[1]!.place).toMatchObject({ topic: 'orders', partition: 1 })
    expect(cluster.identitiesAsked).toBe(1)
    await Promise.all(batches.map((batch) => session.write(batch)))
    expect(cluster.identitiesAsked).toBe(2)
  })

  it('that the broker cannot give is an error of its own, of a batch that was not sent', async () => {
    const { cluster, session } = await bench()
    const fail = new PartitaError('REQUEST_TIMEOUT', 'No answer.', { retriable: true, ambiguous: true })
    cluster.onInitProducerId = () => ({ fail })
    const error = await rejection(session.write(batchOf(session, 0, ['a'])))
    expect(error).toMatchObject({ code: 'REQUEST_TIMEOUT', retriable: true, ambiguous: false, cause: fail })
  })
})
