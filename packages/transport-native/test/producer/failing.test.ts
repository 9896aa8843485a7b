import { type KafkaErrorName, PartitaError } from '@partita/protocol'
import { describe, expect, it } from 'vitest'
import { connectionFailed } from './fake-cluster.ts'
import { batchOf, bench, rejection } from './harness.ts'

type Row = readonly [code: KafkaErrorName, retriable: boolean, ambiguous: boolean, refreshes: number]

/** Each as Java's producer sees it, and whether the next attempt asks for the leader first. */
const answers: readonly Row[] = [
  ['CORRUPT_MESSAGE', true, false, 0],
  ['NOT_ENOUGH_REPLICAS', true, false, 0],
  ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', true, true, 0],
  ['REQUEST_TIMED_OUT', true, true, 0],
  ['NOT_LEADER_OR_FOLLOWER', true, true, 1],
  ['FENCED_LEADER_EPOCH', true, false, 1],
  ['UNKNOWN_TOPIC_OR_PARTITION', true, false, 1],
  ['UNKNOWN_TOPIC_ID', true, false, 1],
  ['LEADER_NOT_AVAILABLE', true, false, 1],
  ['KAFKA_STORAGE_ERROR', true, true, 1],
  ['UNKNOWN_SERVER_ERROR', false, true, 0],
  ['MESSAGE_TOO_LARGE', false, false, 0],
  ['RECORD_LIST_TOO_LARGE', false, false, 0],
  ['TOPIC_AUTHORIZATION_FAILED', false, false, 0],
  ['CLUSTER_AUTHORIZATION_FAILED', false, false, 0],
  ['INVALID_RECORD', false, false, 0],
  ['INVALID_TIMESTAMP', false, false, 0],
  ['INVALID_REQUIRED_ACKS', false, false, 0],
  ['UNSUPPORTED_COMPRESSION_TYPE', false, false, 0],
  ['POLICY_VIOLATION', false, false, 0],
]

describe('an error answer', () => {
  it.each(answers)('%s: retriable %s, ambiguous %s, %i refreshes', async (code, retriable, ambiguous, refreshes) => {
    const { cluster, session } = await bench()
    cluster.onBatch = () => (cluster.requests.length === 1 ? { error: code } : {})
    const batch = batchOf(session, 4, ['a'])
    const error = await rejection(session.write(batch))
    expect(error).toMatchObject({ code, retriable, ambiguous })
    expect(error.place).toEqual({ api: 'Produce', topic: 'orders', partition: 4, broker: '1' })
    const before = cluster.refreshes
    expect((await session.write(batch)).baseOffset).toBe(0)
    expect(cluster.refreshes - before).toBe(refreshes)
  })

  it('without waiting for replicas, NOT_LEADER_OR_FOLLOWER says that nothing was stored', async () => {
    const { cluster, session } = await bench({ acks: 1 })
    cluster.onBatch = () => ({ error: 'NOT_LEADER_OR_FOLLOWER' })
    const error = await rejection(session.write(batchOf(session, 0, ['a'])))
    expect(error).toMatchObject({ retriable: true, ambiguous: false })
  })

  it("tells the broker's own words and the records at fault (KIP-467)", async () => {
    const { cluster, session } = await bench()
    const recordErrors = [
      { batchIndex: 1, batchIndexErrorMessage: 'no key' },
      { batchIndex: 4, batchIndexErrorMessage: null },
    ]
    cluster.onBatch = () => ({ error: 'INVALID_RECORD', answer: { errorMessage: 'compacted topic', recordErrors } })
    const { message } = await rejection(session.write(batchOf(session, 0, ['a'])))
    expect(message).toContain('The broker says: compacted topic')
    expect(message).toContain('2 of its records are at fault, first record 1 (no key)')
  })

  it('that is newer than this client is one of no known sort', async () => {
    const { cluster, session } = await bench()
    cluster.onBatch = () => ({ error: 'NONE', answer: { errorCode: 9_999 }, stored: false })
    const error = await rejection(session.write(batchOf(session, 0, ['a'])))
    expect(error).toMatchObject({ code: 'UNKNOWN_SERVER_ERROR', retriable: false, ambiguous: true })
  })
})

describe('a leader that moved', () => {
  const hint = (leaderId: number, leaderEpoch: number) => ({ currentLeader: { leaderId, leaderEpoch } })
  const endpoint = { nodeId: 3, host: 'three.example', port: 9_093 }

  it('is learnt from the answer, without asking (KIP-951)', async () => {
    const { cluster, session } = await bench()
    cluster.onRequest = () => ({ nodeEndpoints: [endpoint] })
    cluster.onBatch = (_batch, { node }) => (node === 3 ? {} : { error: 'NOT_LEADER_OR_FOLLOWER', answer: hint(3, 9) })
    const batch = batchOf(session, 0, ['a'])
    expect(await rejection(session.write(batch))).toMatchObject({ retriable: true, retryAtOnce: true })
    const before = cluster.refreshes
    await session.write(batch)
    expect(cluster.requests.map(({ node }) => node)).toEqual([1, 3])
    expect(cluster.learnt).toEqual([{ node: 3, leaderEpoch: 9, endpoint: { ...endpoint, rack: null } }])
    expect(cluster.refreshes).toBe(before)
  })

  it('is asked for where the answer names nobody newer', async () => {
    for (const answer of [{}, hint(3, 0), hint(1, 9)]) {
      const { cluster, session } = await bench()
      cluster.realLeaders[0] = 2
      cluster.onBatch = (_batch, { node }) => (node === 2 ? {} : { error: 'NOT_LEADER_OR_FOLLOWER', answer })
      const batch = batchOf(session, 0, ['a'])
      expect(await rejection(session.write(batch))).toMatchObject({ retriable: true, retryAtOnce: false })
      await session.write(batch)
      expect(cluster.requests.map(({ node }) => node)).toEqual([1, 2])
    }
  })

  it('and is not known yet: LEADER_NOT_AVAILABLE after one more look', async () => {
    const { cluster, session } = await bench()
    cluster.realLeaders[0] = -1
    await session.partitionsFor('orders', { refresh: true })
    const before = cluster.refreshes
    const batch = batchOf(session, 0, ['a'])
    const error = await rejection(session.write(batch))
    expect(error).toMatchObject({ code: 'LEADER_NOT_AVAILABLE', retriable: true, ambiguous: false })
    expect(cluster.refreshes - before).toBe(1)
    expect(cluster.requests).toEqual([])
    cluster.realLeaders[0] = 2
    expect((await session.write(batch)).baseOffset).toBe(0)
  })

  it('and metadata that cannot be had: nothing was sent, and it is tried again', async () => {
    const { cluster, session } = await bench()
    cluster.onBatch = () => (cluster.requests.length === 1 ? { error: 'NOT_LEADER_OR_FOLLOWER' } : {})
    const batch = batchOf(session, 0, ['a'])
    await rejection(session.write(batch))
    cluster.onMetadata = () => new PartitaError('REQUEST_TIMEOUT', 'No answer.', { retriable: true, ambiguous: true })
    const error = await rejection(session.write(batch))
    expect(error).toMatchObject({ code: 'REQUEST_TIMEOUT', retriable: true, ambiguous: false })
    expect(error.place).toMatchObject({ topic: 'orders', partition: 0 })
    cluster.onMetadata = () => undefined
    expect((await session.write(batch)).baseOffset).toBe(0)
  })
})

describe('a connection', () => {
  it('that breaks after the bytes were handed over: ambiguous, and the leader is looked for anew', async () => {
    const { cluster, session } = await bench()
    cluster.onRequest = (_request, index) => (index === 0 ? { way: 'lost' } : {})
    const batch = batchOf(session, 0, ['a'])
    const error = await rejection(session.write(batch))
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true, ambiguous: true })
    expect(error.place).toMatchObject({ topic: 'orders', partition: 0, broker: '1' })
    const before = cluster.refreshes
    expect((await session.write(batch)).baseOffset).toBe(0)
    expect(cluster.refreshes - before).toBe(1)
    expect(cluster.log(0).values).toEqual(['a'])
  })

  it('that was never made: nothing was stored', async () => {
    const { cluster, session } = await bench()
    cluster.request = () => Promise.reject(connectionFailed(false))
    const error = await rejection(session.write(batchOf(session, 0, ['a'])))
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true, ambiguous: false })
  })

  it('that was not ready in time: nothing was stored either', async () => {
    const { cluster, session } = await bench({ enableIdempotence: false })
    cluster.request = () => Promise.reject(new PartitaError('REQUEST_TIMEOUT', 'Not connected.', { retriable: true }))
    const error = await rejection(session.write(batchOf(session, 0, ['a'])))
    expect(error).toMatchObject({ code: 'REQUEST_TIMEOUT', retriable: true, ambiguous: false })
  })

  it('that is refused for who we are fails for good', async () => {
    const { cluster, session } = await bench({ enableIdempotence: false })
    cluster.request = () => Promise.reject(new PartitaError('AUTHENTICATION_FAILED', 'Wrong password.'))
    const error = await rejection(session.write(batchOf(session, 0, ['a'])))
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', retriable: false, ambiguous: false })
  })

  it('whose answer cannot be read tells nothing', async () => {
    const { cluster, session } = await bench({ enableIdempotence: false })
    cluster.request = () => Promise.reject(new PartitaError('MALFORMED', 'What is this?'))
    const error = await rejection(session.write(batchOf(session, 0, ['a'])))
    expect(error).toMatchObject({ code: 'MALFORMED', retriable: true, ambiguous: true })
  })
})

describe('time', () => {
  it('ends a request that is not answered: ambiguous', async () => {
    const { cluster, session } = await bench({ requestTimeoutMs: 500 })
    cluster.onRequest = () => ({ way: 'unanswered' })
    const failure = rejection(session.write(batchOf(session, 0, ['a'])))
    await cluster.clock.advance(500)
    expect(await failure).toMatchObject({ code: 'REQUEST_TIMEOUT', retriable: true, ambiguous: true })
    expect(cluster.clock.pendingTimers).toBe(0)
  })

  it('ends the waiting for what comes before the request: nothing was stored', async () => {
    const { cluster, session } = await bench({ requestTimeoutMs: 500 })
    cluster.anyNode = () => new Promise(() => undefined)
    const failure = rejection(session.write(batchOf(session, 0, ['a'])))
    await cluster.clock.advance(500)
    expect(await failure).toMatchObject({ code: 'REQUEST_TIMEOUT', retriable: true, ambiguous: false })
    expect(cluster.requests).toEqual([])
    expect(cluster.clock.pendingTimers).toBe(0)
  })

  it('is one for both: a slow beginning leaves the request less', async () => {
    const { cluster, session } = await bench({ requestTimeoutMs: 500 })
    const anyNode = cluster.anyNode
    cluster.anyNode = () => new Promise((resolve) => cluster.clock.setTimer(300, () => resolve(anyNode())))
    cluster.onRequest = () => ({ delayMs: 400 })
    const failure = rejection(session.write(batchOf(session, 0, ['a'])))
    await cluster.clock.advance(500)
    expect(await failure).toMatchObject({ code: 'REQUEST_TIMEOUT', ambiguous: true })
    await cluster.clock.advance(500)
    expect(cluster.log(0).values).toEqual(['a'])
  })
})

describe('a signal', () => {
  it('that has fired ends the write before anything is sent', async () => {
    const { cluster, session } = await bench()
    const reason = new Error('enough')
    const error = await rejection(session.write(batchOf(session, 0, ['a']), { signal: AbortSignal.abort(reason) }))
    expect(error).toMatchObject({ code: 'ABORTED', ambiguous: false, cause: reason })
    expect(error.place).toMatchObject({ topic: 'orders', partition: 0 })
    await cluster.clock.settle()
    expect(cluster.requests).toEqual([])
  })

  it('ends its own write only, and the late answer changes nothing', async () => {
    const { cluster, session } = await bench()
    cluster.onRequest = () => ({ delayMs: 100 })
    const abort = new AbortController()
    const first = batchOf(session, 0, ['a'])
    const aborted = rejection(session.write(first, { signal: abort.signal }))
    const other = session.write(batchOf(session, 1, ['b']))
    await cluster.clock.settle()
    abort.abort()
    expect(await aborted).toMatchObject({ code: 'ABORTED', ambiguous: true, retriable: false })
    const again = session.write(first)
    await cluster.clock.advance(200)
    expect([(await other).baseOffset, (await again).baseOffset]).toEqual([0, 0])
    expect(cluster.log(0).values).toEqual(['a'])
  })

  it('between the write and its request takes the batch out of it', async () => {
    const { cluster, session } = await bench({ enableIdempotence: false })
    const abort = new AbortController()
    const aborted = rejection(session.write(batchOf(session, 0, ['a']), { signal: abort.signal }))
    const other = session.write(batchOf(session, 1, ['b']))
    abort.abort()
    expect(await aborted).toMatchObject({ code: 'ABORTED', ambiguous: false })
    await other
    expect(cluster.requests.map(({ batches }) => batches.map(({ partition }) => partition))).toEqual([[1]])
  })
})

describe('closing', () => {
  it('ends what is under way, and what comes after', async () => {
    const { cluster, session } = await bench()
    await session.write(batchOf(session, 0, ['a']))
    cluster.onRequest = () => ({ delayMs: 1_000 })
    const sent = rejection(session.write(batchOf(session, 1, ['b'])))
    await cluster.clock.settle()
    const queued = rejection(session.write(batchOf(session, 2, ['c'])))
    const closing = session.close()
    expect(await sent).toMatchObject({ code: 'CLOSED', retriable: false, ambiguous: true })
    expect(await queued).toMatchObject({ code: 'CLOSED', ambiguous: false })
    await closing
    expect(await rejection(session.write(batchOf(session, 3, ['d'])))).toMatchObject({ code: 'CLOSED' })
    expect(await rejection(session.partitionsFor('orders'))).toMatchObject({ code: 'CLOSED' })
    await session.close()
    expect([cluster.closed, cluster.requests.length, cluster.clock.pendingTimers]).toEqual([true, 2, 0])
  })
})
