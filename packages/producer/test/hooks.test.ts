import { describe, expect, it } from 'vitest'
import type { ProducerHooks } from '../src/index.ts'
import { bench, brokerError, values, Watcher } from './harness.ts'

describe('hooks', () => {
  it('are told the way of a record, in order', async () => {
    const events: string[] = []
    const hooks: ProducerHooks = {
      recordPartitioned: ({ partition, explicit }) => events.push(`partitioned ${partition} ${explicit}`),
      batchSealed: ({ records, bytes }) => events.push(`sealed ${records} ${bytes}`),
      batchRetried: ({ attempts, error }) => events.push(`retried ${attempts} ${error.code}`),
      batchWritten: ({ attempts, baseOffset }) => events.push(`written ${attempts} ${baseOffset}`),
    }
    const error = brokerError('NOT_LEADER_OR_FOLLOWER', true)
    const { clock, producer } = bench({
      hooks,
      script: ({ attempt }) => (attempt === 1 ? { outcome: 'refused', error } : undefined),
    })
    void producer.send({ topic: 'orders', key: '1', value: 'a' })
    void producer.send({ topic: 'orders', partition: 1, value: 'b' })
    await clock.advance(1_000)
    expect(events).toEqual([
      'partitioned 1 false',
      'partitioned 1 true',
      'sealed 2 88',
      'retried 1 NOT_LEADER_OR_FOLLOWER',
      'written 2 0',
    ])
  })

  it('are told of failures, halts and splits', async () => {
    const events: string[] = []
    const hooks: ProducerHooks = {
      recordFailed: ({ partition, error }) => events.push(`failed ${partition} ${error.code}`),
      halted: ({ keys, cause }) => events.push(`halted ${keys} ${cause.code}`),
      batchSplit: ({ records, into }) => events.push(`split ${records} into ${into}`),
    }
    const error = brokerError('MESSAGE_TOO_LARGE')
    const { clock, producer } = bench({ hooks, script: () => ({ outcome: 'refused', error }) })
    const watcher = new Watcher()
    for (const key of ['1a', '1b']) watcher.watch(key, producer.send({ topic: 'orders', key, value: 'v' }))
    watcher.watch('bad', producer.send({ topic: 'no/good', value: 'v' }))
    await clock.settle()
    expect(events).toEqual([
      'failed -1 INVALID_TOPIC_EXCEPTION',
      'split 2 into 2',
      'failed 1 RECORD_TOO_LARGE',
      'halted 1 RECORD_TOO_LARGE',
      'failed 1 RECORD_TOO_LARGE',
      'halted 1 RECORD_TOO_LARGE',
    ])
  })

  it('do no harm when they throw; it is counted', async () => {
    const hooks: ProducerHooks = {
      batchWritten() {
        throw new Error('a bad hook')
      },
    }
    const { clock, producer } = bench({ hooks })
    const sent = producer.send({ topic: 'orders', value: 'v' })
    await clock.settle()
    expect((await sent).offset).toBe(0)
    expect(producer.metrics().hookErrors).toBe(1)
  })

  it('may send', async () => {
    const watcher = new Watcher()
    const hooks: ProducerHooks = {
      recordFailed: () => watcher.watch('alarm', it.producer.send({ topic: 'orders', key: '2', value: 'alarm' })),
    }
    const error = brokerError('INVALID_RECORD')
    const it = bench({
      hooks,
      script: ({ partition }) => (partition === 1 ? { outcome: 'refused', error } : undefined),
    })
    watcher.watch('a', it.producer.send({ topic: 'orders', key: '1', value: 'a' }))
    await it.clock.settle()
    expect(values(it.transport, 2)).toEqual(['alarm'])
  })
})
