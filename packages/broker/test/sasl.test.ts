import { createVirtualClock } from '@partita/testing'
import {
  apiVersionsApi,
  createAclsApi,
  decodeResponse,
  deleteAclsApi,
  describeAclsApi,
  encodeRequest,
  metadataApi,
  type ResponseOf,
  saslAuthenticateApi,
  saslHandshakeApi,
} from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { createBroker, type BrokerOptions, type MemoryBroker, type SaslOptions } from '../src/index.ts'
import { type ApiClient, code, connectClient } from './api-client.ts'
import { scramClient } from './scram-client.ts'

const users = { ann: 'pa55-secret', 'bob,=': 'swordfish' }
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

interface Stage {
  readonly broker: MemoryBroker
  readonly client: ApiClient
  readonly warnings: string[]
}

function stage(sasl: SaslOptions = { users }, options: BrokerOptions = {}): Stage {
  const warnings: string[] = []
  const broker = createBroker({ sasl, onWarning: (line) => warnings.push(line), ...options })
  return { broker, warnings, client: connectClient(broker) }
}

type Answer = ResponseOf<typeof saslAuthenticateApi>

async function handshake(client: ApiClient, mechanism: string, version = 1): Promise<void> {
  expect(await client.call(saslHandshakeApi, version, { mechanism })).toMatchObject({ errorCode: 0 })
}

const authenticate = (client: ApiClient, message: string, version = 2): Promise<Answer> =>
  client.call(saslAuthenticateApi, version, { authBytes: utf8(message) })

async function plain(client: ApiClient, user = 'ann', password = 'pa55-secret'): Promise<Answer> {
  await handshake(client, 'PLAIN')
  return authenticate(client, `\0${user}\0${password}`)
}

async function isServed(client: ApiClient): Promise<boolean> {
  return (await client.call(metadataApi, 9, { topics: [] })).brokers.length === 1
}

/** Neither what the client is told nor what is warned of shows a password. */
function expectRefused({ client, warnings }: Stage, answer: Answer, told: string, warned: RegExp): void {
  expect(answer).toMatchObject({ errorCode: code('SASL_AUTHENTICATION_FAILED'), errorMessage: told })
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toMatch(warned)
  expect(warnings[0] + told).not.toMatch(/pa55|wr0ng|swordfish/)
  expect(client.framesReceived).toBeGreaterThan(0)
}

describe('before it has authenticated, a connection', () => {
  test('may ask for the versions once, and for the handshake', async () => {
    const { client } = stage()
    const software = { clientSoftwareName: 'x', clientSoftwareVersion: '1' }
    expect((await client.call(apiVersionsApi, 3, software)).errorCode).toBe(0)
    expect((await plain(client)).errorCode).toBe(0)
    expect(await isServed(client)).toBe(true)
  })

  test.each<[string, (client: ApiClient) => unknown]>([
    ['Metadata', (client) => client.call(metadataApi, 9, { topics: [] })],
    ['the versions a second time', (client) => client.call(apiVersionsApi, 0, {})],
    ['SaslAuthenticate without a handshake', (client) => authenticate(client, '\0ann\0pa55-secret')],
  ])('is closed where it asks for %s', async (_, ask) => {
    const { client, warnings } = stage()
    await client.call(apiVersionsApi, 0, {})
    void ask(client)
    await expect.poll(() => client.isClosed).toBe(true)
    expect(warnings[0]).toMatch(/it asked for (Metadata|ApiVersions|SaslAuthenticate) before it had authenticated/)
  })

  test('is closed where it asks for something else in the middle of an exchange', async () => {
    const { client, warnings } = stage()
    await handshake(client, 'SCRAM-SHA-256')
    await authenticate(client, scramClient('SCRAM-SHA-256', 'ann', 'x').first)
    void client.call(metadataApi, 9, { topics: [] })
    await expect.poll(() => client.isClosed).toBe(true)
    expect(warnings[0]).toMatch(/it asked for Metadata in the middle of a SASL exchange/)
  })

  test('is not read on where a request of it is large', async () => {
    const { client, warnings } = stage()
    client.sendRaw(new Uint8Array([0x05, 0, 0, 0]))
    client.sendRaw(new Uint8Array(512 * 1024))
    await expect.poll(() => client.isClosed).toBe(true)
    expect(warnings[0]).toMatch(/more than 524288 bytes before it had authenticated/)
  })

  test('learns which mechanisms there are where it asks for another', async () => {
    const { client, warnings } = stage()
    const answer = await client.call(saslHandshakeApi, 1, { mechanism: 'GSSAPI' })
    const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']
    expect(answer).toEqual({ errorCode: code('UNSUPPORTED_SASL_MECHANISM'), mechanisms })
    await expect.poll(() => client.isClosed).toBe(true)
    expect(warnings[0]).toMatch(/it asks for the mechanism "GSSAPI"; there are: PLAIN, SCRAM-SHA-256/)
  })
})

describe('PLAIN', () => {
  const generic = 'Authentication failed during authentication due to invalid credentials with SASL mechanism PLAIN'
  const wrong = 'Authentication failed: Invalid username or password'
  const other = 'Authentication failed: Client requested an authorization id that is different from username'

  test.each([
    ['a wrong password', '\0ann\0wr0ng', wrong, /PLAIN, a wrong user or password, user "ann"/],
    ['the beginning of the password', '\0ann\0pa55', wrong, /user "ann"/],
    ['the password more than once', '\0ann\0pa55-secretpa55-secret', wrong, /user "ann"/],
    ['an unknown user', '\0eve\u001b[2J\0wr0ng', wrong, /user "eve\\u001b\[2J"/],
    ['a name that all objects have', '\0constructor\0wr0ng', wrong, /user "constructor"/],
    ['what the decoy is', '\0eve\0no password of anyone', wrong, /user "eve"/],
    ['the identity of another', 'bob\0ann\0pa55-secret', other, /the user "ann" wants to act as another/],
    ['no password', '\0ann\0', 'Authentication failed: password not specified', /no password/],
    ['no user', '\0\0wr0ng', 'Authentication failed: username not specified', /no user/],
    ['too few parts', 'ann\0wr0ng', generic, /2 parts/],
  ])('refuses %s, and says so before it closes', async (_, message, told, warned) => {
    const scene = stage()
    await handshake(scene.client, 'PLAIN')
    expectRefused(scene, await authenticate(scene.client, message), told, warned)
    await expect.poll(() => scene.client.isClosed).toBe(true)
  })

  test('is taken without requests around its messages after a handshake of version 0', async () => {
    const { broker, warnings } = stage()
    const handshaken = encodeRequest(saslHandshakeApi, 0, { correlationId: 1 }, { mechanism: 'PLAIN' })
    const asked = encodeRequest(metadataApi, 9, { correlationId: 2 }, { topics: [] })
    const connection = broker.connect()
    const received: number[] = []
    connection.onData = (bytes) => received.push(...bytes)
    for (const bytes of [handshaken, framed('\0ann\0pa55-secret'), asked]) connection.send(bytes)
    // The answer to the handshake, an empty message, and the answer to what was asked.
    await expect.poll(() => received.length).toBeGreaterThan(60)
    const end = 4 + received[3]!
    expect(received.slice(end, end + 4)).toEqual([0, 0, 0, 0])
    const { body } = decodeResponse(metadataApi, 9, Uint8Array.from(received.slice(end + 8)))
    expect(body.brokers).toHaveLength(1)

    const refusedConnection = broker.connect()
    let isClosed = false
    refusedConnection.onClose = () => (isClosed = true)
    for (const bytes of [handshaken, framed('\0ann\0wr0ng')]) refusedConnection.send(bytes)
    await expect.poll(() => isClosed).toBe(true)
    expect(warnings[0]).toMatch(/user "ann"/)
  })
})

function framed(message: string): Uint8Array {
  return new Uint8Array([0, 0, 0, message.length, ...utf8(message)])
}

describe.each(['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)('%s', (mechanism) => {
  const generic = `Authentication failed during authentication due to invalid credentials with SASL mechanism ${mechanism}`

  test.each(Object.entries(users))('takes %s, and proves itself', async (user, password) => {
    const { client } = stage()
    await handshake(client, mechanism)
    const scram = scramClient(mechanism, user, password)
    const first = await authenticate(client, scram.first)
    expect(text(first.authBytes)).toMatch(/^r=fyko\+d2lbbFgONRv9qkxdawL.{32},s=.{24},i=4096$/)
    const last = await authenticate(client, scram.final(text(first.authBytes)))
    expect(text(last.authBytes)).toBe(scram.expected)
    expect(await isServed(client)).toBe(true)
  })

  test.each([['ann'], ['eve'], ['__proto__']])('refuses a wrong password of %s in the last step', async (user) => {
    const scene = stage()
    await handshake(scene.client, mechanism)
    const scram = scramClient(mechanism, user, 'wr0ng')
    const first = await authenticate(scene.client, scram.first)
    expect(first.errorCode).toBe(0)
    const last = await authenticate(scene.client, scram.final(text(first.authBytes)))
    expectRefused(scene, last, generic, new RegExp(`${mechanism}, a wrong user or password, user "${user}"`))
    expect(last.authBytes).toHaveLength(0)
  })

  test('gives nobody away by the salt: an unknown user has the same each time, and a known one too', async () => {
    const { broker } = stage()
    const salts = new Set<string>()
    for (const user of ['ann', 'eve', 'ann', 'eve', 'mallory']) {
      const client = connectClient(broker)
      await handshake(client, mechanism)
      const { authBytes } = await authenticate(client, scramClient(mechanism, user, 'x').first)
      salts.add(/s=[^,]+/.exec(text(authBytes))![0])
    }
    expect(salts.size).toBe(3)
  })

  test('never asks twice with the same nonce', async () => {
    const { broker } = stage()
    const answers = new Set<string>()
    for (let i = 0; i < 5; i++) {
      const client = connectClient(broker)
      await handshake(client, mechanism)
      answers.add(text((await authenticate(client, scramClient(mechanism, 'ann', 'x').first)).authBytes))
    }
    expect(answers.size).toBe(5)
  })

  const tampered: [string, (final: string) => string, RegExp][] = [
    ['another nonce', (final) => final.replace(/r=./, 'r=x'), /nonce/],
    ['another channel binding', (final) => final.replace('c=biws', 'c=eSws'), /channel binding/],
    ['a proof that is too short', (final) => final.replace(/p=.*/, 'p=AAAA'), /wrong user or password/],
    ['a proof that is too long', (final) => final.replace(/=*$/, 'AAAAAAAA'), /wrong user or password/],
    ['no proof', (final) => final.replace(/,p=.*/, ''), /last message is not that of SCRAM/],
    ['an extension that was not there', (final) => final.replace(',p=', ',x=y,p='), /wrong user or password/],
  ]
  test.each(tampered)('refuses %s', async (_, tamper, warned) => {
    const scene = stage()
    await handshake(scene.client, mechanism)
    const scram = scramClient(mechanism, 'ann', users.ann)
    const first = await authenticate(scene.client, scram.first)
    const last = await authenticate(scene.client, tamper(scram.final(text(first.authBytes))))
    expectRefused(scene, last, generic, warned)
  })

  test.each([
    'n=ann,r=abc',
    'y,,n=ann,r=abc',
    'p=tls-unique,,n=ann,r=abc',
    'n,,m=must,n=ann,r=abc',
    'n,,n=a=nn,r=abc',
    'n,,n=ann,r=',
    '',
  ])('refuses the first message %j', async (message) => {
    const scene = stage()
    await handshake(scene.client, mechanism)
    expectRefused(scene, await authenticate(scene.client, message), generic, /first message is not that of SCRAM/)
  })
})

describe('OAUTHBEARER', () => {
  const now = 1_700_000_000
  const jwt = (claims: object, header: object = { alg: 'none' }, signature = ''): string =>
    [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + `.${signature}`
  const message = (token: string): string => `n,,\u0001auth=Bearer ${token}\u0001traceId=1\u0001\u0001`

  async function present(sasl: SaslOptions, said: string): Promise<{ scene: Stage; answer: Answer }> {
    const clock = createVirtualClock()
    const scene = stage(sasl, { clock })
    const { client } = scene
    const settled = async <T>(promise: Promise<T>): Promise<T> => {
      await clock.advance(0)
      await clock.settle()
      return promise
    }
    await settled(handshake(client, 'OAUTHBEARER'))
    const answer = await settled(authenticate(client, said))
    if (answer.authBytes.length === 0) return { scene, answer }
    expect(text(answer.authBytes)).toBe('{"status":"invalid_token"}')
    return { scene, answer: await settled(authenticate(client, '\u0001')) }
  }

  test('takes a token that the callback takes, for as long as it holds', async () => {
    const asked: string[] = []
    const validateToken = (token: string) => {
      asked.push(token)
      return { principal: 'ann', expiresAtMs: now * 1_000 + 60_000 }
    }
    const { answer } = await present({ validateToken }, message('abc.def'))
    expect(answer).toMatchObject({ errorCode: 0, sessionLifetimeMs: 60_000 })
    expect(asked).toEqual(['abc.def'])
    const shorter = await present({ validateToken, connectionsMaxReauthMs: 5_000 }, message('abc.def'))
    expect(shorter.answer.sessionLifetimeMs).toBe(5_000)
  })

  test('takes an unsecured token for whom it names, where that is asked for', async () => {
    const { answer } = await present({ validateToken: 'unsecured' }, message(jwt({ sub: 'ann', exp: now + 30 })))
    expect(answer).toMatchObject({ errorCode: 0, sessionLifetimeMs: 30_000 })
  })

  test.each<[string, SaslOptions['validateToken'], string, RegExp]>([
    ['that the callback does not know', () => undefined, 'tok3n', /the token is not taken/],
    ['for which the callback throws', () => Promise.reject(new Error('no such issuer')), 'tok3n', /no such issuer/],
    ['that the callback repeats', (token) => Promise.reject(new Error(`bad ${token}`)), 'tok3n', /is not taken\./],
    ['that has expired', () => ({ principal: 'ann', expiresAtMs: now * 1_000 }), 'tok3n', /has expired/],
    ['unsecured, but expired', 'unsecured', jwt({ sub: 'ann', exp: now - 1 }), /has expired/],
    ['unsecured, without an end', 'unsecured', jwt({ sub: 'ann' }), /when it expires/],
    ['unsecured, of nobody', 'unsecured', jwt({ exp: now + 9 }), /no subject/],
    ['that claims to be signed', 'unsecured', jwt({ sub: 'ann', exp: now + 9 }, { alg: 'RS256' }), /is signed/],
    ['with a signature', 'unsecured', jwt({ sub: 'ann', exp: now + 9 }, { alg: 'none' }, 'c2ln'), /is signed/],
    ['that is no token', 'unsecured', 'tok3n', /not a JWT/],
    ['whose parts are no JSON', 'unsecured', 'tok3n.tok3n.', /not JSON/],
  ])('refuses a token %s, and does not show it', async (_, validateToken, token, warned) => {
    const { scene, answer } = await present({ validateToken }, message(token))
    expectRefused(scene, answer, '{"status":"invalid_token"}', warned)
    expect(scene.warnings.join()).not.toContain('tok3n')
  })

  test('refuses who wants to act as another, and what is not a message of it', async () => {
    const sasl = { validateToken: () => ({ principal: 'ann' }) }
    const generic =
      'Authentication failed during authentication due to invalid credentials with SASL mechanism OAUTHBEARER'
    const other = await present(sasl, 'n,a=bob,\u0001auth=Bearer t\u0001\u0001')
    expectRefused(other.scene, other.answer, generic, /"ann" wants to act as another/)
    const none = await present(sasl, 'n,,\u0001auth=Basic t\u0001\u0001')
    expectRefused(none.scene, none.answer, generic, /not that of OAUTHBEARER/)
  })
})

describe('a session that ends', () => {
  const sasl = { users, connectionsMaxReauthMs: 60_000 }

  async function authenticated(): Promise<Stage & { readonly clock: ReturnType<typeof createVirtualClock> }> {
    const clock = createVirtualClock()
    const scene = stage(sasl, { clock })
    const answer = plain(scene.client)
    await settle(clock, answer)
    expect(await answer).toMatchObject({ errorCode: 0, sessionLifetimeMs: 60_000 })
    return { ...scene, clock }
  }

  async function settle(clock: ReturnType<typeof createVirtualClock>, promise: Promise<unknown>): Promise<void> {
    let isOver = false
    const over = (): void => void (isOver = true)
    promise.then(over, over)
    while (!isOver) await clock.settle()
  }

  test('closes the connection at its next request', async () => {
    const { client, clock, warnings } = await authenticated()
    await clock.advance(60_001)
    expect(client.isClosed).toBe(false)
    void client.call(metadataApi, 9, { topics: [] })
    await clock.settle()
    expect(client.isClosed).toBe(true)
    expect(warnings[0]).toMatch(/the session of the user "ann" has expired/)
  })

  test('goes on where the client authenticates again, also a little too late', async () => {
    const { client, clock } = await authenticated()
    for (const wait of [55_000, 60_001]) {
      await clock.advance(wait)
      const again = plain(client)
      await settle(clock, again)
      expect(await again).toMatchObject({ errorCode: 0, sessionLifetimeMs: 60_000 })
      const served = isServed(client)
      await settle(clock, served)
      expect(await served).toBe(true)
    }
  })

  test('goes on for the same user by the same mechanism only', async () => {
    const first = await authenticated()
    const asBob = plain(first.client, 'bob,=', 'swordfish')
    await settle(first.clock, asBob)
    const principals = 'Cannot change principals during re-authentication from User.ann: User.bob,='
    expectRefused(first, await asBob, principals, /"ann" wants to become "bob,="/)
    const second = await authenticated()
    await Promise.all([handshake(second.client, 'SCRAM-SHA-256'), second.clock.advance(0)])
    const byScram = authenticate(second.client, scramClient('SCRAM-SHA-256', 'ann', users.ann).first)
    await settle(second.clock, byScram)
    const mechanisms =
      "SASL mechanism 'SCRAM-SHA-256' requested by client is not supported for re-authentication of mechanism 'PLAIN'"
    expectRefused(second, await byScram, mechanisms, /re-authentication of mechanism 'PLAIN'/)
  })

  test('is over where the password is wrong the second time', async () => {
    const scene = await authenticated()
    const again = plain(scene.client, 'ann', 'wr0ng')
    await settle(scene.clock, again)
    expectRefused(scene, await again, 'Authentication failed: Invalid username or password', /user "ann"/)
    await scene.clock.settle()
    expect(scene.client.isClosed).toBe(true)
  })

  test('cannot be renewed more than once a second', async () => {
    const { client, clock } = await authenticated()
    await settle(clock, plain(client))
    const handshaken = client.call(saslHandshakeApi, 1, { mechanism: 'PLAIN' })
    await settle(clock, handshaken)
    expect((await handshaken).errorCode).toBe(code('ILLEGAL_SASL_STATE'))
    await clock.advance(1_000)
    const again = plain(client)
    await settle(clock, again)
    expect((await again).errorCode).toBe(0)
  })
})

describe('a broker that asks nobody who they are', () => {
  test('answers SASL with ILLEGAL_SASL_STATE, as Kafka does', async () => {
    await using broker = createBroker()
    const client = connectClient(broker)
    const answer = await client.call(saslHandshakeApi, 1, { mechanism: 'PLAIN' })
    expect(answer).toEqual({ errorCode: code('ILLEGAL_SASL_STATE'), mechanisms: [] })
    expect((await authenticate(client, '\0ann\0x')).errorCode).toBe(code('ILLEGAL_SASL_STATE'))
    expect(await isServed(client)).toBe(true)
  })

  test('has no access rules, and says so', async () => {
    await using broker = createBroker()
    const client = connectClient(broker)
    const disabled = { errorCode: code('SECURITY_DISABLED'), errorMessage: 'No Authorizer is configured.' }
    const entry = { principal: 'User:ann', host: '*', operation: 3, permissionType: 3 }
    const filter = { resourceTypeFilter: 1, resourceNameFilter: null, principalFilter: null, hostFilter: null }
    const matching = { ...filter, operation: 1, permissionType: 1 }
    const described = await client.call(describeAclsApi, 3, matching)
    expect(described).toMatchObject({ ...disabled, errorMessage: 'No Authorizer is configured on the broker' })
    const creations = [{ resourceType: 2, resourceName: 'orders', ...entry }]
    expect((await client.call(createAclsApi, 3, { creations })).results).toEqual([disabled])
    const { filterResults } = await client.call(deleteAclsApi, 3, { filters: [matching] })
    expect(filterResults).toEqual([{ ...disabled, matchingAcls: [] }])
  })
})

describe('sasl', () => {
  test.each<[string, SaslOptions, string]>([
    ['without anyone', {}, 'nobody could connect'],
    ['without mechanisms', { users, mechanisms: [] }, 'nobody could connect'],
    ['with a mechanism that is none', { users, mechanisms: ['GSSAPI' as never] }, 'must be one of "PLAIN"'],
    ['with tokens that nothing checks', { users, mechanisms: ['OAUTHBEARER'] }, 'sasl.validateToken is missing'],
    ['with users of none', { validateToken: 'unsecured', mechanisms: ['PLAIN'] }, 'sasl.users is missing'],
    ['with an empty password', { users: { ann: '' } }, 'the password of "ann" must be a string'],
    ['with a user without a name', { users: { '': 'pa55' } }, '"" is not a name'],
    ['with a strange validator', { validateToken: 'all' as never }, 'must be a function'],
    ['with a negative lifetime', { users, connectionsMaxReauthMs: -1 }, 'sasl.connectionsMaxReauthMs must be'],
  ])('%s is refused', (_, sasl, what) => {
    expect(() => createBroker({ sasl })).toThrow(what)
    expect(() => createBroker({ sasl })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  })

  test('can be refused by a fault rule, and the connection is over then', async () => {
    const { broker, client, warnings } = stage()
    const rule = broker.control.on({ api: 'SaslAuthenticate' }).fail('SASL_AUTHENTICATION_FAILED')
    expect((await plain(client)).errorCode).toBe(code('SASL_AUTHENTICATION_FAILED'))
    await expect.poll(() => client.isClosed).toBe(true)
    expect(rule.hits).toBe(1)
    expect(warnings).toHaveLength(1)
    expect((await plain(connectClient(broker))).errorCode).toBe(0)
  })
})

test('what a stranger asks for is not even read', async () => {
  const { client, warnings } = stage()
  const frame = encodeRequest(metadataApi, 9, { correlationId: 1 }, { topics: [] })
  // Its end is missing: reading it would be another reason to close.
  client.sendRaw(frame.slice(0, -1).with(3, frame.length - 5))
  await expect.poll(() => client.isClosed).toBe(true)
  expect(warnings[0]).toMatch(/it asked for Metadata before it had authenticated/)
})
