import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBroker, startBroker, type Broker, type ListenOptions, type SaslMechanism } from '@partita/broker'
import { createConsumer } from '@partita/consumer'
import { createProducer } from '@partita/producer'
import type { PartitaError, Transport } from '@partita/protocol'
import { createVirtualClock } from '@partita/testing'
import { kafkajsTransport, type KafkajsTransportConfig } from '@partita/transport-kafkajs'
import { memoryConnector, nativeTransport, type NativeTransportOptions } from '@partita/transport-native'
import { elsewhere, localhost } from './test-certificates.ts'

const users = { ann: 'pa55-secret' }
const validateToken = (token: string) => (token === 'g00d-token' ? { principal: 'ann' } : undefined)

/** What a client is told about itself and about the broker, for either transport. */
interface Security {
  readonly mechanism?: SaslMechanism
  readonly password?: string
  readonly token?: string
  readonly ssl?: { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly servername?: string }
  readonly requestTimeoutMs?: number
}

const transports: Readonly<Record<string, (brokers: string[], security: Security) => Transport>> = {
  native: (brokers, security) => nativeTransport({ brokers, ...nativeSecurity(security) }),
  kafkajs: (brokers, security) => kafkajsTransport({ brokers, ...kafkajsSecurity(security) }),
}

function nativeSecurity(security: Security): Partial<NativeTransportOptions> {
  const { mechanism, password = users.ann, token = 'g00d-token', ssl, requestTimeoutMs } = security
  const rest = { ssl, ...(requestTimeoutMs !== undefined && { requestTimeoutMs }) }
  if (mechanism === undefined) return rest
  if (mechanism === 'OAUTHBEARER') return { ...rest, sasl: { mechanism, token: () => ({ value: token }) } }
  return { ...rest, sasl: { mechanism, username: 'ann', password } }
}

function kafkajsSecurity(security: Security): Partial<KafkajsTransportConfig> {
  const { mechanism, password = users.ann, token = 'g00d-token', ssl, requestTimeoutMs } = security
  const rest = { ...(ssl && { ssl }), ...(requestTimeoutMs !== undefined && { requestTimeout: requestTimeoutMs }) }
  if (mechanism === undefined) return rest
  if (mechanism === 'OAUTHBEARER') {
    return { ...rest, sasl: { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: token }) } }
  }
  const name = mechanism.toLowerCase() as 'plain'
  return { ...rest, sasl: { mechanism: name, username: 'ann', password } }
}

let broker: Broker
let warnings: string[]

async function start(options: ListenOptions): Promise<string[]> {
  broker = await startBroker({ topics: { orders: 1 }, onWarning: (line) => warnings.push(line), ...options })
  return broker.bootstrap
}

beforeEach(() => {
  warnings = []
})
afterEach(() => broker.close())

describe.each(Object.entries(transports))('over %s', (name, open) => {
  /** Two records in, a small and a large one, and out of a group. */
  async function roundTrip(brokers: string[], security: Security): Promise<void> {
    const transport = open(brokers, security)
    await using producer = createProducer({ transport })
    const sent = ['paid', '0123456789'.repeat(50_000)]
    for (const value of sent) await producer.send({ topic: 'orders', key: 'o-1', value })
    const values: string[] = []
    const consumer = createConsumer({
      transport,
      groupId: 'billing',
      topics: ['orders'],
      autoOffsetReset: 'earliest',
      handler: ({ value }) => {
        values.push(new TextDecoder().decode(value!))
        if (values.length === sent.length) void consumer.close()
      },
    })
    await consumer.run()
    expect(values).toEqual(sent)
  }

  /** How a producer, a consumer and an admin session fail. */
  async function failures(brokers: string[], security: Security): Promise<PartitaError[]> {
    const transport = open(brokers, security)
    await using producer = createProducer({ transport })
    const handler = (): void => undefined
    const consumer = createConsumer({ transport, groupId: 'billing', topics: ['orders'], handler })
    const admin = transport.openAdmin()
    const attempts: (() => Promise<unknown>)[] = [
      () => producer.send({ topic: 'orders', key: 'o-1', value: 'paid' }),
      () => consumer.run(),
      () => admin.listTopics(),
    ]
    const errors: PartitaError[] = []
    for (const attempt of attempts) errors.push(await failureOf(attempt()))
    await admin.close()
    for (const error of errors) expect(inspect(error, { depth: 9 })).not.toMatch(/wr0ng|pa55|token/)
    return errors
  }

  it.each<[string, ListenOptions, Security]>([
    ['PLAIN', { sasl: { users } }, { mechanism: 'PLAIN' }],
    ['SCRAM-SHA-256', { sasl: { users } }, { mechanism: 'SCRAM-SHA-256' }],
    ['SCRAM-SHA-512', { sasl: { users } }, { mechanism: 'SCRAM-SHA-512' }],
    ['OAUTHBEARER', { sasl: { validateToken } }, { mechanism: 'OAUTHBEARER' }],
    ['TLS', { tls: localhost }, { ssl: { ca: localhost.cert } }],
    [
      'TLS to a broker that wants a certificate',
      { tls: { ...localhost, ca: elsewhere.cert, requestCert: true } },
      { ssl: { ca: localhost.cert, cert: elsewhere.cert, key: elsewhere.key } },
    ],
    [
      'TLS by the name that the certificate is for',
      { tls: elsewhere },
      { ssl: { ca: elsewhere.cert, servername: 'broker.test' } },
    ],
    [
      'SCRAM over TLS',
      { tls: localhost, sasl: { users } },
      { mechanism: 'SCRAM-SHA-512', ssl: { ca: localhost.cert } },
    ],
  ])('records travel with %s', async (_, options, security) => {
    await roundTrip(await start(options), security)
    expect(warnings).toEqual([])
  })

  it.each<[SaslMechanism, RegExp]>([
    ['PLAIN', /Invalid username or password/],
    ['SCRAM-SHA-256', /invalid credentials with SASL mechanism SCRAM-SHA-256/],
    ['SCRAM-SHA-512', /invalid credentials with SASL mechanism SCRAM-SHA-512/],
  ])('a wrong password of %s is refused at once, once each, without showing it', async (mechanism, reason) => {
    const brokers = await start({ sasl: { users } })
    let attempts = 0
    broker.control.onRequest(({ api }) => (attempts += api === 'SaslHandshake' ? 1 : 0))
    for (const error of await failures(brokers, { mechanism, password: 'wr0ng' })) {
      expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', retriable: false })
      expect(error.message).toMatch(reason)
      expect(error.message).toContain(`broker ${brokers[0]}`)
      if (name === 'native') expect(error.message).toContain(`refused the user "ann" by SASL ${mechanism}`)
    }
    expect(attempts).toBe(3)
    expect(warnings).toHaveLength(3)
    for (const line of warnings) expect(line).toContain(`${mechanism}, a wrong user or password, user "ann".`)
  })

  it.each<[string, ListenOptions, Security, RegExp]>([
    ['of an unknown authority', { tls: localhost }, { ssl: {} }, /self-signed certificate\. Give .* as ssl\.ca\./],
    [
      'for another name',
      { tls: elsewhere },
      { ssl: { ca: elsewhere.cert } },
      /127\.0\.0\.1 is not in the cert's list.* ssl\.servername\./,
    ],
  ])('a certificate %s ends it at once', async (_, options, security, reason) => {
    const brokers = await start(options)
    for (const error of await failures(brokers, security)) {
      expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: false })
      expect(error.message).toMatch(reason)
      expect(error.message).toContain(brokers[0])
    }
  })

  it('a broker that wants a certificate says so to whom has none', async () => {
    const brokers = await start({ tls: { ...localhost, ca: elsewhere.cert, requestCert: true } })
    for (const error of await failures(brokers, { ssl: { ca: localhost.cert } })) {
      expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: false })
      expect(error.message).toMatch(/alert certificate required\. .* give it as ssl\.cert and ssl\.key\./)
    }
    expect(warnings.join('\n')).toMatch(/it showed no certificate/)
  })

  it.each<[string, ListenOptions, Security, RegExp, RegExp]>([
    [
      'a client without TLS at a port with it',
      { tls: localhost },
      {},
      /closed before .*anything.*: (what listens there|it) may expect TLS \(ssl\)/,
      /what it sent is not TLS; it has to be told to encrypt/,
    ],
    [
      'a client with TLS at a port without it',
      {},
      { ssl: { ca: localhost.cert } },
      /does not speak TLS: leave out ssl then, or use the port that does/,
      /or may expect TLS/,
    ],
  ])('%s learns what may be wrong', async (_, options, security, reason, warned) => {
    const brokers = await start(options)
    const admin = open(brokers, { ...security, requestTimeoutMs: 300 }).openAdmin()
    const error = await failureOf(admin.listTopics())
    expect(error.code).toBe('CONNECTION_FAILED')
    expect(error.message).toMatch(reason)
    expect(warnings[0]).toMatch(warned)
    await admin.close()
  })
})

describe('an authentication that holds for a while', () => {
  it('is renewed by native on the same connection, and nothing is lost for it', async () => {
    const clock = createVirtualClock()
    const sasl = { users, connectionsMaxReauthMs: 60_000 }
    const memory = createBroker({ sasl, clock, topics: { orders: 1 }, onWarning: (line) => warnings.push(line) })
    broker = Object.assign(memory, { bootstrap: [], addresses: [], port: 0 })
    const seen: string[] = []
    memory.control.onRequest(({ api }) => seen.push(api))
    const transport = nativeTransport({
      brokers: ['in-memory:9092'],
      connector: memoryConnector(memory),
      clock,
      ...nativeSecurity({ mechanism: 'PLAIN' }),
    })
    const producer = createProducer({ transport, clock })
    const count = (api: string): number => seen.filter((each) => each === api).length
    let connections = 0
    let acknowledged = 0
    for (let i = 0; i < 60; i++) {
      void producer.send({ topic: 'orders', key: 'o-1', value: String(i) }).then(() => (acknowledged += 1))
      await clock.advance(10_000)
      if (i === 0) connections = count('ApiVersions')
    }
    expect(acknowledged).toBe(60)
    expect(count('SaslHandshake')).toBeGreaterThan(10)
    // Nobody had to connect again.
    expect(connections).toBeGreaterThan(0)
    expect(count('ApiVersions')).toBe(connections)
    expect(warnings).toEqual([])
    const closing = producer.close()
    await clock.advance(1_000)
    await closing
  })

  it('is renewed by kafkajs before a request', async () => {
    const brokers = await start({ sasl: { users, connectionsMaxReauthMs: 1_200 } })
    const seen: string[] = []
    broker.control.onRequest(({ api }) => seen.push(api))
    const count = (api: string): number => seen.filter((each) => each === api).length
    const security = kafkajsSecurity({ mechanism: 'SCRAM-SHA-256' })
    const transport = kafkajsTransport({ brokers, reauthenticationThreshold: 1_100, ...security })
    await using producer = createProducer({ transport })
    let sent = 0
    while (count('SaslHandshake') === count('ApiVersions')) {
      await producer.send({ topic: 'orders', key: 'o-1', value: String(sent++) })
    }
    expect(await broker.log('orders', 0)).toHaveLength(sent)
    expect(warnings).toEqual([])
  })
})

async function failureOf(promise: Promise<unknown>): Promise<PartitaError> {
  return promise.then(
    () => expect.fail('it went well'),
    (error: unknown) => error as PartitaError,
  )
}
