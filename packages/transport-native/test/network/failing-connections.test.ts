import { describe, expect, it } from 'vitest'
import { PartitaError } from '@partita/protocol'
import { encodeResponse, heartbeatApi, listGroupsApi } from '@partita/wire'
import { failure } from './failure.ts'
import { silence } from './fake-broker.ts'
import { openHarness, type Harness } from './connection-harness.ts'

const beat = { groupId: 'g', generationId: 1, memberId: 'm' }

async function silentHarness(): Promise<Harness> {
  const harness = await openHarness()
  harness.broker.on('Heartbeat', () => silence).on('ListGroups', () => silence)
  return harness
}

describe('a connection that breaks', () => {
  it('in the middle of an answer: what was sent may have been done, what was not was not', async () => {
    const { peer, clock, connection, request } = await silentHarness()
    const sent = [request(heartbeatApi, beat), request(listGroupsApi, {})]
    await clock.settle()
    const answer = encodeResponse(heartbeatApi, 4, 0, { errorCode: 0 })
    peer.takesMore = false
    connection.hold()
    const held = request(heartbeatApi, beat)
    peer.send(answer.subarray(0, answer.length - 3))
    peer.cut(new Error('read ECONNRESET'))
    for (const each of sent) {
      const error = await failure(each)
      expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true, ambiguous: true })
      expect(error.message).toContain(`in the middle of an answer of which ${answer.length - 3} bytes had come`)
      expect(error.message).toContain('ECONNRESET')
      expect(error.place.broker).toBe('kafka:9092')
    }
    expect(await failure(held)).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true, ambiguous: false })
    expect(clock.pendingTimers).toBe(0)
  })

  it('by an answer to another request: nothing behind it can be trusted', async () => {
    const { peer, clock, connection, request } = await silentHarness()
    const answers = [request(heartbeatApi, beat), request(heartbeatApi, beat)]
    await clock.settle()
    peer.answer(peer.requests[1]!, { errorCode: 0 })
    for (const each of answers) {
      const error = await failure(each)
      expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true, ambiguous: true })
      expect(error.message).toMatch(/has the correlation id 1; the next was to be that of Heartbeat, which has 0/)
    }
    expect(peer.end).toBe('destroyed')
    expect(connection.isOpen).toBe(false)
  })

  it('by an answer that nobody asked for', async () => {
    const { peer, connection, request } = await silentHarness()
    peer.send(encodeResponse(heartbeatApi, 4, 7, { errorCode: 0 }))
    expect(connection.isOpen).toBe(false)
    const error = await failure(request(heartbeatApi, beat))
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true, ambiguous: false })
  })

  it.each([
    ['a body that is cut short', [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0], 'Heartbeat v4 response cannot be read'],
    ['something that is not Kafka', [0x48, 0x54, 0x54, 0x50, 0x2f], 'may not speak the Kafka protocol'],
    ['a TLS alert', [0x15, 3, 3, 0, 2, 2, 40], 'may expect TLS'],
  ])('by %s', async (_, bytes, reason) => {
    const { peer, clock, request } = await silentHarness()
    const answer = request(heartbeatApi, beat)
    await clock.settle()
    peer.send(Uint8Array.from(bytes))
    const error = await failure(answer)
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true, ambiguous: true })
    expect(error.message).toContain(reason)
    expect(peer.end).toBe('destroyed')
  })

  it('by its own side: what is under way is closed, not failed', async () => {
    const { peer, clock, connection, request } = await silentHarness()
    const answer = request(heartbeatApi, beat)
    await clock.settle()
    connection.close(new PartitaError('CLOSED', 'The session is closed.'))
    expect(await failure(answer)).toMatchObject({ code: 'CLOSED', retriable: false, ambiguous: true })
    expect(peer.end).toBe('closed')
    peer.send(Uint8Array.of(1, 2, 3))
    peer.cut()
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('a request that is not answered', () => {
  it('times out, and the connection with it: an answer behind it could not come before', async () => {
    const { peer, clock, connection, request } = await silentHarness()
    const early = request(heartbeatApi, beat, { timeoutMs: 1_000 })
    const late = request(listGroupsApi, {}, { timeoutMs: 30_000 })
    await clock.advance(999)
    expect(connection.isOpen).toBe(true)
    await clock.advance(1)
    expect(await failure(early)).toMatchObject({ code: 'REQUEST_TIMEOUT', retriable: true, ambiguous: true })
    const behind = await failure(late)
    expect(behind).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true, ambiguous: true })
    expect(behind.message).toContain('Heartbeat had no answer in time')
    expect(peer.end).toBe('destroyed')
    expect(clock.pendingTimers).toBe(0)
  })

  it('times out unsent where it was held back: it is not ambiguous, and the connection stays', async () => {
    const { peer, clock, connection, request } = await silentHarness()
    connection.hold()
    const held = request(heartbeatApi, beat, { timeoutMs: 1_000 })
    await clock.advance(1_000)
    expect(await failure(held)).toMatchObject({ code: 'REQUEST_TIMEOUT', retriable: true, ambiguous: false })
    connection.release()
    await clock.settle()
    expect(peer.requests).toEqual([])
    expect(connection.isOpen).toBe(true)
  })

  it('is given up by its signal; its answer is passed over, and the next is for the next', async () => {
    const { peer, clock, request } = await silentHarness()
    const giveUp = new AbortController()
    const answer = request(heartbeatApi, beat, { signal: giveUp.signal })
    const next = request(heartbeatApi, beat)
    await clock.settle()
    giveUp.abort(new Error('enough'))
    const error = await failure(answer)
    expect(error).toMatchObject({ code: 'ABORTED', retriable: false, ambiguous: true })
    expect(error.cause).toEqual(new Error('enough'))
    peer.answer(peer.requests[0]!, { errorCode: 1 })
    peer.answer(peer.requests[1]!, { errorCode: 2 })
    expect((await next).errorCode).toBe(2)
  })

  it('closes the connection at its time also where nobody waits for it any more', async () => {
    const { clock, connection, request } = await silentHarness()
    const giveUp = new AbortController()
    const answer = request(heartbeatApi, beat, { signal: giveUp.signal, timeoutMs: 5_000 })
    await clock.settle()
    giveUp.abort()
    await failure(answer)
    await clock.advance(4_999)
    expect(connection.isOpen).toBe(true)
    await clock.advance(1)
    expect(connection.isOpen).toBe(false)
  })

  it('is never sent where its signal fired before', async () => {
    const { peer, clock, request } = await silentHarness()
    const giveUp = new AbortController()
    const waiting = request(heartbeatApi, beat, { signal: giveUp.signal })
    giveUp.abort()
    expect(await failure(waiting)).toMatchObject({ code: 'ABORTED', ambiguous: false })
    const late = request(heartbeatApi, beat, { signal: giveUp.signal })
    expect(await failure(late)).toMatchObject({ code: 'ABORTED', ambiguous: false })
    await clock.settle()
    expect(peer.requests).toEqual([])
  })
})
