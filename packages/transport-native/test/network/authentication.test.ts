import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createVirtualClock, type VirtualClock } from '@partita/testing'
import { heartbeatApi } from '@partita/wire'
import type { BrokerConnection } from '../../src/network/broker-connection.ts'
import { connectionOpener } from '../../src/network/open-connection.ts'
import { PendingRequest } from '../../src/network/pending-request.ts'
import type { SaslOptions } from '../../src/network/sasl/sasl-options.ts'
import { endpoint } from './connection-harness.ts'
import { failure, handled } from './failure.ts'
import { FakeBroker } from './fake-broker.ts'
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
