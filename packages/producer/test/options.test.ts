import type { ProducerTransportOptions } from '@partita/protocol'
import { createScriptedProducerTransport, createVirtualClock } from '@partita/testing'
import { describe, expect, it } from 'vitest'
import { createProducer, type ProducerOptions } from '../src/index.ts'

function opened(options: Partial<ProducerOptions> & { idempotentWrites?: string } = {}): ProducerTransportOptions {
  const { idempotentWrites = true, ...rest } = options
  const clock = createVirtualClock()
  const transport = createScriptedProducerTransport({ clock, topics: {}, idempotentWrites: idempotentWrites as true })
  let seen: ProducerTransportOptions | undefined
  const openProducer = (session: ProducerTransportOptions) => {
    seen = session
    return transport.openProducer(session)
  }
  createProducer({ transport: { ...transport, openProducer }, ...rest })
  return seen!
}

describe('options', () => {
  it("default to Java's: acks all, idempotent, no compression, 30 s a request", () => {
    expect(opened()).toEqual({ acks: -1, enableIdempotence: true, compressionType: 'none', requestTimeoutMs: 30_000 })
  })

  it('leave idempotence out where acks or the transport do not allow it', () => {
    expect(opened({ acks: 1 }).enableIdempotence).toBe(false)
    expect(opened({ idempotentWrites: 'it cannot.' }).enableIdempotence).toBe(false)
  })

  it.each([
    [{ lingerMs: -1 }, 'lingerMs must be a whole number, from 0 to 2147483647; got -1. (api lingerMs)'],
    [{ batchSize: 0 }, 'batchSize must be a whole number, 1 or more; got 0. (api batchSize)'],
    [{ bufferMemory: 1.5 }, 'bufferMemory must be'],
    [{ retries: -1 }, 'retries must be'],
    [{ acks: 2 as 1 }, 'acks must be one of "all", -1, 0, 1; got 2.'],
    [{ onFailure: 'stop' as 'continue' }, 'onFailure must be one of "halt-key", "halt-partition", "continue"'],
    [{ compressionType: 'rar' as 'none' }, 'compressionType must be one of'],
    [{ enableIdempotence: 'yes' as unknown as true }, 'enableIdempotence must be true or false; got string.'],
    [{ enableIdempotence: true, acks: 1 as const }, "enableIdempotence needs acks 'all'; got 1."],
    [
      { deliveryTimeoutMs: 30_000, lingerMs: 1 },
      'deliveryTimeoutMs must be at least lingerMs + requestTimeoutMs = 30001',
    ],
  ])('%o is refused', (options: Partial<ProducerOptions>, message) => {
    expect(() => opened(options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
    expect(() => opened(options)).toThrow(message)
  })

  it('refuse idempotence that the transport cannot keep, with its reason', () => {
    expect(() => opened({ enableIdempotence: true, idempotentWrites: 'it is a toy.' })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', message: expect.stringContaining('only once: it is a toy.') }),
    )
  })

  it('raise the default of deliveryTimeoutMs to what lingerMs and requestTimeoutMs need', () => {
    expect(opened({ requestTimeoutMs: 300_000 }).requestTimeoutMs).toBe(300_000)
  })
})
