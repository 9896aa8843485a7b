import { connect, createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import { createVirtualClock } from '@partita/testing'
import { encodeRequest, fetchApi, metadataApi } from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { createBroker, startBroker } from '../src/index.ts'
import { batchOf, connectClient, produceTo } from './api-client.ts'

describe('a broker that starts', () => {
  test('listens at 127.0.0.1 and a free port, and says where', async () => {
    await using broker = await startBroker()
    expect(broker.bootstrap).toEqual([`127.0.0.1:${broker.port}`])
    const socket = connect(broker.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.destroy()
  })

  test('refuses addresses that other machines may reach, unless it is allowed', async () => {
    await expect(startBroker({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    await using broker = await startBroker({ host: '0.0.0.0', allowRemote: true })
    expect(broker.port).toBeGreaterThan(0)
  })

  test('says so when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    await expect(startBroker({ port })).rejects.toMatchObject({ code: 'CONNECTION_FAILED' })
    other.close()
  })

  test.each([
    [{ numPartitions: 0 }, 'INVALID_OPTION'],
    [{ nodeId: -1 }, 'INVALID_OPTION'],
    [{ topics: { 'a b': 1 } }, 'INVALID_TOPIC_EXCEPTION'],
    [{ topics: { t: 0 } }, 'INVALID_PARTITIONS'],
    [{ topics: { t: { configs: { nope: 1 } } } }, 'INVALID_CONFIG'],
    [{ configs: { 'message.max.bytes': 'many' } }, 'INVALID_CONFIG'],
  ])('refuses %j', (options, code) => {
    expect(() => createBroker(options)).toThrow(expect.objectContaining({ code }))
  })
})

describe('a broker that closes', () => {
  test('closes connections with requests that wait, frees its port, and may be closed again', async () => {
    const broker = await startBroker({ topics: { t: 1 } })
    const socket = await waitingConsumer(broker.port)
    const waiting = broker.control.nextRequest({ api: 'Fetch' })
    socket.write(fetchRequest)
    await waiting
    const closed = once(socket, 'close')
    await Promise.all([broker.close(), broker.close()])
    await closed
    await using next = await startBroker({ port: broker.port })
    expect(next.port).toBe(broker.port)
  })

  test('takes no connections any more', async () => {
    const broker = createBroker()
    await broker.close()
    expect(() => broker.connect()).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  })

  test('leaves no timer behind', async () => {
    const clock = createVirtualClock()
    const broker = createBroker({ topics: { t: 1 }, clock })
    const consumer = connectClient(broker)
    consumer.sendRaw(fetchRequest)
    broker.control.on({}).delay(1_000)
    void connectClient(broker).call(metadataApi, 9, { topics: null })
    const group = broker.waitForGroup('g', { members: 1 })
    await clock.settle()
    expect(clock.pendingTimers).toBe(3)
    await broker.close()
    await expect(group).rejects.toMatchObject({ code: 'CLOSED' })
    expect(clock.pendingTimers).toBe(0)
  })
})

test('a client that does not read is not written to without bound, and gets everything once it does', async () => {
  await using broker = await startBroker({ topics: { t: 1 } })
  const producer = connectClient(broker)
  for (let i = 0; i < 8; i++) await produceTo(producer, 't', 0, batchOf(['x'.repeat(900_000)]))
  let served = 0
  broker.control.onRequest(({ api }) => (served += api === 'Fetch' ? 1 : 0))
  const socket = await waitingConsumer(broker.port)
  socket.pause()
  const requests = 60
  for (let i = 0; i < requests; i++) socket.write(fetchRequest)
  // They come in one piece: without a bound all of them would be served in one go.
  await expect.poll(() => served).toBeGreaterThan(0)
  expect(served).toBeLessThan(requests / 2)
  let received = 0
  socket.on('data', (chunk) => (received += chunk.length))
  socket.resume()
  await expect.poll(() => served).toBe(requests)
  await expect.poll(() => received).toBeGreaterThan(requests * 900_000)
  socket.destroy()
})

describe('waiting for a group', () => {
  test('ends at once where it is as expected, and with an error where it never is', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ clock })
    const waiting = broker.waitForGroup('g', { state: 'Stable', timeoutMs: 100 })
    const failed = expect(waiting).rejects.toMatchObject({ code: 'REQUEST_TIMED_OUT', place: { groupId: 'g' } })
    await clock.advance(100)
    await failed
  })
})

test('reading the log of a partition that does not exist says which there are', async () => {
  await using broker = createBroker({ topics: { t: 2 } })
  await expect(broker.log('t', 2)).rejects.toThrow('partitions 0 to 1')
  await expect((async () => broker.log('x', 0))()).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
  expect(() => broker.deleteTopic('x')).toThrow('no topic named x')
})

const fetchRequest = encodeRequest(
  fetchApi,
  11,
  { correlationId: 1 },
  {
    maxWaitMs: 60_000,
    minBytes: 1,
    topics: [{ topic: 't', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }] }],
  },
)

async function waitingConsumer(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}
