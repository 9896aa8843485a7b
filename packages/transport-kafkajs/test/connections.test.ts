import { Socket } from 'node:net'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock, type PartitaError, type ProducerTransport, type SealedBatch } from '@partita/protocol'
import { kafkajsTransport, type KafkajsTransportConfig } from '../src/index.ts'
import { ClusterSession } from '../src/cluster-session.ts'
import { kafkajsBrokers } from '../src/kafkajs-brokers.ts'
import { int16, int32, ScriptedServer, string } from './scripted-server.ts'

const produceKey = 0
const metadataKey = 3
const saslHandshakeKey = 17

let server: ScriptedServer
let opened: { close(): Promise<void> }[]

beforeEach(async () => {
  server = new ScriptedServer()
  opened = []
  await server.listen()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all(opened.map((each) => each.close()))
  await server.close()
})

function session(brokers = server.brokers, requestTimeoutMs = 5_000): ClusterSession {
  const source = kafkajsBrokers({ brokers }, { requestTimeoutMs, allowAutoTopicCreation: false })
  const made = new ClusterSession(source, systemClock)
  opened.push(made)
  return made
}

function producer(config: Partial<KafkajsTransportConfig> = {}, requestTimeoutMs = 5_000): ProducerTransport {
  const transport = kafkajsTransport({ brokers: server.brokers, ...config })
  const made = transport.openProducer({ acks: 1, compressionType: 'none', enableIdempotence: false, requestTimeoutMs })
  opened.push(made)
  return made
}

function batch(from: ProducerTransport): SealedBatch {
  const builder = from.openBatch({ topic: 't', partition: 0 }, { maxBytes: 1e6, maxRecords: 10 })
  builder.append(1, null, 'value', [])
  return builder.seal()
}

/** Produce v3: base offset 7 of partition 0 of the topic `t`. */
const stored = Buffer.concat([
  int32(1),
  string('t'),
  int32(1),
  int32(0),
  int16(0),
  int32(0),
  int32(7),
  int32(-1),
  int32(-1),
  int32(0),
])

async function rejection(promise: Promise<unknown>): Promise<PartitaError> {
  return promise.then(
    () => expect.fail('it did not reject'),
    (error: unknown) => error as PartitaError,
  )
}

describe('an idle connection', () => {
  it('sets no timers: kafkajs by itself sets one each millisecond', async () => {
    const idle = session()
    await idle.metadata(['t'])
    const timeouts = vi.spyOn(globalThis, 'setTimeout')
    await new Promise((resolve) => {
      setImmediate(() => resolve(undefined))
    })
    const before = timeouts.mock.calls.length
    const end = performance.now() + 60
    while (performance.now() < end) await new Promise((resolve) => setImmediate(resolve))
    expect(timeouts.mock.calls.length - before).toBe(0)
  })

  it('holds the process by its socket only, and by nothing once it is closed', async () => {
    await turns(() => resources().sockets === 0)
    const before = resources()
    const idle = session()
    await idle.metadata(['t'])
    // The test runner's own come and go.
    await turns(() => resources().timers <= before.timers)
    expect(resources().timers).toBeLessThanOrEqual(before.timers)
    // Its own end of the socket and the server's.
    expect(resources().sockets).toBe(2)
    await idle.close()
    await turns(() => resources().sockets === 0 && resources().timers <= before.timers)
    expect(resources().sockets).toBe(0)
    expect(resources().timers).toBeLessThanOrEqual(before.timers)
  })
})

/** Waits without a timer: those are what is counted. */
async function turns(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000 && !condition(); turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** What of this process keeps it alive. */
function resources(): { readonly timers: number; readonly sockets: number } {
  const kinds = process.getActiveResourcesInfo()
  const count = (kind: string): number => kinds.filter((each) => each === kind).length
  return { timers: count('Timeout'), sockets: count('TCPSocketWrap') }
}

describe('connections', () => {
  it('are made once, however many need one at the same time', async () => {
    const many = session()
    await Promise.all(Array.from({ length: 10 }, () => many.metadata(['t'])))
    expect(server.sockets.length).toBe(1)
  })

  it('that break amid an answer leave nothing behind for the next one', async () => {
    let half = true
    const metadata = server.answers.get(metadataKey)!
    server.answers.set(metadataKey, (request) => {
      const answer = half ? 'half' : metadata(request)
      half = false
      return answer
    })
    const answer = await session().metadata(['t'])
    expect(answer.topicMetadata[0]).toMatchObject({ topic: 't', topicErrorCode: 0 })
    expect(server.sockets.length).toBe(2)
  })

  it('that break while they are idle are made anew, once, by the next requests', async () => {
    const noDelay = vi.spyOn(Socket.prototype, 'setNoDelay')
    const lasting = session()
    await lasting.metadata(['t'])
    server.sockets[0]!.end()
    await vi.waitFor(() => expect(server.sockets[0]!.destroyed).toBe(true))
    const answers = await Promise.all(Array.from({ length: 5 }, () => lasting.metadata(['t'])))
    expect(answers.every(({ brokers }) => brokers.length === 1)).toBe(true)
    expect(server.sockets.length).toBe(2)
    expect(noDelay.mock.calls).toEqual([[true], [true]])
  })

  it('are tried one address after another', async () => {
    const answer = await session(['127.0.0.1:1', ...server.brokers]).metadata(['t'])
    expect(answer.brokers[0]).toMatchObject({ nodeId: 1, port: server.port })
  })

  it('that cannot be made: the error names the addresses, may pass, and is not ambiguous', async () => {
    const error = await rejection(session(['127.0.0.1:1', '[::1]:2']).metadata([]))
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true, ambiguous: false })
    expect(error.message).toMatch(/127\.0\.0\.1:1/)
    expect(error.message).toMatch(/::1:2/)
    expect(error.message.match(/127\.0\.0\.1:1/g)!.length).toBeLessThan(4)
  })

  it('to what is no Kafka broker end with an error, not with a wait', async () => {
    server.answers.set(18, () => 'close')
    const error = await rejection(session().metadata([]))
    expect(error.code).toBe('CONNECTION_FAILED')
  })
})

describe('a write over a socket', () => {
  it('carries the answer of its partition', async () => {
    server.answers.set(produceKey, () => stored)
    const writer = producer()
    expect(await writer.write(batch(writer))).toEqual({ baseOffset: 7, logAppendTime: -1 })
  })

  it('whose connection breaks before the answer is ambiguous, and the next attempt is made over a new one', async () => {
    server.answers.set(produceKey, (request) => (request.connection === 0 ? 'close' : stored))
    const writer = producer()
    const sealed = batch(writer)
    expect(await rejection(writer.write(sealed))).toMatchObject({
      code: 'CONNECTION_FAILED',
      retriable: true,
      ambiguous: true,
    })
    expect(await writer.write(sealed)).toMatchObject({ baseOffset: 7 })
  })

  it('that is not answered in time gives its connection up: what hangs there would hold up all that comes after', async () => {
    server.answers.set(produceKey, (request) => (request.connection === 0 ? 'hang' : stored))
    const writer = producer({}, 150)
    const sealed = batch(writer)
    expect(await rejection(writer.write(sealed))).toMatchObject({
      code: 'REQUEST_TIMEOUT',
      retriable: true,
      ambiguous: true,
    })
    await vi.waitFor(() => expect(server.sockets[0]!.destroyed).toBe(true))
    expect(await writer.write(sealed)).toMatchObject({ baseOffset: 7 })
  })

  it('to a broker that is not there is not ambiguous', async () => {
    const writer = producer({ brokers: ['127.0.0.1:1'] })
    expect(await rejection(writer.write(batch(writer)))).toMatchObject({ code: 'CONNECTION_FAILED', ambiguous: false })
  })

  it('ends with CLOSED when the session is closed, at once', async () => {
    const writer = producer()
    const underWay = rejection(writer.write(batch(writer)))
    await vi.waitFor(() => expect(server.of(produceKey).length).toBe(1))
    const began = performance.now()
    await writer.close()
    expect(await underWay).toMatchObject({ code: 'CLOSED', ambiguous: true })
    expect(performance.now() - began).toBeLessThan(500)
    await vi.waitFor(() => expect(server.sockets.every((socket) => socket.destroyed)).toBe(true))
  })
})

describe('closing', () => {
  it('does not wait for a connection that is being made', async () => {
    // A server that accepts and says nothing.
    server.answers.set(18, () => 'hang')
    const slow = session()
    const asking = rejection(slow.metadata([]))
    await vi.waitFor(() => expect(server.of(18).length).toBe(1))
    const began = performance.now()
    await slow.close()
    expect((await asking).code).toBe('CLOSED')
    expect(performance.now() - began).toBeLessThan(500)
  })

  it('is final', async () => {
    const closed = session()
    await closed.close()
    expect((await rejection(closed.metadata([]))).code).toBe('CLOSED')
    expect(server.sockets.length).toBe(0)
  })
})

describe('credentials', () => {
  const sasl = { mechanism: 'plain', username: 'ada', password: 'hunter2' } as const

  it('that are refused end with AUTHENTICATION_FAILED, and the password is in no part of the error', async () => {
    server = new ScriptedServer({ 3: 0, 17: 0, 18: 0 })
    await server.listen()
    // SaslHandshake v0: no error, but PLAIN is not among the mechanisms.
    server.answers.set(saslHandshakeKey, () => Buffer.concat([int16(33), int32(1), string('SCRAM-SHA-512')]))
    const writer = producer({ sasl })
    const error = await rejection(writer.partitionsFor('t'))
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', retriable: false })
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('hunter2')
  })

  it('are not written into by kafkajs: a frozen object will do', async () => {
    server = new ScriptedServer({ 3: 0, 17: 0, 18: 0 })
    await server.listen()
    server.answers.set(saslHandshakeKey, () => Buffer.concat([int16(0), int32(1), string('PLAIN')]))
    const writer = producer({ sasl: Object.freeze({ ...sasl }) }, 300)
    const error = await rejection(writer.partitionsFor('t'))
    expect(error.message).not.toMatch(/read only|not extensible/)
    expect(server.of(saslHandshakeKey).length).toBeGreaterThan(0)
  })
})

describe('the configuration', () => {
  it.each([[[]], [['host']], [['host:0']], [['host:99999']], ['host:9092'], [[7]], [undefined]])(
    'refuses brokers that are none: %j',
    (brokers) => {
      expect(() => kafkajsTransport({ brokers: brokers as never })).toThrow(/`brokers` must/)
    },
  )

  it('takes a function for the brokers, and passes on what it throws', async () => {
    const transport = kafkajsTransport({ brokers: () => Promise.resolve(server.brokers) })
    const admin = transport.openAdmin()
    opened.push(admin)
    expect(await admin.describeTopics(['t'])).toEqual([{ topic: 't', partitions: [{ partition: 0, leader: 1 }] }])
    const failing = kafkajsTransport({
      brokers: () => {
        throw new Error('no registry')
      },
    }).openAdmin()
    expect(await rejection(failing.listTopics())).toMatchObject({
      code: 'CONNECTION_FAILED',
      cause: { message: 'no registry' },
    })
  })

  it('is quiet unless a level is asked for', async () => {
    const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const log = vi.spyOn(console, 'log').mockReturnValue(undefined)
    const error = vi.spyOn(console, 'error').mockReturnValue(undefined)
    await rejection(producer({ brokers: ['127.0.0.1:1'] }).partitionsFor('t'))
    expect([out, err, log, error].map(({ mock }) => mock.calls.length)).toEqual([0, 0, 0, 0])
  })
})
