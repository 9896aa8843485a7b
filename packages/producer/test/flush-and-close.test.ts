import { describe, expect, it } from 'vitest'
import { bench, brokerError, values, Watcher } from './harness.ts'

const slow = { script: () => ({ outcome: 'stored', delayMs: 100 }) as const }

describe('flush', () => {
  it('settles when all that was sent before is settled, and does not wait for what is sent after', async () => {
    const { clock, producer } = bench(slow)
    const watcher = new Watcher()
    await producer.partitionsFor('orders')
    watcher.watch('a', producer.send({ topic: 'orders', key: '1', value: 'a' }))
    await clock.advance(50)
    let settledThen: string[] = []
    const flushed = producer.flush().then(() => (settledThen = watcher.story))
    watcher.watch('b', producer.send({ topic: 'orders', key: '2', value: 'b' }))
    await clock.advance(50)
    await flushed
    expect(settledThen).toEqual(['a 0'])
    expect(watcher.unsettled).toEqual(['b'])
  })

  it('includes records that still wait for metadata', async () => {
    const { clock, producer } = bench({ metadata: () => ({ delayMs: 50 }), lingerMs: 5_000 })
    const watcher = new Watcher()
    watcher.watch('a', producer.send({ topic: 'orders', key: '1', value: 'a' }))
    const flushed = producer.flush().then(() => expect(watcher.story).toEqual(['a 0']))
    await clock.advance(50)
    await flushed
  })

  it('ends lingering at once', async () => {
    const { clock, producer } = bench({ lingerMs: 5_000 })
    const watcher = new Watcher()
    watcher.watch('a', producer.send({ topic: 'orders', key: '1', value: 'a' }))
    await clock.settle()
    expect(watcher.story).toEqual([])
    const flushed = producer.flush()
    await clock.settle()
    await flushed
    expect(watcher.story).toEqual(['a 0'])
  })

  it('resolves also when records failed', async () => {
    const error = brokerError('INVALID_RECORD')
    const { clock, producer } = bench({ script: () => ({ outcome: 'refused', error }) })
    const watcher = new Watcher()
    watcher.watch('a', producer.send({ topic: 'orders', key: '1', value: 'a' }))
    const flushed = producer.flush()
    await clock.settle()
    await flushed
    expect(watcher.story).toEqual(['a INVALID_RECORD'])
  })

  it('settles in the order of the calls, and at once when there is nothing', async () => {
    const { clock, producer } = bench(slow)
    await producer.flush()
    const order: string[] = []
    void producer.send({ topic: 'orders', key: '1', value: 'a' })
    const flushes = [producer.flush().then(() => order.push('first'))]
    await clock.advance(50)
    void producer.send({ topic: 'orders', key: '2', value: 'b' })
    flushes.push(producer.flush().then(() => order.push('second')))
    flushes.push(producer.flush().then(() => order.push('third')))
    await clock.advance(1_000)
    await Promise.all(flushes)
    expect(order).toEqual(['first', 'second', 'third'])
  })

  it('waits also for what an earlier flush still waits for', async () => {
    const { clock, producer } = bench({
      script: ({ partition }) => ({ outcome: 'stored', delayMs: partition === 1 ? 500 : 10 }),
    })
    const watcher = new Watcher()
    watcher.watch('slow', producer.send({ topic: 'orders', key: '1', value: 'a' }))
    void producer.flush()
    watcher.watch('quick', producer.send({ topic: 'orders', key: '2', value: 'b' }))
    let settledThen: string[] = []
    const flushed = producer.flush().then(() => (settledThen = watcher.story))
    await clock.advance(499)
    expect([watcher.story, settledThen]).toEqual([['quick 0'], []])
    await clock.advance(1)
    await flushed
    expect(settledThen).toEqual(['quick 0', 'slow 0'])
  })

  it('can be given up, the records go on', async () => {
    const { clock, producer } = bench(slow)
    const watcher = new Watcher()
    watcher.watch('a', producer.send({ topic: 'orders', key: '1', value: 'a' }))
    const controller = new AbortController()
    const flushed = producer.flush({ signal: controller.signal })
    controller.abort()
    await expect(flushed).rejects.toMatchObject({ code: 'ABORTED' })
    await clock.advance(100)
    expect(watcher.story).toEqual(['a 0'])
  })
})

describe('close', () => {
  it('waits for what was sent, lingering or not, then closes the transport; a second call is the same', async () => {
    const { clock, transport, producer } = bench({ ...slow, lingerMs: 5_000 })
    const watcher = new Watcher()
    watcher.watch('a', producer.send({ topic: 'orders', key: '1', value: 'a' }))
    await clock.settle()
    const closed = producer.close()
    expect(producer.close({ timeoutMs: 0 })).toBe(closed)
    await clock.advance(100)
    await closed
    expect(watcher.story).toEqual(['a 0'])
    expect(transport.closed).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })

  it('takes no more records', async () => {
    const { producer } = bench()
    await producer.close()
    await expect(producer.send({ topic: 'orders', value: 'v' })).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(producer.partitionsFor('orders')).rejects.toMatchObject({ code: 'CLOSED' })
    await producer.flush()
  })

  it('rejects in order what is left after timeoutMs, and says what may have been stored', async () => {
    const { clock, transport, producer } = bench({ bufferMemory: 250, script: () => ({ outcome: 'unanswered' }) })
    const watcher = new Watcher()
    const send = (name: string, topic = 'orders') =>
      watcher.watch(name, producer.send({ topic, key: '1', value: 'x'.repeat(60) }))
    const inFlight = send('in flight')
    await clock.settle()
    const queued = send('queued')
    send('waits for memory')
    send('waits for metadata', 'odrers')
    const closed = producer.close({ timeoutMs: 1_000 })
    await clock.advance(999)
    expect(watcher.story).toEqual([])
    await clock.advance(1)
    await closed
    expect(watcher.story).toEqual(watcher.outcomes.map(({ name }) => `${name} CLOSED`))
    expect([inFlight.error?.ambiguous, queued.error?.ambiguous]).toEqual([true, false])
    expect(producer.metrics()).toMatchObject({ bufferedBytes: 0, recordsPending: 0, recordsWaiting: 0 })
    await clock.advance(200_000)
    expect(values(transport, 1)).toEqual([])
    expect(clock.pendingTimers).toBeLessThanOrEqual(1)
  })

  it('refuses a timeoutMs that is none', async () => {
    const { producer } = bench()
    await expect(producer.close({ timeoutMs: -1 })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })

  it('is what disposing of the producer does', async () => {
    const { transport, producer } = bench()
    await producer[Symbol.asyncDispose]()
    expect(transport.closed).toBe(true)
  })
})
