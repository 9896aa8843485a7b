import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Broker, startBroker } from '@partita/broker'
import { createBatchWriter, createFrameSplitter, encodeRequest, fetchApi, metadataApi, produceApi } from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { fuzzBroker } from '../src/fuzz/fuzz-broker.ts'

// A million frames of it: node --expose-gc apps/acceptance/dist/fuzz/main.js --frames 1000000

const waiting = { interval: 2, timeout: 15_000 }

test('damaged requests are answered or end their connection, and other clients go on', async () => {
  const { faults, answers, closed } = await fuzzBroker({ frames: 2_000, seed: 7 })
  expect(faults).toEqual([])
  expect(answers).toBeGreaterThan(300)
  expect(closed).toBeGreaterThan(500)
})

describe('over TCP', () => {
  const request = (correlationId: number): Uint8Array =>
    encodeRequest(metadataApi, 9, { correlationId, clientId: 'x' }, { topics: [] })
  const idOf = (frame: Uint8Array): number => new DataView(frame.buffer, frame.byteOffset).getInt32(0)

  async function connected(broker: Broker, allowHalfOpen = false): Promise<{ socket: Socket; frames: Uint8Array[] }> {
    const frames: Uint8Array[] = []
    const splitter = createFrameSplitter({ onFrame: (frame) => frames.push(frame.slice()) })
    const socket = connect({ port: broker.port, host: '127.0.0.1', allowHalfOpen })
    socket.on('data', (bytes) => splitter.push(bytes)).on('error', () => {})
    await once(socket, 'connect')
    return { socket, frames }
  }

  test('a thousand connections at once are all answered', async () => {
    await using broker = await startBroker()
    const clients = await Promise.all(Array.from({ length: 1_000 }, () => connected(broker)))
    clients.forEach(({ socket }, i) => void socket.write(request(i)))
    await expect.poll(() => clients.filter(({ frames }) => frames.length === 1).length, waiting).toBe(1_000)
    expect(clients.map(({ frames }) => idOf(frames[0]!))).toEqual(clients.map((_, i) => i))
    for (const { socket } of clients) socket.destroy()
  })

  test('requests that come byte by byte, or never whole, hold up nobody', async () => {
    await using broker = await startBroker()
    const [slow, half, quick] = await Promise.all([connected(broker), connected(broker), connected(broker)])
    half.socket.write(request(1).subarray(0, 9))
    for (const byte of request(2)) {
      slow.socket.write(Uint8Array.of(byte))
      quick.socket.write(request(3))
      const before = quick.frames.length
      await expect.poll(() => quick.frames.length, waiting).toBeGreaterThan(before)
    }
    await expect.poll(() => slow.frames.length, waiting).toBe(1)
    expect(half.frames).toEqual([])
    for (const { socket } of [slow, half, quick]) socket.destroy()
  })

  test('a client that only half closes while a fetch of its waits has its connection ended', async () => {
    await using broker = await startBroker({ topics: { t: 1 } })
    const { socket } = await connected(broker, true)
    const topics = [{ topic: 't', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 }] }]
    const fetch = { maxWaitMs: 600_000, minBytes: 1, topics }
    const arrived = broker.control.nextRequest({ api: 'Fetch' })
    socket.write(encodeRequest(fetchApi, 12, { correlationId: 1 }, fetch))
    await arrived
    socket.end()
    await once(socket, 'close')
  })

  test('a client that does not read is not served on and on', async () => {
    await using broker = await startBroker({ topics: { t: 1 } })
    const writer = createBatchWriter()
    writer.append(Date.now(), null, new Uint8Array(900_000), [])
    const producer = await connected(broker)
    const topicData = [{ name: 't', partitionData: [{ index: 0, records: writer.finish({}) }] }]
    producer.socket.write(encodeRequest(produceApi, 9, { correlationId: 1 }, { acks: 1, timeoutMs: 0, topicData }))
    await expect.poll(() => producer.frames.length, waiting).toBe(1)
    let served = 0
    broker.control.onRequest(({ api }) => (served += api === 'Fetch' ? 1 : 0))
    const greedy = await connected(broker)
    greedy.socket.pause()
    const topics = [{ topic: 't', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }] }]
    for (let i = 0; i < 100; i++) {
      greedy.socket.write(encodeRequest(fetchApi, 12, { correlationId: i }, { maxWaitMs: 0, minBytes: 1, topics }))
    }
    // Others are served meanwhile: twenty rounds are time enough for the greedy one, too.
    for (let i = 0; i < 20; i++) {
      producer.socket.write(request(i))
      await expect.poll(() => producer.frames.length, waiting).toBe(i + 2)
    }
    expect(served).toBeGreaterThan(0)
    expect(served).toBeLessThan(50)
    greedy.socket.resume()
    await expect.poll(() => greedy.frames.length, waiting).toBe(100)
    for (const { socket } of [producer, greedy]) socket.destroy()
  })
})
