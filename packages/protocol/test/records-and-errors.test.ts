import { describe, expect, it } from 'vitest'
import { inspect } from 'node:util'
import {
  abortedError,
  choiceOption,
  explainTlsFailure,
  integerOption,
  isPartitaError,
  isRetriableKafkaError,
  kafkaErrorCodes,
  kafkaErrorName,
  lastHeader,
  nameOption,
  PartitaError,
  partitionName,
  reasonOf,
  toHeaders,
  topicName,
  toPartitaError,
} from '@partita/protocol'

describe('headers', () => {
  it('keep order and repetition when given as pairs', () => {
    const headers = toHeaders([
      ['b', 'one'],
      ['a', null],
      ['b', new Uint8Array([2])],
    ])
    expect(headers.map(([name]) => name)).toEqual(['b', 'a', 'b'])
    expect(lastHeader(headers, 'b')).toEqual(new Uint8Array([2]))
    expect(lastHeader(headers, 'a')).toBeNull()
    expect(lastHeader(headers, 'c')).toBeUndefined()
  })
  it('may be an object', () => {
    expect(toHeaders({ trace: 'é' })).toEqual([['trace', new Uint8Array([0xc3, 0xa9])]])
  })
  it('refuse what is neither text nor bytes, by name', () => {
    expect(() => toHeaders({ trace: 1 as never })).toThrow(
      'the header "trace" must be a string, bytes or null, not number',
    )
    expect(() => toHeaders(['ab' as never])).toThrow('a header must be a pair of name and value')
    expect(() => toHeaders([[1 as never, 'x']])).toThrow("a header's name must be a string, not number")
  })
})

describe('a PartitaError', () => {
  const error = new PartitaError('PARTITION_NOT_FOUND', 'There is no partition 40.', {
    topic: 'orders',
    partition: 40,
    broker: '127.0.0.1:9092',
    cause: new Error('why'),
  })
  it('ends its message with the place', () => {
    expect(error.message).toBe('There is no partition 40. (topic orders, partition 40, broker 127.0.0.1:9092)')
    expect(error.place).toEqual({ topic: 'orders', partition: 40, broker: '127.0.0.1:9092' })
    expect((error.cause as Error).message).toBe('why')
  })
  it('is final and unambiguous unless it says otherwise', () => {
    expect([error.retriable, error.ambiguous]).toEqual([false, false])
  })
  it('is known by its mark, not by its class, and the mark is not printed', () => {
    const copy = Object.defineProperty({}, Symbol.for('@partita/PartitaError'), { value: true })
    expect(isPartitaError(error)).toBe(true)
    expect(isPartitaError(copy)).toBe(true)
    expect(isPartitaError(new Error('x'))).toBe(false)
    expect(isPartitaError(null)).toBe(false)
    expect(inspect(error)).not.toContain('Symbol(')
  })
  it('is made of anything that was thrown', () => {
    expect(toPartitaError(error)).toBe(error)
    expect(toPartitaError('odd')).toMatchObject({ code: 'UNEXPECTED', message: 'odd', cause: 'odd' })
    expect(toPartitaError(undefined).message).toBe('undefined')
  })
  it('gives the place of another that it is about once', () => {
    const outer = new PartitaError('HALTED', `Given up: ${reasonOf(error)}`, { ...error.place, offset: 7 })
    expect(outer.message).toBe(
      'Given up: There is no partition 40. (topic orders, partition 40, offset 7, broker 127.0.0.1:9092)',
    )
  })
  it('carries the reason of an abort', () => {
    const aborted = abortedError(AbortSignal.abort('shutdown'), 'send', { topic: 'orders' })
    expect(aborted).toMatchObject({ code: 'ABORTED', cause: 'shutdown' })
  })
})

describe('the reason that an error gives', () => {
  it('is a sentence, without a place at its end', () => {
    expect(reasonOf(new PartitaError('CLOSED', 'The producer is closed', { api: 'send' }))).toBe(
      'The producer is closed.',
    )
    expect(reasonOf(new PartitaError('CLOSED', 'Closed (for good).'))).toBe('Closed (for good).')
    expect(reasonOf(new Error('read ECONNRESET'))).toBe('read ECONNRESET.')
    expect(reasonOf(new Error('really?'))).toBe('really?')
  })
  it('is the name of one that says nothing, and the text of what is no error', () => {
    expect(reasonOf(new TypeError())).toBe('TypeError.')
    expect(reasonOf('odd')).toBe('odd.')
    expect(reasonOf(undefined)).toBe('undefined.')
  })
})

describe('Kafka’s error codes', () => {
  it('have one name each, and back', () => {
    const codes = Object.values(kafkaErrorCodes)
    expect(new Set(codes).size).toBe(codes.length)
    for (const [name, code] of Object.entries(kafkaErrorCodes)) expect(kafkaErrorName(code)).toBe(name)
  })
  it('are retriable where Java’s clients retry', () => {
    expect(isRetriableKafkaError('NOT_LEADER_OR_FOLLOWER')).toBe(true)
    expect(isRetriableKafkaError('MESSAGE_TOO_LARGE')).toBe(false)
    expect(isRetriableKafkaError('NONE')).toBe(false)
  })
  it('that are newer than the table become UNKNOWN_SERVER_ERROR', () => {
    expect(kafkaErrorName(31_000)).toBe('UNKNOWN_SERVER_ERROR')
  })
})

describe('a failure of TLS', () => {
  const failure = (code: string, message = 'what Node says'): Error => Object.assign(new Error(message), { code })

  it.each([
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'ssl.servername'],
    ['CERT_HAS_EXPIRED', 'renewed'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'ssl.ca'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ssl.ca'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'ssl.cert and ssl.key'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'does not trust the certificate in ssl.cert'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'may not speak TLS'],
    ['EPROTO', 'may not speak TLS'],
    ['ERR_OSSL_BAD_DECRYPT', ''],
  ])('with the code %s is final, and says what would be right', (code, advice) => {
    const told = explainTlsFailure(failure(code))
    expect(told).toMatchObject({ text: 'what Node says', isFinal: true })
    expect(told!.advice).toContain(advice)
  })

  it('is found where it is the cause of another error, and told in one line', () => {
    const openssl = '805C:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:../a.c:1:\n'
    const cause = failure('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', openssl)
    const told = explainTlsFailure(new Error('gone', { cause: new Error('lost', { cause }) }))
    expect(told?.text).toBe('tlsv13 alert certificate required')
  })

  it('may pass where the connection ended in the middle of the handshake', () => {
    const text = 'Client network socket disconnected before secure TLS connection was established'
    expect(explainTlsFailure(failure('ECONNRESET', text))).toMatchObject({ text, isFinal: false })
  })

  it('is none where something else failed', () => {
    const endless = new Error('a')
    endless.cause = endless
    for (const error of [failure('ECONNREFUSED'), new Error('x'), endless, 'text', null, undefined])
      expect(explainTlsFailure(error)).toBeUndefined()
  })
})

describe('options', () => {
  it('out of range are refused with their name, their range and what was given', () => {
    expect(() => integerOption('lingerMs', -1, { min: 0 })).toThrow(
      'lingerMs must be a whole number, 0 or more; got -1.',
    )
    expect(() => integerOption('acks', 3, { min: -1, max: 1 })).toThrow('from -1 to 1; got 3')
    expect(() => integerOption('batchSize', Number.NaN, { min: 0 })).toThrow('got NaN')
    expect(() => choiceOption('ordering', 'kee' as 'key', ['key', 'partition'])).toThrow(
      'one of "key", "partition"; got "kee"',
    )
    expect(() => nameOption('groupId', '')).toThrow('groupId must be a string that is not empty; got "".')
  })
  it('a topic’s name follows Kafka’s rule', () => {
    expect(topicName('a.b_c-9')).toBe('a.b_c-9')
    for (const wrong of ['', '.', '..', 'a b', 'ü', 'x'.repeat(250), 7 as never]) {
      expect(() => topicName(wrong)).toThrow('is not a topic name')
    }
  })
  it('a partition is named as Kafka’s tools name it', () => {
    expect(partitionName({ topic: 'orders', partition: 3 })).toBe('orders-3')
  })
})
