import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createConsumer } from '@partita/consumer'
import { partition as partitionOf } from '@partita/partitioners'
import { createProducer } from '@partita/producer'
import { stringSerde } from '@partita/protocol'
import { readLog } from '../read-log.ts'
import type { ClusterUnderTest } from './cluster.ts'
import { createKeyWatch } from './key-watch.ts'

/** G1 to G5 of the documentation, each by name, over whichever cluster is given. */
export function guaranteesSuite(cluster: () => ClusterUnderTest): void {
  describe('G1 placement', () => {
    it('a keyed record lands where Java would put it, an explicit partition wins, a missing one is refused', async () => {
      const topic = await cluster().newTopic(5)
      await using producer = createProducer({ transport: cluster().newTransport() })
      const keys = ['o-1', 'o-2', 'ключ', '', 'user-77']
      for (const key of keys) {
        const { partition } = await producer.send({ topic, key, value: 'x' })
        expect(partition).toBe(partitionOf(key, 5, 'java'))
      }
      const explicit = (partitionOf('o-1', 5, 'java') + 1) % 5
      expect((await producer.send({ topic, partition: explicit, key: 'o-1', value: 'y' })).partition).toBe(explicit)
      await expect(producer.send({ topic, partition: 5, value: 'z' })).rejects.toMatchObject({
        code: 'PARTITION_NOT_FOUND',
      })
      expect(await readLog(cluster().brokers, topic)).toHaveLength(keys.length + 1)
    })
  })

  describe('G2 producer order', () => {
    it('5,000 unawaited sends of 100 keys stand in the log in the order of the calls, once each', async () => {
      const topic = await cluster().newTopic(12)
      await using producer = createProducer({ transport: cluster().newTransport() })
      const sends = Array.from({ length: 5_000 }, (_, i) =>
        producer.send({ topic, key: `k${i % 100}`, value: String(Math.floor(i / 100)) }),
      )
      const results = await Promise.all(sends)
      const log = await readLog(cluster().brokers, topic)
      expect(log).toHaveLength(5_000)
      const next = new Map<string, number>()
      for (const { key, value } of log) {
        expect(Number(value)).toBe(next.get(key!) ?? 0)
        next.set(key!, Number(value) + 1)
      }
      const places = new Set(results.map(({ partition, offset }) => `${partition}@${offset}`))
      expect(places.size).toBe(5_000)
    })

    it('a record that is refused does not disturb the others', async () => {
      const topic = await cluster().newTopic(2)
      await using producer = createProducer({ transport: cluster().newTransport() })
      const outcomes = await Promise.allSettled([
        producer.send({ topic, key: 'a', value: 'first' }),
        producer.send({ topic, key: 'a', value: {} as never }),
        producer.send({ topic, key: 'a', value: 'x'.repeat(2_000_000) }),
        producer.send({ topic: '', key: 'a', value: 'x' }),
        producer.send({ topic, partition: -1, key: 'a', value: 'x' }),
        producer.send({ topic, key: 'a', value: 'last' }),
      ])
      const codes = outcomes.map((outcome) =>
        outcome.status === 'fulfilled' ? 'ok' : (outcome.reason as { code: string }).code,
      )
      expect(codes).toEqual([
        'ok',
        'SERIALIZATION_FAILED',
        'RECORD_TOO_LARGE',
        'INVALID_TOPIC_EXCEPTION',
        expect.stringMatching(/INVALID_RECORD_FIELD|PARTITION_NOT_FOUND/),
        'ok',
      ])
      expect((await readLog(cluster().brokers, topic)).map(({ value }) => value)).toEqual(['first', 'last'])
    })
  })

  describe('G3 one handler per key', () => {
    it('2,000 records of 50 keys, 64 handlers: one a key at a time, in offset order', async () => {
      const topic = await cluster().newTopic(6)
      await using producer = createProducer({ transport: cluster().newTransport() })
      await Promise.all(
        Array.from({ length: 2_000 }, (_, i) => producer.send({ topic, key: `k${i % 50}`, value: String(i) })),
      )
      const watch = createKeyWatch()
      let handled = 0
      const consumer = createConsumer({
        transport: cluster().newTransport(),
        groupId: cluster().newGroupId(),
        topics: [topic],
        keyDeserializer: stringSerde,
        autoOffsetReset: 'earliest',
        maxConcurrency: 64,
        handler: async ({ key, partition, offset }) => {
          watch.begin(key!, partition, offset)
          await sleep(offset % 3)
          watch.end(key!)
          if (++handled === 2_000) void consumer.close()
        },
      })
      await consumer.run()
      expect(watch.overlaps).toEqual([])
      expect(watch.disorders).toEqual([])
      expect(watch.mostAtOnce).toBeGreaterThan(10)
      expect(watch.begun.size).toBe(2_000)
    })

    it('a second member takes over half the work without two handlers of one key at a time, and its fence is higher', async () => {
      const topic = await cluster().newTopic(8)
      const groupId = cluster().newGroupId()
      await using producer = createProducer({ transport: cluster().newTransport() })
      const total = 1_200
      await Promise.all(
        Array.from({ length: total }, (_, i) => producer.send({ topic, key: `k${i % 80}`, value: String(i) })),
      )
      const watch = createKeyWatch()
      const fences: Record<string, Set<number>> = { one: new Set(), two: new Set() }
      const finished = new Set<string>()
      let complete = (): void => {}
      const all = new Promise<void>((resolve) => (complete = resolve))
      const member = (name: 'one' | 'two') =>
        createConsumer({
          transport: cluster().newTransport(),
          groupId,
          topics: [topic],
          keyDeserializer: stringSerde,
          autoOffsetReset: 'earliest',
          maxConcurrency: 16,
          heartbeatIntervalMs: 100,
          fetchMaxWaitMs: 50,
          handler: async ({ key, partition, offset }, { fence }) => {
            watch.begin(key!, partition, offset)
            fences[name]!.add(fence)
            await sleep(20)
            watch.end(key!)
            finished.add(`${partition}@${offset}`)
            if (finished.size === total) complete()
          },
        })
      const [one, two] = [member('one'), member('two')]
      const running = [one.run()]
      while (finished.size < total / 10) await sleep(10)
      running.push(two.run())
      await all
      await Promise.all([one.close(), two.close()])
      await Promise.all(running)
      expect(watch.overlaps).toEqual([])
      expect(watch.disorders).toEqual([])
      expect([...watch.begun.values()].every((times) => times === 1)).toBe(true)
      expect(fences['two']!.size).toBeGreaterThan(0)
      expect(Math.min(...fences['two']!)).toBeGreaterThan(Math.min(...fences['one']!))
    })
  })

  describe('G4 nothing lost', () => {
    it('a clean restart repeats nothing, also where records had finished beyond an unfinished one', async () => {
      const topic = await cluster().newTopic(1)
      const groupId = cluster().newGroupId()
      await using producer = createProducer({ transport: cluster().newTransport() })
      for (let i = 0; i < 20; i++) await producer.send({ topic, key: i === 3 ? 'stuck' : `k${i}`, value: String(i) })
      const rounds: number[][] = []
      for (const stuckFails of [true, false]) {
        const finished: number[] = []
        rounds.push(finished)
        const consumer = createConsumer({
          transport: cluster().newTransport(),
          groupId,
          topics: [topic],
          keyDeserializer: stringSerde,
          autoOffsetReset: 'earliest',
          retry: { backoffMs: 10, backoffMaxMs: 10 },
          handler: ({ key, offset }) => {
            if (key === 'stuck' && stuckFails) throw new TypeError('not today')
            finished.push(offset)
            if (finished.length === (stuckFails ? 19 : 1)) void consumer.close({ timeoutMs: 100 })
          },
        })
        await consumer.run()
      }
      const everyOther = Array.from({ length: 20 }, (_, i) => i).filter((offset) => offset !== 3)
      expect([...rounds[0]!].sort((a, b) => a - b)).toEqual(everyOther)
      expect(rounds[1]).toEqual([3])
    })

    it('a handler that throws a TypeError is a failed attempt, and the record is tried again before its successors', async () => {
      const topic = await cluster().newTopic(1)
      await using producer = createProducer({ transport: cluster().newTransport() })
      for (const value of ['1', '2', '3']) await producer.send({ topic, key: 'k', value })
      const seen: string[] = []
      const consumer = createConsumer({
        transport: cluster().newTransport(),
        groupId: cluster().newGroupId(),
        topics: [topic],
        valueDeserializer: stringSerde,
        autoOffsetReset: 'earliest',
        retry: { backoffMs: 10, backoffMaxMs: 20 },
        handler: ({ value }, { attempt }) => {
          seen.push(`${value}#${attempt}`)
          if (value === '1' && attempt < 3) (undefined as unknown as { boom(): void }).boom()
          if (value === '3') void consumer.close()
        },
      })
      await consumer.run()
      expect(seen).toEqual(['1#1', '1#2', '1#3', '2#1', '3#1'])
    })
  })

  describe('G5 bounded', () => {
    it('a producer with a small buffer holds its callers back, and everything arrives', async () => {
      const topic = await cluster().newTopic(3)
      await using producer = createProducer({
        transport: cluster().newTransport(),
        bufferMemory: 65_536,
        batchSize: 16_384,
      })
      const sends = Array.from({ length: 2_000 }, (_, i) =>
        producer.send({ topic, key: `k${i}`, value: 'x'.repeat(200) }),
      )
      expect(producer.metrics().bufferedBytes).toBeLessThanOrEqual(65_536)
      await Promise.all(sends)
      expect(await readLog(cluster().brokers, topic)).toHaveLength(2_000)
    })

    it('an unknown topic is said within maxBlockMs', async () => {
      await using producer = createProducer({ transport: cluster().newTransport(), maxBlockMs: 500 })
      const partitions = producer.send({ topic: 'no such topic', value: 'x' })
      await expect(partitions).rejects.toMatchObject({ code: 'INVALID_TOPIC_EXCEPTION' })
    })
  })
}
