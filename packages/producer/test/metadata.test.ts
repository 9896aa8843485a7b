import { describe, expect, it } from 'vitest'
import { bench, brokerError, values, Watcher } from './harness.ts'

describe('a topic that does not exist', () => {
  it('rejects its records after maxBlockMs, says so, and leaves other topics alone', async () => {
    const { clock, producer } = bench({ maxBlockMs: 5_000 })
    const watcher = new Watcher()
    const unknown = watcher.watch('unknown', producer.send({ topic: 'odrers', key: '1', value: 'v' }))
    watcher.watch('known', producer.send({ topic: 'orders', key: '1', value: 'v' }))
    await clock.advance(4_999)
    expect(watcher.story).toEqual(['known 0'])
    await clock.advance(1)
    expect(unknown.error?.code).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    expect(unknown.error?.message).toContain('There is no such topic; asked for it through maxBlockMs (5000 ms).')
    expect(unknown.error?.place.topic).toBe('odrers')
    await clock.advance(10_000)
    expect(clock.pendingTimers).toBe(0)
  })

  it('takes them when it is created in time, in the order they were sent', async () => {
    const { clock, transport, producer } = bench()
    const watcher = new Watcher()
    for (const value of ['a', 'b', 'c']) watcher.watch(value, producer.send({ topic: 'late', key: '1', value }))
    await clock.advance(3_000)
    transport.setPartitions('late', 2)
    await clock.advance(2_000)
    expect(values(transport, 1, 'late')).toEqual(['a', 'b', 'c'])
  })

  it('gives each record its own maxBlockMs', async () => {
    const { clock, producer } = bench({ maxBlockMs: 1_000 })
    const watcher = new Watcher()
    watcher.watch('first', producer.send({ topic: 'odrers', value: 'v' }))
    await clock.advance(600)
    watcher.watch('second', producer.send({ topic: 'odrers', value: 'v' }))
    await clock.advance(400)
    expect(watcher.story).toEqual(['first UNKNOWN_TOPIC_OR_PARTITION'])
    await clock.advance(600)
    expect(watcher.unsettled).toEqual([])
  })
})

describe('metadata that cannot be had', () => {
  it('rejects at once where trying again is of no use', async () => {
    const { clock, producer } = bench({ metadata: () => ({ error: brokerError('TOPIC_AUTHORIZATION_FAILED') }) })
    const watcher = new Watcher()
    for (const name of ['a', 'b']) watcher.watch(name, producer.send({ topic: 'orders', value: 'v' }))
    await clock.settle()
    expect(watcher.story).toEqual(['a TOPIC_AUTHORIZATION_FAILED', 'b TOPIC_AUTHORIZATION_FAILED'])
  })

  it('is asked for again, with growing pauses, while brokers cannot be reached', async () => {
    const asked: number[] = []
    const { clock, transport, producer } = bench({
      metadata(_topic, ask) {
        asked.push(clock.monotonic())
        return ask < 4 ? { error: brokerError('CONNECTION_FAILED', true) } : undefined
      },
    })
    void producer.send({ topic: 'orders', key: '1', value: 'v' })
    await clock.advance(2_000)
    const pauses = asked.slice(1).map((at, i) => at - asked[i]!)
    expect(pauses.map((pause) => Math.round(Math.log2(pause / 100)))).toEqual([0, 1, 2])
    expect(values(transport, 1)).toEqual(['v'])
  })

  it('is not asked for more often because more is sent meanwhile', async () => {
    let asks = 0
    const { clock, producer } = bench({
      maxBlockMs: 1_000,
      metadata() {
        asks++
        return { error: brokerError('CONNECTION_FAILED', true) }
      },
    })
    const watcher = new Watcher()
    for (let i = 0; i < 100; i++) {
      watcher.watch(`${i}`, producer.send({ topic: 'orders', value: 'v' }))
      await clock.advance(10)
    }
    expect(asks).toBeLessThanOrEqual(5)
    await clock.advance(1_000)
    expect(watcher.story).toEqual(watcher.outcomes.map(({ name }) => `${name} CONNECTION_FAILED`))
    await clock.advance(2_000)
    expect(clock.pendingTimers).toBe(0)
  })

  it('rejects with REQUEST_TIMEOUT when no answer comes at all', async () => {
    const { clock, producer } = bench({ maxBlockMs: 700, metadata: () => ({ delayMs: 1_000_000 }) })
    const watcher = new Watcher()
    watcher.watch('a', producer.send({ topic: 'orders', value: 'v' }))
    await clock.advance(700)
    expect(watcher.story).toEqual(['a REQUEST_TIMEOUT'])
  })
})

describe('an explicit partition beyond the last', () => {
  it('is refused after one fresh look, with the legal range; nothing waits for it', async () => {
    const asks: boolean[] = []
    const { clock, transport, producer } = bench({
      metadata(_topic, _ask, refresh) {
        asks.push(refresh)
        return { delayMs: 5 }
      },
    })
    const watcher = new Watcher()
    const bad = watcher.watch('bad', producer.send({ topic: 'orders', partition: 4, value: 'v' }))
    watcher.watch('good', producer.send({ topic: 'orders', partition: 3, value: 'v' }))
    await clock.advance(5)
    expect(watcher.story).toEqual(['good 0'])
    await clock.advance(5)
    expect(bad.error?.code).toBe('PARTITION_NOT_FOUND')
    expect(bad.error?.message).toContain('names partition 4; the topic has 4 partitions, 0 to 3.')
    expect(asks).toEqual([false, true])
    expect([transport.log('orders', 3).length, producer.halted().length]).toEqual([1, 0])
  })

  it('is found when it was added meanwhile, and its records keep their order', async () => {
    const { clock, transport, producer } = bench()
    await producer.partitionsFor('orders')
    transport.setPartitions('orders', 6)
    for (const value of ['a', 'b', 'c']) void producer.send({ topic: 'orders', partition: 5, value })
    await clock.settle()
    void producer.send({ topic: 'orders', partition: 5, value: 'd' })
    await clock.settle()
    expect(values(transport, 5)).toEqual(['a', 'b', 'c', 'd'])
  })
})

describe('partitions', () => {
  it('can be asked for, waiting like a record', async () => {
    const { clock, producer } = bench({ maxBlockMs: 1_000 })
    expect((await producer.partitionsFor('orders')).map(({ partition }) => partition)).toEqual([0, 1, 2, 3])
    const unknown = expect(producer.partitionsFor('odrers')).rejects.toMatchObject({
      code: 'UNKNOWN_TOPIC_OR_PARTITION',
    })
    await clock.advance(1_000)
    await unknown
    await expect(producer.partitionsFor('')).rejects.toMatchObject({ code: 'INVALID_TOPIC_EXCEPTION' })
  })

  it('are looked at again after metadataMaxAgeMs, without holding up records', async () => {
    const { clock, transport, producer } = bench({ metadataMaxAgeMs: 1_000, metadata: () => ({ delayMs: 5 }) })
    void producer.send({ topic: 'orders', key: '0', value: 'a' })
    await clock.advance(1_500)
    transport.setPartitions('orders', 8)
    void producer.send({ topic: 'orders', key: '0', value: 'b' })
    await clock.settle()
    expect(values(transport, 0)).toEqual(['a', 'b'])
    await clock.advance(5)
    void producer.send({ topic: 'orders', key: '7', value: 'c' })
    await clock.settle()
    expect(values(transport, 7)).toEqual(['c'])
  })
})

describe('a signal', () => {
  it('takes a record back that waits for metadata, and no other', async () => {
    const { clock, transport, producer } = bench({ metadata: () => ({ delayMs: 50 }) })
    const watcher = new Watcher()
    const controller = new AbortController()
    const { signal } = controller
    watcher.watch('a', producer.send({ topic: 'orders', key: '1', value: 'a' }))
    const b = watcher.watch('b', producer.send({ topic: 'orders', key: '1', value: 'b' }, { signal }))
    watcher.watch('c', producer.send({ topic: 'orders', key: '1', value: 'c' }))
    await clock.advance(10)
    controller.abort('enough')
    await clock.advance(40)
    expect(values(transport, 1)).toEqual(['a', 'c'])
    expect(b.error).toMatchObject({ code: 'ABORTED', cause: 'enough' })
  })

  it('that fired before is obeyed; one that fires when the record is in a batch has no effect', async () => {
    const { clock, transport, producer } = bench({ script: () => ({ outcome: 'stored', delayMs: 20 }) })
    const watcher = new Watcher()
    const controller = new AbortController()
    await producer.partitionsFor('orders')
    watcher.watch('a', producer.send({ topic: 'orders', key: '1', value: 'a' }, { signal: controller.signal }))
    controller.abort()
    watcher.watch('b', producer.send({ topic: 'orders', key: '1', value: 'b' }, { signal: controller.signal }))
    await clock.advance(20)
    expect(watcher.story).toEqual(['b ABORTED', 'a 0'])
    expect(values(transport, 1)).toEqual(['a'])
  })
})
