import { createVirtualClock } from '@partita/testing'
import type { Partitioner, PartitionInfo, TopicPartitioner } from '@partita/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  java,
  type KeylessStrategy,
  partitionerFor,
  random,
  roundRobin,
  stickyByBatch,
  stickyByBytes,
  stickyByTime,
} from '../src/index.ts'
import { partitionsOf } from './vectors.ts'

const clock = () => createVirtualClock({ seed: 7 })

/** One record without key, placed and put into a batch. */
function send(topic: TopicPartitioner, partitions: readonly PartitionInfo[], bytes = 0, batchFull = false): number {
  const partition = topic.partition(null, partitions)
  topic.appended?.(partition, bytes, batchFull)
  return partition
}

function sendMany(topic: TopicPartitioner, partitions: readonly PartitionInfo[], records: number, bytes = 0): number[] {
  return Array.from({ length: records }, () => send(topic, partitions, bytes))
}

function distinct(values: readonly number[]): number {
  return new Set(values).size
}

describe('sticky by bytes', () => {
  const all = partitionsOf(1000)
  const topicOf = (stickyBatchSize?: number) => stickyByBytes({ clock: clock(), stickyBatchSize }).forTopic('t')

  it('stays while fewer than stickyBatchSize bytes went there, full batches or not', () => {
    const topic = topicOf(1000)
    const first = send(topic, all, 999, true)
    expect(send(topic, all, 0, true)).toBe(first)
  })

  it('switches at stickyBatchSize when the batch is full', () => {
    const topic = topicOf(1000)
    const first = send(topic, all, 1000, true)
    expect(send(topic, all)).not.toBe(first)
  })

  it('stays from stickyBatchSize to twice that while a batch is half-filled, then switches', () => {
    const topic = topicOf(1000)
    const first = send(topic, all, 1999, false)
    expect(send(topic, all, 1, false)).toBe(first)
    expect(send(topic, all)).not.toBe(first)
  })

  it('counts anew after a switch', () => {
    const topic = topicOf(1000)
    send(topic, all, 2000)
    const second = send(topic, all, 999, true)
    expect(send(topic, all)).toBe(second)
  })

  it('takes 16384 bytes by default, as Java does', () => {
    const topic = topicOf()
    const first = send(topic, all, 16_383, true)
    expect(send(topic, all, 1, true)).toBe(first)
    expect(send(topic, all)).not.toBe(first)
  })

  it('ignores bytes that went to another partition', () => {
    const topic = topicOf(1000)
    const first = send(topic, all)
    topic.appended!((first + 1) % 1000, 5000, true)
    expect(send(topic, all)).toBe(first)
  })

  it('may choose the same partition again, and chooses each as often as the others', () => {
    const topic = topicOf(1)
    const four = partitionsOf(4)
    const chosen = sendMany(topic, four, 4000, 2)
    const counts = [0, 1, 2, 3].map((partition) => chosen.filter((each) => each === partition).length)
    expect(Math.min(...counts)).toBeGreaterThan(900)
    expect(chosen.some((each, i) => each === chosen[i - 1])).toBe(true)
  })

  it('leaves a partition that lost its leader', () => {
    const topic = topicOf()
    const first = send(topic, partitionsOf(6))
    expect(send(topic, partitionsOf(6, first))).not.toBe(first)
  })

  it('keeps its stays apart by topic', () => {
    const strategy = stickyByBytes({ clock: clock() })
    const [one, other] = [strategy.forTopic('one'), strategy.forTopic('other')]
    const first = send(one, all, 50_000)
    const there = send(other, all)
    expect(send(one, all)).not.toBe(first)
    expect(send(other, all)).toBe(there)
  })

  it('moves on where records have keys that it ignores, although their sizes are not told', () => {
    const topic = topicOf()
    const chosen = Array.from({ length: 400 }, (_, i) => topic.partition(`key-${i}`, all))
    expect(distinct(chosen)).toBeGreaterThan(8)
  })

  it('counts records without key only, in java()', () => {
    const topic = java({ clock: clock() }).forTopic('t')
    const first = send(topic, all, 16_000)
    for (let i = 0; i < 100; i++) topic.partition(`key-${i}`, all)
    expect(send(topic, all)).toBe(first)
    send(topic, all, 20_000)
    expect(send(topic, all)).not.toBe(first)
  })
})

describe('sticky by batch', () => {
  it('switches when the batch is full, always to another partition', () => {
    const topic = stickyByBatch({ clock: clock() }).forTopic('t')
    const three = partitionsOf(3)
    const chosen = Array.from({ length: 300 }, () => send(topic, three, 10, true))
    expect(chosen.every((each, i) => each !== chosen[i - 1])).toBe(true)
    expect(distinct(chosen)).toBe(3)
  })

  it('stays while the batch is not full, but for stickyBatchSize bytes at most', () => {
    const topic = stickyByBatch({ clock: clock(), stickyBatchSize: 100 }).forTopic('t')
    const chosen = sendMany(topic, partitionsOf(50), 12, 10)
    expect(distinct(chosen.slice(0, 10))).toBe(1)
    expect(chosen[10]).not.toBe(chosen[9])
  })

  it('stays with the only partition that has a leader', () => {
    const topic = stickyByBatch({ clock: clock() }).forTopic('t')
    const only = partitionsOf(3, 0, 2)
    expect([send(topic, only, 1, true), send(topic, only, 1, true)]).toEqual([1, 1])
  })
})

describe('sticky by time', () => {
  it('stays for stickyPartitioningLingerMs, then chooses', async () => {
    const time = clock()
    const topic = stickyByTime({ clock: time, stickyPartitioningLingerMs: 50 }).forTopic('t')
    const all = partitionsOf(1000)
    const first = send(topic, all)
    await time.advance(49)
    expect(distinct([first, ...sendMany(topic, all, 100, 10_000)])).toBe(1)
    await time.advance(1)
    expect(send(topic, all)).not.toBe(first)
  })

  it('chooses for every record when it is 0', () => {
    const topic = stickyByTime({ clock: clock(), stickyPartitioningLingerMs: 0 }).forTopic('t')
    expect(distinct(sendMany(topic, partitionsOf(1000), 100))).toBeGreaterThan(80)
  })

  it('leaves a partition that lost its leader', () => {
    const topic = stickyByTime({ clock: clock() }).forTopic('t')
    const first = send(topic, partitionsOf(6))
    expect(send(topic, partitionsOf(6, first))).not.toBe(first)
  })

  it('is what librdkafka does with an empty key by default, together with missing ones', () => {
    const topic = partitionerFor('librdkafka', { clock: clock() }).forTopic('t')
    const all = partitionsOf(1000)
    expect(topic.partition('', all)).toBe(topic.partition(null, all))
    expect(topic.partition(new Uint8Array(), all)).toBe(topic.partition(null, all))
  })
})

describe('round robin', () => {
  it('gives every partition the same, from any start', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 0x7fffffff }), (count, start) => {
        const chosen = sendMany(roundRobin({ start }).forTopic('t'), partitionsOf(count), count * 3)
        for (let i = 0; i < count; i++) expect(chosen.filter((each) => each === i)).toHaveLength(3)
        expect(chosen[0]).toBe(start % count)
      }),
      { numRuns: 50, seed: 20 },
    )
  })

  it('uses every partition of an even count (KAFKA-9965)', () => {
    expect(sendMany(partitionerFor('java-round-robin').forTopic('t'), partitionsOf(4), 5)).toEqual([0, 1, 2, 3, 0])
  })

  it('begins where the client does', () => {
    expect(send(partitionerFor('pykafka').forTopic('t'), partitionsOf(9))).toBe(1)
    expect(send(partitionerFor('platformatic').forTopic('t'), partitionsOf(9))).toBe(0)
    const starts = Array.from({ length: 20 }, (_, seed) =>
      send(partitionerFor('kafkajs', { clock: createVirtualClock({ seed }) }).forTopic('t'), partitionsOf(9)),
    )
    expect(distinct(starts)).toBeGreaterThan(4)
    expect(send(partitionerFor('kafkajs', { start: 4 }).forTopic('t'), partitionsOf(9))).toBe(4)
  })

  it('stays for chunkSize records', () => {
    const topic = roundRobin({ start: 0, chunkSize: 3 }).forTopic('t')
    expect(sendMany(topic, partitionsOf(2), 7)).toEqual([0, 0, 0, 1, 1, 1, 0])
  })
})

describe('every strategy', () => {
  const strategies: [string, (c: ReturnType<typeof clock>) => KeylessStrategy][] = [
    ['stickyByBytes', (c) => stickyByBytes({ clock: c, stickyBatchSize: 1 })],
    ['stickyByBatch', (c) => stickyByBatch({ clock: c })],
    ['stickyByTime', (c) => stickyByTime({ clock: c, stickyPartitioningLingerMs: 0 })],
    ['roundRobin', (c) => roundRobin({ clock: c })],
    ['random', (c) => random({ clock: c })],
  ]

  it.each(strategies)('%s uses partitions with a leader only, and all of them', (_, make) => {
    const topic = make(clock()).forTopic('t')
    const chosen = Array.from({ length: 300 }, () => send(topic, partitionsOf(8, 0, 3, 7), 2, true))
    expect(new Set(chosen)).toEqual(new Set([1, 2, 4, 5, 6]))
  })

  it.each(strategies)('%s uses all where none has a leader', (_, make) => {
    const topic = make(clock()).forTopic('t')
    const chosen = Array.from({ length: 300 }, () => send(topic, partitionsOf(3, 0, 1, 2), 2, true))
    expect(new Set(chosen)).toEqual(new Set([0, 1, 2]))
  })

  it.each(strategies)('%s does the same again from the same seed', (_, make) => {
    const run = () => {
      const topic = make(clock()).forTopic('t')
      return Array.from({ length: 50 }, () => send(topic, partitionsOf(9), 2, true))
    }
    expect(run()).toEqual(run())
  })

  it.each(strategies)('%s follows a topic that grows or shrinks', (_, make) => {
    const topic = make(clock()).forTopic('t')
    for (const count of [9, 2, 1, 30]) {
      for (let i = 0; i < 20; i++) expect(send(topic, partitionsOf(count))).toBeLessThan(count)
    }
  })

  it.each(strategies)('%s refuses a topic without partitions', (_, make) => {
    expect(() => make(clock()).forTopic('t').partition(null, [])).toThrow(/no partitions/)
  })
})

describe('a keyed record', () => {
  it('keeps its partition when that has no leader', () => {
    const topic = java().forTopic('t')
    const home = topic.partition('user-1', partitionsOf(12))
    expect(topic.partition('user-1', partitionsOf(12, home))).toBe(home)
  })

  it('of a topic without partitions is refused', () => {
    expect(() => java().forTopic('t').partition('k', [])).toThrow(/no partitions/)
  })
})

describe('options', () => {
  it.each<[string, () => Partitioner, RegExp]>([
    ['stickyBatchSize', () => stickyByBytes({ stickyBatchSize: 0 }), /stickyBatchSize must be a whole number/],
    ['stickyBatchSize of java()', () => java({ stickyBatchSize: 1.5 }), /stickyBatchSize must be a whole number/],
    ['linger', () => stickyByTime({ stickyPartitioningLingerMs: -1 }), /stickyPartitioningLingerMs must be/],
    ['start', () => roundRobin({ start: -1 }), /start must be 'random' or a whole number/],
    ['chunkSize', () => roundRobin({ chunkSize: 0 }), /chunkSize must be a whole number/],
  ])('%s is checked when the partitioner is made', (_, make, message) => {
    expect(make).toThrow(message)
  })
})
