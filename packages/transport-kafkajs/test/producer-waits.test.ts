import { describe, expect, it } from 'vitest'
import type { ProduceRequest } from '../src/broker-api.ts'
import type { Interception } from './fake-cluster.ts'
import { answerWith, bench, failure } from './producer-bench.ts'

describe('a partition that is not there', () => {
  it('is refused, and nothing is sent', async () => {
    const { cluster, producer, batch } = bench()
    expect(await failure(producer.write(batch(['a'], 7)))).toMatchObject({
      code: 'PARTITION_NOT_FOUND',
      retriable: false,
    })
    expect(cluster.requests('produce')).toEqual([])
  })

  it('is found where the topic has grown since its metadata was read', async () => {
    const { cluster, producer, batch } = bench()
    await producer.partitionsFor('t')
    cluster.createTopic('t', 8)
    expect(await producer.write(batch(['a'], 7))).toMatchObject({ baseOffset: 0 })
  })

  it('or has no leader, is a failure that may pass, and leaves the others usable', async () => {
    const { cluster, producer, batch } = bench()
    cluster.moveLeader('t', 1, -1)
    expect(await producer.partitionsFor('t')).toContainEqual({ partition: 1, leader: -1 })
    expect(await failure(producer.write(batch(['a'], 1)))).toMatchObject({
      code: 'LEADER_NOT_AVAILABLE',
      retriable: true,
    })
    await producer.write(batch(['b'], 2))
    cluster.moveLeader('t', 1, 1)
    await producer.write(batch(['c'], 1))
  })
})

describe('metadata', () => {
  it('of a topic that was deleted does not stand in the way of another', async () => {
    const { cluster, producer, batch } = bench()
    cluster.createTopic('gone', 1)
    await producer.partitionsFor('gone')
    cluster.topicErrors.set('gone', 3)
    expect(await failure(producer.partitionsFor('gone', { refresh: true }))).toMatchObject({ retriable: true })
    await producer.partitionsFor('t', { refresh: true })
    await producer.write(batch(['a']))
  })

  it('is asked for once by many at the same time, and kept for five minutes', async () => {
    const { clock, cluster, producer } = bench()
    await Promise.all(Array.from({ length: 20 }, () => producer.partitionsFor('t')))
    await producer.partitionsFor('t')
    expect(cluster.requests('metadata').length).toBe(1)
    await clock.advance(300_001)
    await producer.partitionsFor('t')
    expect(cluster.requests('metadata').length).toBe(2)
  })
})

describe('many partitions of one broker', () => {
  it('share requests, two at a time, rather than wait for one another', async () => {
    const { clock, cluster, producer, batch } = bench()
    await producer.write(batch(['warm'], 3))
    let answerFirst: (() => void) | undefined
    cluster.next('produce', async (_, carryOut) => {
      await new Promise<void>((resolve) => (answerFirst = resolve))
      return carryOut()
    })
    const slow = producer.write(batch(['slow'], 0))
    await clock.settle()
    const others = [1, 2, 3].map((partition) => producer.write(batch(['quick'], partition)))
    await Promise.all(others)
    expect(cluster.requests<ProduceRequest>('produce').map(({ topicData }) => topicData[0]!.partitions.length)).toEqual(
      [1, 1, 3],
    )
    answerFirst!()
    await slow
  })
})

describe('a wait ends', () => {
  const never: Interception = () => new Promise(() => undefined)

  it('after requestTimeoutMs, ambiguous once the batch was sent', async () => {
    const { clock, cluster, producer, batch } = bench()
    await producer.partitionsFor('t')
    cluster.next('produce', never)
    const late = failure(producer.write(batch(['a'])))
    await clock.advance(1_001)
    expect(await late).toMatchObject({ code: 'REQUEST_TIMEOUT', retriable: true, ambiguous: true })
  })

  it('after requestTimeoutMs, not ambiguous where nothing was sent', async () => {
    const { clock, cluster, producer, batch } = bench()
    cluster.next('metadata', never)
    const late = failure(producer.write(batch(['a'])))
    await clock.advance(1_001)
    expect(await late).toMatchObject({ code: 'REQUEST_TIMEOUT', retriable: true, ambiguous: false })
  })

  it('when the signal fires', async () => {
    const { clock, cluster, producer, batch } = bench()
    cluster.next('produce', never)
    const abort = new AbortController()
    const aborted = failure(producer.write(batch(['a']), { signal: abort.signal }))
    await clock.settle()
    abort.abort()
    expect(await aborted).toMatchObject({ code: 'ABORTED', ambiguous: true, retriable: false })
    expect(clock.pendingTimers).toBe(0)
  })

  it('when the session is closed', async () => {
    const { clock, cluster, producer, batch } = bench()
    cluster.next('produce', never)
    const closed = failure(producer.write(batch(['a'])))
    await clock.settle()
    await producer.close()
    expect(await closed).toMatchObject({ code: 'CLOSED', ambiguous: true })
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('without idempotence', () => {
  it('batches carry no producer id', async () => {
    const { cluster, producer, batch } = bench({ enableIdempotence: false, acks: 1 })
    await producer.write(batch(['a']))
    const [request] = cluster.requests<ProduceRequest>('produce')
    expect([request!.producerId, request!.producerEpoch, request!.acks]).toEqual(['-1', -1, 1])
    expect(cluster.requests('initProducerId')).toEqual([])
  })

  it('a leader that refused has not stored it', async () => {
    const { cluster, producer, batch } = bench({ enableIdempotence: false, acks: 1 })
    cluster.next('produce', answerWith(6))
    expect(await failure(producer.write(batch(['a'])))).toMatchObject({ retriable: true, ambiguous: false })
  })
})
