import { createVirtualClock } from '@partita/testing'
import { heartbeatApi, metadataApi, type ResponseOf } from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { servedApis } from '../src/apis/served-apis.ts'
import { createBroker } from '../src/index.ts'
import { batchOf, code, connectClient, fetchFrom, produceTo } from './api-client.ts'

describe('a rule that fails requests', () => {
  test('takes one, or as many as it was told, or all until it is removed', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    const write = async () => (await produceTo(client, 't', 0, batchOf(['a']))).errorCode
    const once = broker.control.on({ api: 'Produce' }).fail('NOT_LEADER_OR_FOLLOWER')
    expect([await write(), await write()]).toEqual([code('NOT_LEADER_OR_FOLLOWER'), 0])
    expect([once.hits, once.remaining]).toEqual([1, 0])
    broker.control.on({ api: 'Produce' }).times(2).fail('REQUEST_TIMED_OUT')
    expect([await write(), await write(), await write()]).toEqual([7, 7, 0])
    const always = broker.control.on({}).always().fail('REQUEST_TIMED_OUT')
    expect([await write(), await write(), await write()]).toEqual([7, 7, 7])
    always.remove()
    expect(await write()).toBe(0)
    expect(broker.control.rules).toEqual([])
    expect(await broker.log('t', 0)).toHaveLength(3)
  })

  test('refuses only the partitions that it names', async () => {
    await using broker = createBroker({ topics: { t: 2, u: 1 } })
    const client = connectClient(broker)
    broker.control.on({ topic: 't', partition: 1 }).always().fail('NOT_LEADER_OR_FOLLOWER')
    expect((await produceTo(client, 't', 0, batchOf(['a']))).errorCode).toBe(0)
    expect((await produceTo(client, 't', 1, batchOf(['a']))).errorCode).toBe(code('NOT_LEADER_OR_FOLLOWER'))
    expect((await produceTo(client, 'u', 0, batchOf(['a']))).errorCode).toBe(0)
    const codes = (await fetchFrom(client, 't', [0, 0])).map(({ errorCode }) => errorCode)
    expect(codes).toEqual([0, code('NOT_LEADER_OR_FOLLOWER')])
  })

  test('takes only the client that it names, and what its own condition allows', async () => {
    await using broker = createBroker()
    const [mine, other] = [connectClient(broker, 'mine'), connectClient(broker, 'other')]
    const beat = { groupId: 'g', generationId: 1, memberId: 'm' }
    broker.control.on({ clientId: 'mine', where: ({ version }) => version === 3 }).fail('COORDINATOR_LOAD_IN_PROGRESS')
    const unknown = code('UNKNOWN_MEMBER_ID')
    expect((await other.call(heartbeatApi, 3, beat)).errorCode).toBe(unknown)
    expect((await mine.call(heartbeatApi, 2, beat)).errorCode).toBe(unknown)
    expect((await mine.call(heartbeatApi, 3, beat)).errorCode).toBe(code('COORDINATOR_LOAD_IN_PROGRESS'))
  })

  test('can be made for every API: each answers for its partitions, or has an answer that refuses all', () => {
    for (const served of servedApis) {
      const name = served.api.name
      expect(served.refuse !== undefined || served.partitionsOf !== undefined, name).toBe(true)
    }
  })
})

describe('a connection', () => {
  test('that is dropped leaves the request undone; a lost answer does not', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const dropped = connectClient(broker)
    broker.control.on({ api: 'Produce' }).drop()
    void produceTo(dropped, 't', 0, batchOf(['undone']))
    await expect.poll(() => dropped.isClosed).toBe(true)
    expect(await broker.log('t', 0)).toHaveLength(0)
    const lost = connectClient(broker)
    broker.control.on({ api: 'Produce', topic: 't' }).loseAnswer()
    void produceTo(lost, 't', 0, batchOf(['done']))
    await expect.poll(() => lost.isClosed).toBe(true)
    expect(lost.framesReceived).toBe(0)
    expect(await broker.log('t', 0)).toHaveLength(1)
  })

  test('hangs after a request that is swallowed, and others go on', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ clock })
    const [hung, other] = [connectClient(broker, 'hung'), connectClient(broker)]
    broker.control.on({ clientId: 'hung' }).swallow()
    void hung.call(metadataApi, 9, { topics: [] })
    void hung.call(metadataApi, 9, { topics: [] })
    void other.call(metadataApi, 9, { topics: [] })
    await clock.advance(1_000_000)
    expect([hung.framesReceived, other.framesReceived]).toEqual([0, 1])
  })

  test('is served late where a rule delays it, in order', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ clock })
    const client = connectClient(broker)
    broker.control.on({ api: 'Metadata' }).delay(300)
    void client.call(metadataApi, 9, { topics: [] })
    void client.call(heartbeatApi, 0, { groupId: 'g', generationId: 1, memberId: 'm' })
    await clock.advance(299)
    expect(client.framesReceived).toBe(0)
    await clock.advance(1)
    expect(client.framesReceived).toBe(2)
  })

  test('that is gone does not stop what it sent from being carried out late', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ topics: { t: 1 }, clock })
    const client = connectClient(broker)
    broker.control.on({ api: 'Produce' }).delay(300)
    void produceTo(client, 't', 0, batchOf(['late'], { timestamp: clock.now() }))
    await clock.settle()
    client.close()
    await clock.advance(300)
    expect(await broker.log('t', 0)).toHaveLength(1)
  })

  test('is told of throttling at once, and muted for so long', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ clock })
    const client = connectClient(broker)
    broker.control.on({ api: 'Metadata' }).throttle(500)
    let answer: ResponseOf<typeof metadataApi> | undefined
    void client.call(metadataApi, 9, { topics: [] }).then((got) => (answer = got))
    void client.call(metadataApi, 9, { topics: [] })
    await clock.settle()
    expect(answer!.throttleTimeMs).toBe(500)
    expect(client.framesReceived).toBe(1)
    await clock.advance(500)
    expect(client.framesReceived).toBe(2)
  })

  test('can be closed together with all others, whatever is parked on it', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ topics: { t: 1 }, clock })
    const clients = [connectClient(broker), connectClient(broker)]
    void fetchFrom(clients[0]!, 't', [0], { maxWaitMs: 1_000 })
    await clock.settle()
    broker.control.disconnectAll()
    await clock.settle()
    expect(clients.map(({ isClosed }) => isClosed)).toEqual([true, true])
    expect(clock.pendingTimers).toBe(0)
    const next = connectClient(broker)
    void produceTo(next, 't', 0, batchOf(['a'], { timestamp: clock.now() }))
    await clock.settle()
    expect(next.framesReceived).toBe(1)
  })
})

describe('requests', () => {
  test('are shown as they come, with their partitions', async () => {
    await using broker = createBroker({ topics: { t: 2 } })
    const client = connectClient(broker, 'me')
    const seen: string[] = []
    const stop = broker.control.onRequest(({ api, version, clientId, partitions }) => {
      const places = partitions.map(({ topic, partition }) => `${topic}-${partition}`).join()
      seen.push(`${api} v${version} ${clientId} ${places}`)
    })
    const next = broker.control.nextRequest({ api: 'Fetch' })
    await produceTo(client, 't', 1, batchOf(['a']))
    await fetchFrom(client, 't', [0, 0])
    stop()
    await fetchFrom(client, 't', [0])
    expect(seen).toEqual(['Produce v9 me t-1', 'Fetch v12 me t-0,t-1'])
    expect(await next).toMatchObject({ api: 'Fetch', body: { maxWaitMs: 0 } })
  })

  test('that are waited for in vain are given up when the broker closes', async () => {
    const broker = createBroker()
    const next = broker.control.nextRequest({ api: 'Fetch' })
    await broker.close()
    await expect(next).rejects.toMatchObject({ code: 'CLOSED' })
  })
})
