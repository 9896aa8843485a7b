import { java } from '@partita/partitioners'
import { int32Serde, jsonSerde } from '@partita/protocol'
import { createScriptedProducerTransport, createVirtualClock } from '@partita/testing'
import { describe, expect, it } from 'vitest'
import { createProducer } from '../src/index.ts'
import { bench, values } from './harness.ts'

describe('a sent record', () => {
  it('is stored, and its promise tells where and with which timestamp', async () => {
    const { clock, transport, producer } = bench()
    const sent = producer.send({ topic: 'orders', key: '2-a', value: 'paid', timestamp: 7 })
    await clock.settle()
    expect(await sent).toEqual({ topic: 'orders', partition: 2, offset: 0, timestamp: 7 })
    expect(values(transport, 2)).toEqual(['paid'])
  })

  it('is stamped with the moment of send, not of writing', async () => {
    const { clock, producer } = bench({ metadata: () => ({ delayMs: 500 }) })
    const before = clock.now()
    const sent = producer.send({ topic: 'orders', key: '0', value: 'v' })
    await clock.advance(500)
    expect((await sent).timestamp).toBe(before)
  })

  it('has a time of its own in every turn of the event loop, also while nothing can be written', async () => {
    const { clock, producer } = bench({ script: () => ({ outcome: 'stored', delayMs: 50 }) })
    const first = producer.send({ topic: 'orders', key: '0', value: 'v' })
    await clock.advance(20)
    const second = producer.send({ topic: 'orders', key: '0', value: 'v' })
    await clock.advance(100)
    expect((await second).timestamp - (await first).timestamp).toBe(20)
  })

  it('has the time of its storing on a topic with LogAppendTime', async () => {
    const { clock, producer } = bench({ logAppendTime: true, script: () => ({ outcome: 'stored', delayMs: 40 }) })
    const sent = producer.send({ topic: 'orders', key: '0', value: 'v', timestamp: 7 })
    await clock.advance(40)
    expect((await sent).timestamp).toBe(clock.now())
  })

  it('has offset -1 with acks 0', async () => {
    const { clock, transport, producer } = bench({ acks: 0 })
    const sent = [1, 2].map((n) => producer.send({ topic: 'orders', key: '0', value: `${n}` }))
    await clock.settle()
    expect((await Promise.all(sent)).map(({ offset }) => offset)).toEqual([-1, -1])
    expect(values(transport, 0)).toEqual(['1', '2'])
  })

  it('keeps its headers in order, repeated names too, and may be a tombstone', async () => {
    const { clock, transport, producer } = bench()
    const headers = [
      ['b', '1'],
      ['a', null],
      ['b', new Uint8Array([2])],
    ] as const
    const sent = producer.send({ topic: 'orders', key: '0', value: null, headers })
    await clock.settle()
    await sent
    const [record] = transport.log('orders', 0)
    expect(record?.value).toBeNull()
    expect(record?.headers).toEqual([
      ['b', new TextEncoder().encode('1')],
      ['a', null],
      ['b', new Uint8Array([2])],
    ])
  })

  it('may be sent by a method taken off the producer', async () => {
    const { clock, producer } = bench()
    const { send } = producer
    const sent = send({ topic: 'orders', value: 'v' })
    await clock.settle()
    expect((await sent).offset).toBe(0)
  })
})

describe('placement', () => {
  it('follows an explicit partition before the partitioner', async () => {
    const { clock, producer } = bench()
    const sent = producer.send({ topic: 'orders', key: '2', partition: 3, value: 'v' })
    await clock.settle()
    expect((await sent).partition).toBe(3)
  })

  it("is Java's by default, over all partitions", async () => {
    const clock = createVirtualClock()
    const transport = createScriptedProducerTransport({ clock, topics: { orders: 12 } })
    const producer = createProducer({ transport })
    const keys = Array.from({ length: 40 }, (_, i) => `order-${i}`)
    const sent = keys.map((key) => producer.send({ topic: 'orders', key, value: 'v' }))
    await clock.settle()
    const partitions = (await Promise.all(sent)).map(({ partition }) => partition)
    const expected = java({ clock }).forTopic('orders')
    const all = Array.from({ length: 12 }, (_, partition) => ({ partition, leader: 1 }))
    expect(partitions).toEqual(keys.map((key) => expected.partition(key, all)))
    expect(new Set(partitions).size).toBeGreaterThan(4)
  })

  it('asks the partitioner once a record, also when the batch is written several times', async () => {
    let asked = 0
    const partitioner = { name: 'counting', deterministic: true, forTopic: () => ({ partition: () => asked++ % 4 }) }
    const script = ({ attempt }: { attempt: number }) =>
      attempt < 3 ? ({ outcome: 'answer-lost' } as const) : undefined
    const { clock, transport, producer } = bench({ partitioner, script })
    const sent = ['a', 'b', 'c'].map((value) => producer.send({ topic: 'orders', value }))
    await clock.advance(10_000)
    expect((await Promise.all(sent)).map(({ partition }) => partition)).toEqual([0, 1, 2])
    expect([asked, transport.writes.length]).toEqual([3, 9])
  })

  it('tells the partitioner what records without key took, and of no others', async () => {
    const told: unknown[] = []
    const topicPartitioner = { partition: () => 1, appended: (...args: unknown[]) => void told.push(args) }
    const partitioner = { name: 'sticky', deterministic: false, forTopic: () => topicPartitioner }
    const { clock, producer } = bench({ partitioner, maxBatchRecords: 2 })
    await producer.partitionsFor('orders')
    void producer.send({ topic: 'orders', value: 'abc' })
    void producer.send({ topic: 'orders', value: 'abc' })
    void producer.send({ topic: 'orders', key: 'k', value: 'abc' })
    void producer.send({ topic: 'orders', partition: 2, value: 'abc' })
    await clock.settle()
    expect(told).toEqual([
      [1, 61 + 15, false],
      [1, 15, true],
    ])
  })

  it('rejects a record whose partitioner throws or names no partition, and goes on', async () => {
    const answers = [Number.NaN, 4, -1, 1.5, 3]
    const partition = (key: unknown): number => {
      if (key === 'throw') throw new Error('no idea')
      return answers.shift()!
    }
    const partitioner = { name: 'odd', deterministic: true, forTopic: () => ({ partition }) }
    const { clock, producer } = bench({ partitioner })
    const sent = ['throw', 'a', 'b', 'c', 'd', 'e'].map((key) => producer.send({ topic: 'orders', key, value: 'v' }))
    const ends = Promise.allSettled(sent)
    await clock.settle()
    expect((await ends).map((end) => (end.status === 'rejected' ? end.reason.code : end.value.partition))).toEqual([
      ...Array.from({ length: 5 }, () => 'PARTITION_NOT_FOUND'),
      3,
    ])
    await expect(sent[0]).rejects.toThrow('The partitioner "odd" threw instead of choosing a partition: no idea')
    await expect(sent[2]).rejects.toThrow('The partitioner "odd" chose 4; the topic has 4 partitions, 0 to 3.')
  })
})

describe('serializers', () => {
  it('turn keys and values into bytes, and are told the topic', async () => {
    const clock = createVirtualClock()
    const transport = createScriptedProducerTransport({ clock, topics: { orders: 1 } })
    const seen: string[] = []
    const producer = createProducer({
      transport,
      keySerializer: int32Serde,
      valueSerializer: {
        serialize(value: { state: string }, context) {
          seen.push(`${context.topic} ${context.target} ${context.headers.length}`)
          return jsonSerde<{ state: string }>().serialize(value, context)
        },
      },
    })
    const sent = producer.send({ topic: 'orders', key: 258, value: { state: 'paid' }, headers: { a: 'b' } })
    await clock.settle()
    await sent
    expect(transport.log('orders', 0)[0]?.key).toEqual(new Uint8Array([0, 0, 1, 2]))
    expect(values(transport, 0)).toEqual(['{"state":"paid"}'])
    expect(seen).toEqual(['orders value 1'])
  })
})
