import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { PartitaError } from '@partita/protocol'
import { createVirtualClock, type VirtualClock } from '@partita/testing'
import { heartbeatApi } from '@partita/wire'
import type { BrokerConnection } from '../../src/network/broker-connection.ts'
import { connectionOpener } from '../../src/network/open-connection.ts'
import { PendingRequest } from '../../src/network/pending-request.ts'
import type { SaslOptions } from '../../src/network/sasl/sasl-options.ts'
import { endpoint } from './connection-harness.ts'
import { failure, handled } from './failure.ts'
import { FakeBroker, silence } from './fake-broker.ts'
import { scramServer } from './scram-server.ts'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const bytes = (message: string): Uint8Array => new TextEncoder().encode(message)
const noBytes = new Uint8Array(0)

const plain = { mechanism: 'PLAIN', username: 'ann', password: 'pa55-secret' } as const

/** Brings the connection to where it is, running what is deferred meanwhile: real crypto takes its own time. */
async function open(clock: VirtualClock, broker: FakeBroker, sasl: SaslOptions): Promise<BrokerConnection> {
  const opening = connectionOpener({
    connector: broker,
    clientId: 'test',
    clock,
    sasl,
    requestTimeoutMs: 30_000,
    socketConnectionSetupTimeoutMs: 10_000,
    connectionsMaxIdleMs: 540_000,
  })(endpoint, new AbortController().signal)
  let isOver = false
  const over = (): void => void (isOver = true)
  opening.then(over, over)
  while (!isOver) await clock.settle()
  return opening
}

function saslBroker(clock: VirtualClock): FakeBroker {
  return new FakeBroker(clock).on('SaslHandshake', () => ({ errorCode: 0, mechanisms: ['PLAIN'] }))
}

describe('authentication', () => {
  it('by PLAIN sends user and password, after the versions and before all else', async () => {
    const clock = createVirtualClock()
    const broker = saslBroker(clock).on('SaslAuthenticate', ({ body }) => {
      expect(text(body.authBytes)).toBe('\0ann\0pa55-secret')
      return { errorCode: 0, authBytes: noBytes }
    })
    const connection = await open(clock, broker, plain)
    expect(broker.requests.map(({ name }) => name)).toEqual(['ApiVersions', 'SaslHandshake', 'SaslAuthenticate'])
    expect(connection.isOpen).toBe(true)
  })

  it.each(['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)(
    'by %s proves the password without sending it',
    async (mechanism) => {
      const clock = createVirtualClock()
      const server = scramServer(mechanism, 'pa55-secret')
      const broker = saslBroker(clock).on('SaslAuthenticate', ({ body }) => {
        expect(text(body.authBytes)).not.toContain('pa55')
        const reply = server(text(body.authBytes))
        return { errorCode: reply === undefined ? 58 : 0, authBytes: bytes(reply ?? '') }
      })
      await open(clock, broker, { mechanism, username: 'ann', password: 'pa55-secret' })
      expect(broker.count('SaslAuthenticate')).toBe(2)
    },
  )

  it('by OAUTHBEARER sends the token and its extensions', async () => {
    const clock = createVirtualClock()
    const broker = saslBroker(clock).on('SaslAuthenticate', ({ body }) => {
      expect(text(body.authBytes)).toBe('n,,\u0001auth=Bearer abc.def\u0001logicalCluster=lkc-1\u0001\u0001')
      return { errorCode: 0, authBytes: noBytes }
    })
    const token = { value: 'abc.def', extensions: { logicalCluster: 'lkc-1' } }
    await open(clock, broker, { mechanism: 'OAUTHBEARER', token: () => token })
    expect(broker.count('SaslAuthenticate')).toBe(1)
  })

  it('with a wrong password fails at once and for good, and shows no secret', async () => {
    const clock = createVirtualClock()
    const server = scramServer('SCRAM-SHA-256', 'another')
    const broker = saslBroker(clock).on('SaslAuthenticate', ({ body }) => {
      const reply = server(text(body.authBytes))
      return { errorCode: reply === undefined ? 58 : 0, errorMessage: 'bad credentials', authBytes: bytes(reply ?? '') }
    })
    const opening = open(clock, broker, { mechanism: 'SCRAM-SHA-256', username: 'ann', password: 'pa55-secret' })
    const error = await failure(opening)
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', retriable: false, ambiguous: false })
    expect(error.message).toContain('The broker refused the user "ann" by SASL SCRAM-SHA-256')
    expect(error.message).toContain('SASL_AUTHENTICATION_FAILED: bad credentials')
    expect(inspect(error, { depth: 9 })).not.toContain('pa55')
    expect(broker.attempts).toHaveLength(1)
    expect(clock.pendingTimers).toBe(0)
  })

  it('does not repeat the password where the broker does', async () => {
    const clock = createVirtualClock()
    const broker = saslBroker(clock).on('SaslAuthenticate', () => ({
      errorCode: 58,
      errorMessage: 'no user with the password pa55-secret',
      authBytes: noBytes,
    }))
    const error = await failure(open(clock, broker, plain))
    expect(inspect(error, { depth: 9 })).not.toContain('pa55')
  })

  it('does not repeat the token where the broker does, nor what would break a line', async () => {
    const clock = createVirtualClock()
    let said = 'who is tok3n?'
    const broker = saslBroker(clock).on('SaslAuthenticate', () => ({
      errorCode: 58,
      errorMessage: said,
      authBytes: noBytes,
    }))
    const sasl = { mechanism: 'OAUTHBEARER', token: () => ({ value: 'tok3n' }) } as const
    const error = await failure(open(clock, broker, sasl))
    expect(inspect(error, { depth: 9 })).not.toContain('tok3n')
    said = 'no\r\nlogged in: \u001b[2Jroot'
    const multiline = await failure(open(clock, broker, sasl))
    expect(multiline.message).toContain('SASL_AUTHENTICATION_FAILED: no??logged in: ?[2Jroot')
  })

  it.each<[string, unknown, RegExp]>([
    ['no object', 'tok3n', /must give an object with a value/],
    ['an empty token', { value: '' }, /must give an object with a value/],
    ['a token with more behind it', { value: 'tok3n\u0001user=root' }, /must give an object with a value/],
    ['an extension with the name of the token', { value: 'tok3n', extensions: { auth: 'x' } }, /extension "auth"/],
    ['an extension that ends early', { value: 'tok3n', extensions: { a: 'x\u0001b=y' } }, /extension "a"/],
  ])('refuses %s in place of a token for good, and sends nothing of it', async (_, token, reason) => {
    const clock = createVirtualClock()
    const broker = saslBroker(clock)
    const error = await failure(open(clock, broker, { mechanism: 'OAUTHBEARER', token: () => token as never }))
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', retriable: false })
    expect(error.message).toMatch(reason)
    expect(inspect(error, { depth: 9 })).not.toContain('tok3n')
    expect(broker.count('SaslAuthenticate')).toBe(0)
  })

  it('says so where the broker asks nobody who they are', async () => {
    const clock = createVirtualClock()
    const broker = new FakeBroker(clock).on('SaslHandshake', () => ({ errorCode: 34, mechanisms: [] }))
    const error = await failure(open(clock, broker, plain))
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', retriable: false })
    expect(error.message).toContain('does not ask who we are at this address: leave out sasl')
  })

  it('says which mechanisms the broker has, where ours is not among them', async () => {
    const clock = createVirtualClock()
    const broker = new FakeBroker(clock).on('SaslHandshake', () => ({ errorCode: 33, mechanisms: ['GSSAPI', 'PLAIN'] }))
    const error = await failure(open(clock, broker, { ...plain, mechanism: 'SCRAM-SHA-512' }))
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', retriable: false })
    expect(error.message).toContain('The broker does not take SASL SCRAM-SHA-512; it offers: GSSAPI, PLAIN.')
  })

  it('fails for now where no token is given, and for good where the token is refused', async () => {
    const clock = createVirtualClock()
    const broker = saslBroker(clock).on('SaslAuthenticate', ({ body }) =>
      // RFC 7628: first the reasons, then, once the client has acknowledged them, the refusal.
      text(body.authBytes) === '\u0001'
        ? { errorCode: 58, authBytes: noBytes }
        : { errorCode: 0, authBytes: bytes('{"status":"invalid_token"}') },
    )
    const down = { mechanism: 'OAUTHBEARER', token: () => Promise.reject(new Error('503 from idp')) } as const
    const unavailable = await failure(open(clock, broker, down))
    expect(unavailable).toMatchObject({ code: 'AUTHENTICATION_FAILED', retriable: true })
    expect(unavailable.cause).toEqual(new Error('503 from idp'))
    const refused = await failure(open(clock, broker, { mechanism: 'OAUTHBEARER', token: () => ({ value: 'old' }) }))
    expect(refused).toMatchObject({ code: 'AUTHENTICATION_FAILED', retriable: false })
  })

  it('is done again before the session ends; what is submitted meanwhile waits', async () => {
    const clock = createVirtualClock()
    let tokens = 0
    const broker = saslBroker(clock)
      .on('SaslAuthenticate', () => ({ errorCode: 0, authBytes: noBytes, sessionLifetimeMs: 60_000 }))
      .on('Heartbeat', () => ({ errorCode: 0 }))
    const sasl = { mechanism: 'OAUTHBEARER', token: () => ({ value: `t${++tokens}` }) } as const
    const connection = await open(clock, broker, sasl)
    await clock.advance(50_999)
    expect(tokens).toBe(1)
    await clock.advanceUntil(() => tokens === 2, 6_002)
    const beat = { groupId: 'g', generationId: 1, memberId: 'm' }
    const answer = new Promise((resolve, reject) =>
      connection.submit(
        new PendingRequest({ api: heartbeatApi, body: beat, clock, timeoutMs: 1_000 }, resolve, reject),
      ),
    )
    while (broker.count('Heartbeat') === 0) await clock.settle()
    await answer
    expect(broker.requests.map(({ name }) => name)).toEqual([
      'ApiVersions',
      'SaslHandshake',
      'SaslAuthenticate',
      'SaslHandshake',
      'SaslAuthenticate',
      'Heartbeat',
    ])
    await clock.advanceUntil(() => tokens === 3, 60_000)
    expect(connection.isOpen).toBe(true)
  })

  it('waits with doing it again for what is under way, however long that takes', async () => {
    const clock = createVirtualClock()
    let joins: (() => void)[] = []
    const broker = saslBroker(clock)
      .on('SaslAuthenticate', () => ({ errorCode: 0, authBytes: noBytes, sessionLifetimeMs: 60_000 }))
      .on('Heartbeat', (request, peer) => {
        joins.push(() => peer.answer(request, { errorCode: 0 }))
        return silence
      })
    const connection = await open(clock, broker, plain)
    const beat = { groupId: 'g', generationId: 1, memberId: 'm' }
    const submit = (): Promise<unknown> =>
      new Promise((resolve, reject) =>
        connection.submit(
          new PendingRequest({ api: heartbeatApi, body: beat, clock, timeoutMs: 300_000 }, resolve, reject),
        ),
      )
    const waiting = submit()
    await clock.advance(120_000)
    const behind = submit()
    await clock.advance(1_000)
    // Neither the handshake, which could not be answered before, nor what waits for it.
    expect(broker.requests.map(({ name }) => name)).toEqual([
      'ApiVersions',
      'SaslHandshake',
      'SaslAuthenticate',
      'Heartbeat',
    ])
    joins.shift()!()
    await waiting
    await clock.advance(0)
    expect(broker.requests.map(({ name }) => name).slice(4)).toEqual(['SaslHandshake', 'SaslAuthenticate', 'Heartbeat'])
    joins.shift()!()
    await behind
    expect(connection.isOpen).toBe(true)
    joins = []
    connection.close(new PartitaError('CLOSED', 'The session is closed.'))
    expect(clock.pendingTimers).toBe(0)
  })

  it('that has no token the second time fails what is under way for now only', async () => {
    const clock = createVirtualClock()
    let tokens = 0
    const broker = saslBroker(clock)
      .on('SaslAuthenticate', () => ({ errorCode: 0, authBytes: noBytes, sessionLifetimeMs: 60_000 }))
      .on('Heartbeat', () => ({ errorCode: 0 }))
    const token = () => (++tokens === 1 ? { value: 't1' } : new Promise<never>(() => undefined))
    const connection = await open(clock, broker, { mechanism: 'OAUTHBEARER', token })
    await clock.advanceUntil(() => tokens === 2, 60_000)
    const beat = { groupId: 'g', generationId: 1, memberId: 'm' }
    const request = handled(
      new Promise((resolve, reject) =>
        connection.submit(
          new PendingRequest({ api: heartbeatApi, body: beat, clock, timeoutMs: 60_000 }, resolve, reject),
        ),
      ),
    )
    await clock.advance(30_000)
    expect(await failure(request)).toMatchObject({ code: 'AUTHENTICATION_FAILED', retriable: true, ambiguous: false })
  })

  it('that is refused the second time ends the connection, with that as the reason', async () => {
    const clock = createVirtualClock()
    let isLocked = false
    const broker = saslBroker(clock)
    broker.on('SaslAuthenticate', () => ({
      errorCode: isLocked ? 58 : 0,
      authBytes: noBytes,
      sessionLifetimeMs: 60_000,
    }))
    const connection = await open(clock, broker, plain)
    isLocked = true
    const closed = handled(new Promise<void>((resolve) => connection.onClosed(resolve)))
    await clock.advanceUntil(() => broker.count('SaslAuthenticate') === 2, 60_000)
    await clock.settle()
    await closed
    expect(connection.isOpen).toBe(false)
    expect(clock.pendingTimers).toBe(0)
  })
})
