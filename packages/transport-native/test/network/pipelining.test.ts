import { describe, expect, it } from 'vitest'
import { encodeResponse, heartbeatApi, listGroupsApi, produceApi, saslAuthenticateApi } from '@partita/wire'
import { FrameMemory } from '../../src/network/frame-memory.ts'
import { failure } from './failure.ts'
import { silence } from './fake-broker.ts'
import { openHarness } from './connection-harness.ts'

const groups = { errorCode: 0, groups: [] }
const beat = { groupId: 'g', generationId: 1, memberId: 'm' }

describe('a connection', () => {
  it('writes the requests of one turn together, and has each answered in turn', async () => {
    const { broker, peer, clock, request } = await openHarness()
    broker.on('ListGroups', () => groups).on('Heartbeat', () => ({ errorCode: 27 }))
    const answers = [request(listGroupsApi, {}), request(heartbeatApi, beat), request(listGroupsApi, {})]
    await clock.settle()
    expect(peer.writes.map((pieces) => pieces.length)).toEqual([3])
    expect(peer.requests.map(({ name, correlationId, clientId }) => [name, correlationId, clientId])).toEqual([
      ['ListGroups', 0, 'test'],
      ['Heartbeat', 1, 'test'],
      ['ListGroups', 2, 'test'],
    ])
    expect(await Promise.all(answers)).toMatchObject([groups, { errorCode: 27 }, groups])
  })

  it('sends further requests before the first is answered, and hands answers on as they come', async () => {
    const { broker, peer, clock, request } = await openHarness()
    broker.on('Heartbeat', () => silence)
    const first = request(heartbeatApi, beat)
    await clock.settle()
    const second = request(heartbeatApi, beat)
    await clock.settle()
    expect(peer.requests).toHaveLength(2)
    peer.answer(peer.requests[0]!, { errorCode: 1 })
    expect((await first).errorCode).toBe(1)
    peer.answer(peer.requests[1]!, { errorCode: 2 })
    expect((await second).errorCode).toBe(2)
  })

  it('takes an answer that comes byte by byte', async () => {
    const { broker, peer, clock, request } = await openHarness()
    broker.on('Heartbeat', () => silence)
    const answer = request(heartbeatApi, beat)
    await clock.settle()
    for (const byte of encodeResponse(heartbeatApi, 4, 0, { errorCode: 27 })) peer.send(Uint8Array.of(byte))
    expect(await answer).toMatchObject({ errorCode: 27 })
  })

  it('puts a long answer that is cut into the memory of the request that it answers', async () => {
    const { broker, peer, clock, request } = await openHarness()
    broker.on('SaslAuthenticate', () => silence)
    const memory = new FrameMemory()
    const used = memory.take(500_000)
    memory.hold(used)
    memory.letGo(used)
    const authBytes = new Uint8Array(200_000).fill(7)
    const answers = [{ memory }, {}, { memory }].map((more) => request(saslAuthenticateApi, { authBytes }, more))
    await clock.settle()
    for (const { apiVersion, correlationId } of peer.requests) {
      const frame = encodeResponse(saslAuthenticateApi, apiVersion, correlationId, { errorCode: 0, authBytes })
      for (const cut of [frame.subarray(0, 70_000), frame.subarray(70_000)]) peer.send(cut)
    }
    const came = (await Promise.all(answers)).map((answer) => answer.authBytes)
    expect(came.map((bytes) => Buffer.compare(bytes, authBytes))).toEqual([0, 0, 0])
    expect(came.map(({ buffer }) => buffer === used.buffer)).toEqual([true, false, false])
  })

  it('settles what wants no answer when it is written, and is not confused by it', async () => {
    const { broker, clock, request } = await openHarness()
    broker.on('Produce', () => silence).on('ListGroups', () => groups)
    const sent = request(produceApi, { acks: 0, timeoutMs: 1, topicData: [] }, { wantsAnswer: false })
    const answer = request(listGroupsApi, {})
    await sent
    await clock.settle()
    expect(await answer).toMatchObject(groups)
  })

  it('refuses only the request that cannot be written', async () => {
    const { broker, peer, clock, request } = await openHarness()
    broker.on('Heartbeat', () => ({ errorCode: 0 }))
    const wrong = request(heartbeatApi, { ...beat, generationId: 1.5 })
    const right = request(heartbeatApi, beat)
    await clock.settle()
    expect(await failure(wrong)).toMatchObject({ code: 'INVALID_OPTION', ambiguous: false })
    expect(await right).toMatchObject({ errorCode: 0 })
    expect(peer.requests).toHaveLength(1)
  })

  it('holds back while the stream takes no more, and writes together what has gathered', async () => {
    const { broker, peer, clock, request } = await openHarness()
    broker.on('Heartbeat', () => ({ errorCode: 0 }))
    peer.takesMore = false
    const first = request(heartbeatApi, beat)
    await clock.settle()
    const others = [request(heartbeatApi, beat), request(heartbeatApi, beat)]
    await clock.settle()
    expect(peer.requests).toHaveLength(1)
    peer.drain()
    await clock.settle()
    expect(peer.writes.map((pieces) => pieces.length)).toEqual([1, 2])
    await Promise.all([first, ...others])
  })

  it('sits still for as long as the broker asks, and no longer than a minute', async () => {
    const { broker, peer, clock, request } = await openHarness()
    const throttles = [700, 3_600_000, 0]
    broker.on('Heartbeat', () => ({ errorCode: 0, throttleTimeMs: throttles.shift()! }))
    await Promise.all([request(heartbeatApi, beat), clock.settle()])
    const second = request(heartbeatApi, beat)
    await clock.advance(699)
    expect(peer.requests).toHaveLength(1)
    await clock.advance(1)
    expect(peer.requests).toHaveLength(2)
    await second
    const third = request(heartbeatApi, beat, { timeoutMs: 100_000 })
    await clock.advance(59_999)
    expect(peer.requests).toHaveLength(2)
    await clock.advance(1)
    await third
  })

  it('is closed when it was not used for so long, but not while an answer is awaited', async () => {
    const { broker, peer, clock, connection, request } = await openHarness(10_000)
    broker.on('Heartbeat', () => silence)
    await clock.advance(9_000)
    const answer = request(heartbeatApi, beat, { timeoutMs: 60_000 })
    await clock.advance(20_000)
    expect(connection.isOpen).toBe(true)
    peer.answer(peer.requests[0]!, { errorCode: 0 })
    await answer
    await clock.advance(9_999)
    expect(connection.isOpen).toBe(true)
    await clock.advance(10_000)
    expect(connection.isOpen).toBe(false)
    expect(peer.end).toBe('closed')
    expect(clock.pendingTimers).toBe(0)
  })
})
