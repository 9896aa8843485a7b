import { describe, expect, it } from 'vitest'
import type { ProduceRequest } from '../src/broker-api.ts'
import { answerLost, answerWith, bench, failure, requestLost } from './producer-bench.ts'

describe('a retry', () => {
  it('offers the same records to the same partition, also where the topic has grown meanwhile', async () => {
    const { cluster, producer, batch } = bench()
    const orders = batch(['order-1', 'order-2', 'order-5'], 2)
    cluster.next('produce', answerWith(6))
    expect(await failure(producer.write(orders))).toMatchObject({ code: 'NOT_LEADER_OR_FOLLOWER', retriable: true })
    cluster.createTopic('t', 9)
    await producer.write(orders)
    expect(cluster.values('t', 2)).toEqual(['order-1', 'order-2', 'order-5'])
    const [first, second] = cluster.requests<ProduceRequest>('produce').map(({ topicData }) => topicData)
    expect(second).toEqual(first)
  })

  it('goes to the new leader', async () => {
    const { cluster, producer, batch } = bench({}, [1, 2])
    await producer.write(batch(['a']))
    cluster.moveLeader('t', 0, 2)
    const next = batch(['b'])
    expect((await failure(producer.write(next))).code).toBe('NOT_LEADER_OR_FOLLOWER')
    expect(await producer.write(next)).toMatchObject({ baseOffset: 1 })
    expect(cluster.seen.filter(({ api }) => api === 'produce').map(({ nodeId }) => nodeId)).toEqual([1, 1, 2])
  })

  it('of a batch whose answer was lost is stored once, and the next batch after it', async () => {
    const { cluster, producer, batch } = bench()
    await producer.write(batch(['a']))
    const b = batch(['b1', 'b2'])
    cluster.next('produce', answerLost)
    expect(await failure(producer.write(b))).toMatchObject({
      code: 'CONNECTION_FAILED',
      ambiguous: true,
      retriable: true,
    })
    expect(await producer.write(b)).toEqual({ baseOffset: 1, logAppendTime: -1 })
    expect(await producer.write(batch(['c']))).toMatchObject({ baseOffset: 3 })
    expect(cluster.values('t', 0)).toEqual(['a', 'b1', 'b2', 'c'])
  })
})

describe('a batch that is given up', () => {
  it('after an ambiguous failure has its number to itself: the next batch is stored, not taken for it', async () => {
    const { cluster, producer, batch } = bench()
    const a = batch(['a'])
    cluster.next('produce', answerLost)
    await failure(producer.write(a))
    producer.abandon(a)
    expect(await producer.write(batch(['b']))).toMatchObject({ baseOffset: 1 })
    expect(await producer.write(batch(['c']))).toMatchObject({ baseOffset: 2 })
    expect(cluster.values('t', 0)).toEqual(['a', 'b', 'c'])
    expect(cluster.requests<ProduceRequest>('produce').map(({ producerId }) => producerId)).toEqual(['1', '2', '2'])
  })

  it('leaves the other partitions under the identity that they have', async () => {
    const { cluster, producer, batch } = bench()
    await producer.write(batch(['x'], 1))
    const a = batch(['a'])
    cluster.next('produce', requestLost)
    await failure(producer.write(a))
    producer.abandon(a)
    await producer.write(batch(['b']))
    await producer.write(batch(['y'], 1))
    expect(cluster.requests<ProduceRequest>('produce').map(({ producerId }) => producerId)).toEqual([
      '1',
      '1',
      '2',
      '1',
    ])
    expect([cluster.values('t', 0), cluster.values('t', 1)]).toEqual([['b'], ['x', 'y']])
  })

  it('after a refusal passes its number on, for it was not stored', async () => {
    const { cluster, producer, batch } = bench()
    const a = batch(['a'])
    cluster.next('produce', answerWith(10))
    expect(await failure(producer.write(a))).toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
      ambiguous: false,
      retriable: false,
    })
    producer.abandon(a)
    await producer.write(batch(['b']))
    expect(cluster.requests<ProduceRequest>('produce').map(({ producerId }) => producerId)).toEqual(['1', '1'])
    expect(cluster.values('t', 0)).toEqual(['b'])
  })
})

describe('what a broker says of producer ids and sequences', () => {
  it('a duplicate of long ago is a success without an offset', async () => {
    const { cluster, producer, batch } = bench()
    cluster.next('produce', answerWith(46))
    expect(await producer.write(batch(['a']))).toEqual({ baseOffset: -1, logAppendTime: -1 })
  })

  it('an unexpected sequence is a reason to begin anew: the batch is not in the log', async () => {
    const { cluster, producer, batch } = bench()
    await producer.write(batch(['a']))
    const b = batch(['b'])
    cluster.next('produce', answerWith(45))
    expect(await failure(producer.write(b))).toMatchObject({ retriable: true, ambiguous: false })
    await producer.write(b)
    expect(cluster.values('t', 0)).toEqual(['a', 'b'])
  })

  it.each([59, 47, 90])(
    'a producer that the broker has forgotten (%i) begins anew, where nothing is in doubt',
    async (code) => {
      const { cluster, producer, batch } = bench()
      const a = batch(['a'])
      cluster.next('produce', answerWith(code))
      expect(await failure(producer.write(a))).toMatchObject({ retriable: true, ambiguous: false })
      await producer.write(a)
      expect(cluster.values('t', 0)).toEqual(['a'])
    },
  )

  it('a producer that the broker has forgotten after a lost answer has a batch of unknown fate', async () => {
    const { cluster, producer, batch } = bench()
    const a = batch(['a'])
    cluster.next('produce', answerLost)
    await failure(producer.write(a))
    cluster.next('produce', answerWith(59))
    expect(await failure(producer.write(a))).toMatchObject({
      code: 'UNKNOWN_PRODUCER_ID',
      retriable: false,
      ambiguous: true,
    })
    producer.abandon(a)
    await producer.write(batch(['b']))
    expect(cluster.values('t', 0)).toEqual(['a', 'b'])
  })
})

describe('the answer', () => {
  it('is each partition its own, also in one request', async () => {
    const { cluster, producer, batch } = bench()
    await producer.write(batch(['first'], 3))
    cluster.next('produce', async (request: ProduceRequest, carryOut) => {
      const answer = (await carryOut()) as { topics: { partitions: { partition: number; errorCode: number }[] }[] }
      for (const each of answer.topics[0]!.partitions) if (each.partition === 1) each.errorCode = 10
      expect(request.topicData[0]!.partitions.length).toBe(4)
      return answer
    })
    const results = await Promise.allSettled([0, 1, 2, 3].map((partition) => producer.write(batch(['v'], partition))))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  })

  it('that does not name the partition is no success', async () => {
    const { cluster, producer, batch } = bench()
    cluster.next('produce', () => ({ topics: [] }))
    expect(await failure(producer.write(batch(['a'])))).toMatchObject({
      code: 'MALFORMED',
      ambiguous: true,
      retriable: true,
    })
  })

  it.each([
    ['NOT_LEADER_OR_FOLLOWER', 6],
    ['REQUEST_TIMED_OUT', 7],
    ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', 20],
  ])('%s with acks of all replicas leaves open whether the batch is in the log', async (code, number) => {
    const { cluster, producer, batch } = bench()
    cluster.next('produce', answerWith(number))
    expect(await failure(producer.write(batch(['a'])))).toMatchObject({ code, retriable: true, ambiguous: true })
  })

  it('of a code that is newer than kafkajs has its Kafka name', async () => {
    const { cluster, producer, batch } = bench()
    cluster.next('produce', answerWith(89))
    expect(await failure(producer.write(batch(['a'])))).toMatchObject({
      code: 'THROTTLING_QUOTA_EXCEEDED',
      retriable: true,
    })
  })
})
