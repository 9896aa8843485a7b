import type { ProducerRecord } from '@partita/protocol'
import { describe, expect, it } from 'vitest'
import { bench, values, Watcher } from './harness.ts'

type Wrong = [what: string, record: unknown, code: string, message: RegExp]

const wrong: Wrong[] = [
  ['no record', undefined, 'INVALID_RECORD_FIELD', /an object with a topic and a value/],
  [
    'a topic that can be none',
    { topic: 'no/good', value: 'v' },
    'INVALID_TOPIC_EXCEPTION',
    /"no\/good" is not a topic/,
  ],
  ['no topic', { value: 'v' }, 'INVALID_TOPIC_EXCEPTION', /undefined is not a topic name/],
  ['a negative partition', record({ partition: -1 }), 'INVALID_RECORD_FIELD', /partition must be .* got -1/],
  ['a partition that is text', record({ partition: '1' }), 'INVALID_RECORD_FIELD', /partition must be .* got a string/],
  ['half a partition', record({ partition: 0.5 }), 'INVALID_RECORD_FIELD', /partition must be .* got 0.5/],
  ['a negative timestamp', record({ timestamp: -1 }), 'INVALID_RECORD_FIELD', /timestamp must be .* got -1/],
  [
    'a timestamp that is a date',
    record({ timestamp: new Date(0) }),
    'INVALID_RECORD_FIELD',
    /timestamp must be .* object/,
  ],
  ['no value', record({ value: undefined }), 'INVALID_RECORD_FIELD', /value is undefined. Give null/],
  ['headers that are text', record({ headers: 'a=b' }), 'INVALID_RECORD_FIELD', /headers must be .* type string/],
  ['a header that is a number', record({ headers: { a: 1 } }), 'INVALID_RECORD_FIELD', /header "a" must be/],
  [
    'a value that is an object',
    record({ value: {} }),
    'SERIALIZATION_FAILED',
    /value cannot be serialized: expected a string/,
  ],
  ['a key that is a number', record({ key: 1 }), 'SERIALIZATION_FAILED', /key cannot be serialized: expected a string/],
  [
    'a value that is too large',
    record({ value: 'x'.repeat(1_048_576) }),
    'RECORD_TOO_LARGE',
    /maxRequestSize allows 1048576/,
  ],
  ['umlauts that are too large', record({ value: 'ü'.repeat(524_300) }), 'RECORD_TOO_LARGE', /needs 1048683 bytes/],
]

function record(fields: object): object {
  return { topic: 'orders', key: '0', value: 'v', ...fields }
}

describe('a record with', () => {
  it.each(wrong)('%s is rejected, says why, halts nothing, and others go on', async (_what, bad, code, message) => {
    const { clock, transport, producer } = bench()
    const watcher = new Watcher()
    watcher.watch('before', producer.send({ topic: 'orders', key: '0', value: 'before' }))
    const { error } = await rejected(producer.send(bad as ProducerRecord))
    watcher.watch('after', producer.send({ topic: 'orders', key: '0', value: 'after' }))
    await clock.settle()
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
    expect(watcher.story).toEqual(['before 0', 'after 1'])
    expect(values(transport, 0)).toEqual(['before', 'after'])
    expect(producer.halted()).toEqual([])
    expect(producer.metrics()).toMatchObject({ recordsSent: 3, recordsAcknowledged: 2, recordsFailed: 1 })
  })
})

describe('a record just within the limits', () => {
  it('is taken, counted in bytes and not in characters', async () => {
    const { clock, producer } = bench({ maxRequestSize: 282 })
    const taken = producer.send({ topic: 'orders', value: '\u{1F600}'.repeat(50) })
    const refused = rejected(producer.send({ topic: 'orders', value: `${'\u{1F600}'.repeat(50)}x` }))
    await clock.settle()
    expect((await taken).offset).toBe(0)
    expect((await refused).error.code).toBe('RECORD_TOO_LARGE')
  })

  it('is refused where it could never fit into bufferMemory', async () => {
    const { producer } = bench({ bufferMemory: 200 })
    const { error } = await rejected(producer.send({ topic: 'orders', value: 'x'.repeat(200) }))
    expect(error.message).toMatch(/needs 282 bytes; bufferMemory allows 200/)
  })
})

async function rejected(promise: Promise<unknown>): Promise<{ error: { code: string; message: string } }> {
  return promise.then(
    () => expect.fail('it was taken'),
    (error: { code: string; message: string }) => ({ error }),
  )
}
