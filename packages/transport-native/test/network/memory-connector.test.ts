import { describe, expect, it } from 'vitest'
import { memoryConnector, type MemoryConnection } from '../../src/network/memory-connector.ts'

describe('a broker in memory', () => {
  it('is handed what is written, and says when it has enough, and when it takes more', async () => {
    const sent: Uint8Array[] = []
    const asked: unknown[] = []
    const closes: string[] = []
    const connection: MemoryConnection = {
      send: (bytes) => sent.push(bytes) < 2,
      onData: undefined,
      onReady: undefined,
      onClose: undefined,
      close: () => void closes.push('ours'),
    }
    const broker = { connect: (endpoint: unknown) => (asked.push(endpoint), connection) }
    const endpoint = { host: 'memory', port: 1 }
    const stream = await memoryConnector(broker).connect(endpoint, new AbortController().signal)
    const told: unknown[] = []
    stream.listen({
      onData: (bytes) => told.push(bytes),
      onDrain: () => told.push('drain'),
      onClose: () => told.push('close'),
    })
    const [one, two] = [Uint8Array.of(1), Uint8Array.of(2)]
    expect(stream.write([one])).toBe(true)
    expect(stream.write([two, one])).toBe(false)
    expect(sent).toEqual([one, two, one])
    connection.onData!(two)
    connection.onReady!()
    connection.onClose!()
    expect(told).toEqual([two, 'drain', 'close'])
    stream.close()
    stream.destroy()
    expect([asked, closes]).toEqual([[endpoint], ['ours', 'ours']])
  })
})
