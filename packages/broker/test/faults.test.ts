import { createVirtualClock } from '@partita/testing'
import { heartbeatApi, listOffsetsApi, metadataApi, type ResponseOf } from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { servedApis } from '../src/apis/served-apis.ts'
import { createBroker } from '../src/index.ts'
import { batchOf, code, connectClient, fetchFrom, produceTo } from './api-client.ts'
import { brokerOn } from './disk-broker.ts'
import { fakeFiles } from './fake-files.ts'
import { transactional } from './transactional-client.ts'

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

  test('has another request carried out for it, and hears another answer', async () => {
    await using broker = createBroker({ topics: { t: 1, u: 1 } })
    const client = connectClient(broker)
    const describe = async (name: string) => {
      const { topics, clusterId } = await client.call(metadataApi, 9, { topics: [{ name }] })
      return [topics.map((topic) => topic.name), clusterId]
    }
    const [, clusterId] = await describe('t')
    broker.control.on({ api: 'Metadata' }).alterRequest((body) => ({ ...(body as object), topics: [{ name: 'u' }] }))
    expect(await describe('t')).toEqual([['u'], clusterId])
    broker.control.on({ api: 'Metadata' }).alterAnswer((body) => ({ ...(body as object), clusterId: 'another' }))
    expect(await describe('t')).toEqual([['t'], 'another'])
    expect(await describe('t')).toEqual([['t'], clusterId])
  })

  test('hangs where a member that is frozen speaks, and no other', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ clock })
    const [frozen, other, thawed] = [connectClient(broker), connectClient(broker), connectClient(broker)]
    const beat = (client: typeof other, memberId: string) =>
      void client.call(heartbeatApi, 4, { groupId: 'g', generationId: 0, memberId, groupInstanceId: null })
    const rule = broker.control.freezeMember('g', 'm')
    beat(frozen, 'm')
    beat(other, 'n')
    await clock.advance(60_000)
    expect([frozen.framesReceived, other.framesReceived, rule.hits]).toEqual([0, 1, 1])
    rule.remove()
    beat(thawed, 'm')
    await clock.settle()
    expect(thawed.framesReceived).toBe(1)
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

describe('a disk that is made to fail', () => {
  const ask = { currentLeaderEpoch: -1, timestamp: -1 }

  test.each(['memory', 'folder'])('refuses what is asked of its partitions, and no others, in %s', async (kind) => {
    const options = { topics: { t: 2, u: 1 } }
    await using broker = kind === 'memory' ? createBroker(options) : brokerOn(fakeFiles(), options).broker
    const client = connectClient(broker)
    const write = async (topic: string, partition: number) =>
      (await produceTo(client, topic, partition, batchOf(['a']))).errorCode
    expect(await write('t', 0)).toBe(0)
    broker.control.failDisk({ topic: 't' })
    const failing = code('KAFKA_STORAGE_ERROR')
    expect([await write('t', 0), await write('t', 1), await write('u', 0)]).toEqual([failing, failing, 0])
    expect((await fetchFrom(client, 't', [0]))[0]).toMatchObject({ errorCode: failing })
    const topics = [{ name: 't', partitions: [{ ...ask, partitionIndex: 0 }] }]
    const found = await client.call(listOffsetsApi, 5, { replicaId: -1, isolationLevel: 0, topics })
    expect(found.topics[0]!.partitions[0]!.errorCode).toBe(failing)
    broker.control.healDisk({ topic: 't', partition: 1 })
    expect([await write('t', 0), await write('t', 1)]).toEqual([failing, 0])
    broker.control.healDisk()
    expect(await write('t', 0)).toBe(0)
    expect((await fetchFrom(client, 't', [0]))[0]).toMatchObject({ errorCode: 0, highWatermark: 2 })
    broker.control.failDisk({ error: 'ENOSPC: no space left on device' })
    const refused = await produceTo(client, 'u', 0, batchOf(['a']))
    expect(refused.errorMessage).toContain('ENOSPC: no space left on device')
    broker.control.clear()
    expect(await write('u', 0)).toBe(0)
  })

  test('wakes a reader that waits', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ topics: { t: 1 }, clock })
    const answer = fetchFrom(connectClient(broker), 't', [0], { maxWaitMs: 1_000_000 })
    await clock.settle()
    broker.control.failDisk({ topic: 't', partition: 0 })
    await clock.settle()
    expect((await answer)[0]!.errorCode).toBe(code('KAFKA_STORAGE_ERROR'))
  })

  test('holds up the end of a transaction until it is healed', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const producer = await transactional(connectClient(broker))
    await producer.add(0)
    await producer.write(0, 'a')
    broker.control.failDisk({ topic: 't' })
    expect(await producer.end(true)).toBe(code('COORDINATOR_NOT_AVAILABLE'))
    broker.control.healDisk()
    expect(await producer.end(true)).toBe(0)
  })
})

test('a clock that is put wrong shows in timestamps that are set and checked, and not in timers', async () => {
  const clock = createVirtualClock()
  const topics = { t: { partitions: 1, configs: { 'message.timestamp.type': 'LogAppendTime' } }, u: 1 }
  await using broker = createBroker({ topics, clock })
  const client = connectClient(broker)
  const write = async (topic: string) => {
    const answer = produceTo(client, topic, 0, batchOf(['a'], { timestamp: clock.now() }))
    await clock.settle()
    return answer
  }
  broker.control.skewClock(-7_200_000)
  expect((await write('t')).logAppendTimeMs).toBe(clock.now() - 7_200_000)
  // Further ahead of the broker than message.timestamp.after.max.ms allows.
  expect((await write('u')).errorCode).toBe(code('INVALID_TIMESTAMP'))
  const read = fetchFrom(client, 't', [1], { maxWaitMs: 500 })
  await clock.advance(500)
  expect((await read)[0]!.errorCode).toBe(0)
  broker.control.skewClock(0)
  expect((await write('u')).errorCode).toBe(0)
})
