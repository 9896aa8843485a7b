import { describe, expect, it } from 'vitest'
import { PartitaError } from '@partita/protocol'
import { createVirtualClock } from '@partita/testing'
import type { ByteStream, Connector } from '../../src/network/connector.ts'
import { connectionOpener, type OpenConnection } from '../../src/network/open-connection.ts'
import type { VirtualClock } from '@partita/testing'
import { endpoint } from './connection-harness.ts'
import { failure, handled } from './failure.ts'
import { FakeBroker, silence } from './fake-broker.ts'

function opener(clock: VirtualClock, connector: Connector): OpenConnection {
  return connectionOpener({
    connector,
    clientId: 'test',
    clock,
    sasl: undefined,
    requestTimeoutMs: 30_000,
    socketConnectionSetupTimeoutMs: 10_000,
    connectionsMaxIdleMs: 540_000,
  })
}

describe('setting up a connection', () => {
  it('ends at its time where the connector heeds no signal, and a stream that comes late is dropped', async () => {
    const clock = createVirtualClock()
    let arrive: (stream: ByteStream) => void = () => undefined
    let dropped = 0
    const connector = { connect: () => new Promise<ByteStream>((resolve) => (arrive = resolve)) }
    const opening = handled(opener(clock, connector)(endpoint, new AbortController().signal))
    await clock.advance(10_000)
    const error = await failure(opening)
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true, ambiguous: false })
    expect(error.message).toContain('kafka:9092 cannot be reached: no connection within 10000 ms')
    arrive({ destroy: () => void dropped++ } as unknown as ByteStream)
    await clock.settle()
    expect(dropped).toBe(1)
  })

  it('fails where the broker does not say its versions: that is not ambiguous for whoever waits', async () => {
    const clock = createVirtualClock()
    const broker = new FakeBroker(clock).on('ApiVersions', () => silence)
    const opening = handled(opener(clock, broker)(endpoint, new AbortController().signal))
    await clock.advance(30_000)
    const error = await failure(opening)
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true, ambiguous: false })
    expect(error.message).toContain('ApiVersions had no answer within 30000 ms')
    expect(clock.pendingTimers).toBe(0)
  })

  it.each([
    ['before it begins', 0],
    ['while the versions are awaited', 1],
  ])('ends with the reason of a signal that fires %s', async (_, settled) => {
    const clock = createVirtualClock()
    const broker = new FakeBroker(clock).on('ApiVersions', () => silence)
    const closing = new AbortController()
    const reason = new PartitaError('CLOSED', 'The session is closed.')
    if (settled === 0) closing.abort(reason)
    const opening = handled(opener(clock, broker)(endpoint, closing.signal))
    if (settled > 0) {
      await clock.settle()
      closing.abort(reason)
    }
    expect(await failure(opening)).toBe(reason)
    expect(broker.connections.every(({ end }) => end !== undefined)).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })
})
