import {
  compatibilityPartitioner,
  defaultPartitioner,
  type Partitioner as PlatformaticPartitioner,
  type PartitionerContext,
} from '@platformatic/kafka'
import { createVirtualClock } from '@partita/testing'
import fc from 'fast-check'
import kafkajs, { type ICustomPartitioner, type PartitionMetadata } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import {
  java,
  listPartitioners,
  partition,
  partitionerFor,
  roundRobin,
  stickyByBytes,
  toKafkajs,
  toNodeRdkafka,
  toPlatformatic,
} from '../src/index.ts'

const clock = () => createVirtualClock({ seed: 3 })

/** kafkajs's types; in the order that a cluster may well list them: any. */
function kafkajsMetadata(count: number, ...withoutLeader: number[]): PartitionMetadata[] {
  return Array.from({ length: count }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: withoutLeader.includes(partitionId) ? -1 : 1,
    replicas: [],
    isr: [],
  })).reverse()
}

function platformaticContext(count: number, ...withoutLeader: number[]): PartitionerContext {
  const partitions = Array.from({ length: count }, (_, i) => ({
    leader: withoutLeader.includes(i) ? -1 : 1,
    leaderEpoch: 0,
    replicas: [],
    isr: [],
    offlineReplicas: [],
  }))
  const topic = { id: 't', partitions, partitionsCount: count, lastUpdate: 0 }
  return { metadata: { id: 'c', brokers: new Map(), controllerId: 1, topics: new Map([['t', topic]]), lastUpdate: 0 } }
}

const anyKey = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
)
const anyCount = fc.integer({ min: 1, max: 60 })

describe('kafkajs', () => {
  it.each([
    ['java', kafkajs.Partitioners.DefaultPartitioner],
    ['kafkajs@2', kafkajs.Partitioners.DefaultPartitioner],
    ['kafkajs@1', kafkajs.Partitioners.LegacyPartitioner],
  ] as const)('%s places every key where kafkajs itself does', (name, theirs) => {
    const ours: ICustomPartitioner = toKafkajs(partitionerFor(name))
    fc.assert(
      fc.property(anyKey, anyCount, (key, count) => {
        const args = { topic: 't', partitionMetadata: kafkajsMetadata(count), message: { key, value: 'v' } }
        expect(ours()(args)).toBe(theirs()(args))
      }),
      { numRuns: 200, seed: 20 },
    )
  })

  it('lets the explicit partition of a message win, 0 too, whatever its key', () => {
    const place = toKafkajs(java())()
    const args = { topic: 't', partitionMetadata: kafkajsMetadata(12) }
    for (const explicit of [0, 7, 99]) {
      expect(place({ ...args, message: { key: 'k', value: null, partition: explicit } })).toBe(explicit)
    }
  })

  it('takes a Uint8Array as the bytes it is', () => {
    const place = toKafkajs(java())()
    const message = { key: new Uint8Array([97]), value: null }
    expect(place({ topic: 't', partitionMetadata: kafkajsMetadata(12), message })).toBe(partition('a', 12, 'java'))
  })

  it('refuses a key of another type', () => {
    const place = toKafkajs(java())()
    const message = { key: { id: 1 } as unknown as string, value: null }
    expect(() => place({ topic: 't', partitionMetadata: kafkajsMetadata(3), message })).toThrow(/got object.*topic t/)
  })

  it('takes messages without key in turns over the partitions that have a leader', () => {
    const place = toKafkajs(roundRobin({ start: 0 }))()
    const partitionMetadata = kafkajsMetadata(5, 1, 4)
    const chosen = [1, 2, 3, 4].map(() => place({ topic: 't', partitionMetadata, message: { value: 'v' } }))
    expect(chosen).toEqual([0, 2, 3, 0])
  })

  it('tells sticky strategies the sizes, so that they move on', () => {
    const place = toKafkajs(stickyByBytes({ clock: clock(), stickyBatchSize: 1000 }))()
    const partitionMetadata = kafkajsMetadata(500)
    const value = Buffer.alloc(84)
    const chosen = Array.from({ length: 21 }, () => place({ topic: 't', partitionMetadata, message: { value } }))
    expect(new Set(chosen.slice(0, 20)).size).toBe(1)
    expect(chosen[20]).not.toBe(chosen[0])
  })

  it('keeps the state of two producers apart', () => {
    const create = toKafkajs(roundRobin({ start: 0 }))
    const args = { topic: 't', partitionMetadata: kafkajsMetadata(5), message: { value: 'v' } }
    expect([create()(args), create()(args)]).toEqual([0, 0])
  })
})

describe('@platformatic/kafka', () => {
  const message = { topic: 't', value: Buffer.from('v') }

  it.each([
    ['platformatic', defaultPartitioner],
    ['platformatic/compat', compatibilityPartitioner],
    ['java', compatibilityPartitioner],
  ] as const)('%s places every key where @platformatic/kafka does, partitions known or not', (name, theirs) => {
    const ours: PlatformaticPartitioner<Buffer, Buffer, Buffer, Buffer> = toPlatformatic(partitionerFor(name))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), anyCount, (bytes, count) => {
        const key = Buffer.from(bytes)
        const expected = theirs(message, key) % count
        expect(ours(message, key, platformaticContext(count))).toBe(expected)
        expect(ours(message, key, { metadata: undefined }) % count).toBe(expected)
      }),
      { numRuns: 200, seed: 20 },
    )
  })

  it.each(listPartitioners().map(({ name }) => name))(
    '%s gives a first send, of which the partitions are not known, what later sends get',
    (name) => {
      const place = toPlatformatic(partitionerFor(name, { clock: clock() }))
      const key = Buffer.from('user-1')
      const first = () => place(message, key, { metadata: undefined })
      const settled = partition(key, 12, name)
      if (name === 'pykafka-hashing-sha1') expect(first).toThrow(/producer\.metadata\(\{ topics: \["t"\] \}\)/)
      else if (settled === undefined) expect(Number.isSafeInteger(first()) && first() >= 0).toBe(true)
      else expect([first() % 12, place(message, key, platformaticContext(12))]).toEqual([settled, settled])
    },
  )

  it('spreads records without key, unlike its own compatibilityPartitioner', () => {
    const place = toPlatformatic(partitionerFor('kafkajs', { start: 0 }))
    const chosen = [1, 2, 3, 4].map(() => place(message, undefined, platformaticContext(5, 1, 4)))
    expect(chosen).toEqual([0, 2, 3, 0])
    const before = [1, 2, 3, 4].map(() => place(message, undefined, { metadata: undefined }))
    expect(before).toEqual([0, 1, 2, 3])
    expect(compatibilityPartitioner(message, undefined)).toBe(0)
  })

  it('refuses to guess for a partitioner of your own before the partitions are known', () => {
    const mine = { name: 'mine', deterministic: true, forTopic: () => ({ partition: () => 2 }) }
    const place = toPlatformatic(mine)
    expect(() => place(message, Buffer.from('k'), { metadata: undefined })).toThrow(/mine needs to know how many/)
    expect(place(message, Buffer.from('k'), platformaticContext(5))).toBe(2)
    expect(place(message, undefined, { metadata: undefined })).toBe(0)
  })
})

describe('node-rdkafka', () => {
  it('gives the explicit partition for a key', () => {
    const place = toNodeRdkafka(java(), 12)
    expect(place('t', 'user-1', 'v')).toBe(partition('user-1', 12, 'java'))
    expect(place('t', Buffer.from('user-1'))).toBe(partition('user-1', 12, 'java'))
  })

  it('takes the count by topic', () => {
    const place = toNodeRdkafka(java(), (topic) => (topic === 'small' ? 1 : 100))
    expect([place('small', 'user-1'), place('large', 'user-1')]).toEqual([0, partition('user-1', 100, 'java')])
  })

  it('places a string by what is left of it when it is cut at its first NUL, and bytes whole', () => {
    const place = toNodeRdkafka(java(), 1000)
    expect(place('t', 'a\0b')).toBe(partition('a', 1000, 'java'))
    expect(place('t', Buffer.from('a\0b'))).toBe(partition('a\0b', 1000, 'java'))
  })

  it('takes records without key in turns', () => {
    const place = toNodeRdkafka(roundRobin({ start: 0 }), 3)
    expect([place('t', null), place('t'), place('t', null), place('other')]).toEqual([0, 1, 2, 0])
  })

  it('refuses a count that no topic has', () => {
    expect(() => toNodeRdkafka(java(), 0)).toThrow(/partitionCount must be/)
    expect(() => toNodeRdkafka(java(), () => 1e9)('t', 'k')).toThrow(/partitionCount must be/)
  })
})
