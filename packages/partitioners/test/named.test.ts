import { isPartitaError } from '@partita/protocol'
import { createVirtualClock } from '@partita/testing'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  type DeterministicName,
  formulas,
  hashPartitioner,
  java,
  librdkafka,
  listPartitioners,
  type NondeterministicName,
  partition,
  partitionerFor,
  partitionerName,
  roundRobin,
  sarama,
} from '../src/index.ts'
import { partitionsOf, vectors } from './vectors.ts'

const rows = listPartitioners()
const row = (name: string) => rows.find((each) => each.name === name)!

describe('partitionerFor', () => {
  it('knows every implementation of the vectors', () => {
    for (const name of Object.keys(vectors.source.algorithms))
      expect(partitionerFor(partitionerName(name)).name).toBe(name)
  })

  it.each([
    ['java', 'A'],
    ['kafkajs@1', 'F'],
    ['kafkajs@2', 'A'],
    ['librdkafka', 'B'],
    ['librdkafka@0.11.4', 'E'],
    ['confluent-kafka-javascript/kafkajs-api', 'A'],
    ['confluent-kafka-javascript/callback-api', 'B'],
    ['node-rdkafka', 'B'],
    ['sarama', 'C'],
    ['franz-go', 'A'],
    ['kafka-go', undefined],
    ['platformatic', 'E'],
    ['platformatic/compat', 'A'],
    ['kafka_ex@0.10', 'E'],
    ['ruby-kafka', 'B'],
    ['kafka-python', 'A'],
    ['aiokafka', 'A'],
    ['redpanda-connect/kafka', 'C'],
    ['redpanda-connect/redpanda', 'A'],
    ['beats', 'D'],
  ])('takes %s for class %s', (name, letter) => {
    expect(partitionerFor(partitionerName(name)).name).toBe(name)
    expect(row(name).formulaClass).toBe(letter)
  })

  it.each(rows.map(({ name }) => name))('%s places keys of every kind, and says rightly whether they stay', (name) => {
    const made = [1, 2, 3, 4].map((seed) => partitionerFor(name, { clock: createVirtualClock({ seed }) }))
    const all = partitionsOf(97)
    for (const key of ['', 'k', new Uint8Array([1, 2]), 'ключ']) {
      const placed = new Set(made.flatMap((each) => [1, 2, 3].map(() => each.forTopic('t').partition(key, all))))
      for (const each of placed) expect(each >= 0 && each < 97).toBe(true)
      if (made[0]!.deterministic) expect(placed.size).toBe(1)
      const settled = partition(key, 97, name)
      if (settled !== undefined) expect([...placed]).toEqual([settled])
    }
    expect(made[0]!.deterministic).toBe(row(name).deterministic)
  })

  it.each([
    ['kafkjs', 'kafkajs'],
    ['Java', 'java'],
    ['confluent', 'confluent-kafka-go'],
    ['sarama-hsah', 'sarama-hash'],
    ['kafkajs@3', 'kafkajs@2'],
  ])('for %j it names %s as near', (wrong, near) => {
    const error = caught(() => partitionerName(wrong))
    expect(error).toMatchObject({ code: 'INVALID_OPTION' })
    expect(error.message).toContain(`There is no partitioner named "${wrong}"`)
    expect(error.message).toMatch(new RegExp(`Near it: (.*, )?${near}[,.]`))
  })

  it('points to the list where nothing is near, and bounds what it repeats', () => {
    expect(caught(() => partitionerName('zzzzzzzz')).message).toContain('listPartitioners() tells all names')
    expect(caught(() => partitionerName('q'.repeat(1e6))).message.length).toBeLessThan(300)
    expect(caught(() => partitionerName('__proto__')).message).toContain('no partitioner named')
    expect(caught(() => partitionerFor(undefined as unknown as 'java')).message).toContain('"undefined"')
  })

  it('says in its type whether every key has one partition', () => {
    expectTypeOf(partitionerFor('kafkajs@1').deterministic).toEqualTypeOf<true>()
    expectTypeOf(partitionerFor('librdkafka').deterministic).toEqualTypeOf<false>()
    expectTypeOf(partitionerFor('kafka-python@0.9').deterministic).toEqualTypeOf<false>()
    expectTypeOf(java().deterministic).toEqualTypeOf<true>()
    expectTypeOf(partition('k', 1, 'java')).toEqualTypeOf<number>()
    expectTypeOf(partition('k', 1, 'librdkafka')).toEqualTypeOf<number | undefined>()
    expectTypeOf<DeterministicName & NondeterministicName>().toEqualTypeOf<never>()
  })
})

describe('a Python hash', () => {
  it('is stable within one partitioner and unrelated between two', () => {
    const make = (seed: number) =>
      partitionerFor('kafka-python@0.9', { clock: createVirtualClock({ seed }) }).forTopic('t')
    const all = partitionsOf(1000)
    const [one, other] = [make(1), make(2)]
    const keys = Array.from({ length: 100 }, (_, i) => `key-${i}`)
    expect(keys.every((key) => one.partition(key, all) === one.partition(key, all))).toBe(true)
    expect(keys.filter((key) => one.partition(key, all) === other.partition(key, all)).length).toBeLessThan(5)
  })
})

describe('the factories', () => {
  it('java, librdkafka and sarama are the clients of these names', () => {
    const all = partitionsOf(12)
    for (const key of ['a', 'user-1', 'ключ']) {
      expect(java().forTopic('t').partition(key, all)).toBe(partition(key, 12, 'java'))
      expect(sarama().forTopic('t').partition(key, all)).toBe(partition(key, 12, 'sarama'))
      expect(librdkafka().forTopic('t').partition(key, all)).toBe(partition(key, 12, 'librdkafka'))
      const murmur2 = librdkafka({ partitioner: 'murmur2_random' })
      expect(murmur2.forTopic('t').partition(key, all)).toBe(partition(key, 12, 'java'))
    }
    expect([librdkafka().deterministic, librdkafka({ partitioner: 'fnv1a' }).deterministic]).toEqual([false, true])
  })

  it('librdkafka names the choices for a wrong one', () => {
    expect(() => librdkafka({ partitioner: 'murmur3' as 'murmur2' })).toThrow(/consistent_random.*got "murmur3"/)
  })
})

describe('hashPartitioner', () => {
  const formula = formulas['fnv1a-mask']
  const all = partitionsOf(5)

  it('takes any rule for missing and for empty keys', () => {
    const make = (nullKey: Parameters<typeof hashPartitioner>[0]['nullKey'], emptyKey: 'hash' | 'as-null') =>
      hashPartitioner({ name: 'mine', formula, nullKey, emptyKey }).forTopic('t')
    expect(make({ hash: 8 }, 'hash').partition(null, all)).toBe(3)
    expect(make('as-empty', 'hash').partition(null, all)).toBe(make('as-empty', 'as-null').partition('', all))
    const shared = make(roundRobin({ start: 0 }), 'as-null')
    expect([null, '', null, new Uint8Array()].map((key) => shared.partition(key, all))).toEqual([0, 1, 2, 3])
    expect(() => make('error', 'hash').partition(null, all)).toThrow(/mine places records by their key/)
  })

  it('takes a rule of its own for empty keys', () => {
    const make = (emptyKey: Parameters<typeof hashPartitioner>[0]['emptyKey']) =>
      hashPartitioner({ name: 'mine', formula, nullKey: 'error', emptyKey })
    expect(make({ hash: 4 }).forTopic('t').partition('', all)).toBe(4)
    expect(() => make('error').forTopic('t').partition('', all)).toThrow(/this one's is empty/)
    expect(make(roundRobin()).deterministic).toBe(false)
    expect(make('hash').deterministic).toBe(true)
  })

  it('refuses a fixed hash that is none', () => {
    expect(() => hashPartitioner({ name: 'mine', formula, nullKey: { hash: -1 }, emptyKey: 'hash' })).toThrow(
      /nullKey.hash/,
    )
  })
})

describe('listPartitioners', () => {
  it('has every name once, with what a table needs', () => {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length)
    for (const { name, formula, nullKey, client, source } of rows) {
      expect(partitionerName(name)).toBe(name)
      for (const text of [formula, nullKey, client, source]) expect(text.length).toBeGreaterThan(0)
    }
  })

  it('describes one', () => {
    expect(row('kafkajs@1')).toMatchObject({
      implementation: 'kafkajs-legacy',
      formulaName: 'kafkajs-legacy-mask',
      nullKey: 'round-robin',
      emptyKey: 'hash',
      deterministic: true,
    })
    expect(row('kafka-go')).toMatchObject({ formula: 'keys are ignored: round-robin', deterministic: false })
  })
})

function caught(action: () => unknown): Error {
  try {
    action()
  } catch (error) {
    if (isPartitaError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
