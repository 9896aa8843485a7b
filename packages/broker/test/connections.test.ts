import { createVirtualClock } from '@partita/testing'
import { apiVersionsApi, decodeResponse, encodeRequest, metadataApi } from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { servedApis } from '../src/apis/served-apis.ts'
import { createBroker, type MemoryBroker } from '../src/index.ts'
import { batchOf, code, connectClient, fetchFrom, produceTo } from './api-client.ts'

/** A broker that keeps its warnings. */
function warningBroker(): { broker: MemoryBroker; warnings: string[] } {
  const warnings: string[] = []
  return { warnings, broker: createBroker({ topics: { t: 1 }, onWarning: (line) => warnings.push(line) }) }
}

function frame(...bytes: number[]): Uint8Array {
  return new Uint8Array([0, 0, 0, bytes.length, ...bytes])
}

describe('ApiVersions', () => {
  test.each([0, 1, 2, 3, 4])('v%i lists what is served, Produce from 0 on', async (version) => {
    await using broker = createBroker()
    const software = { clientSoftwareName: 'my-client', clientSoftwareVersion: '1.0' }
    const { errorCode, apiKeys } = await connectClient(broker).call(apiVersionsApi, version, software)
    expect(errorCode).toBe(0)
    expect(apiKeys).toHaveLength(servedApis.length)
    expect(apiKeys).toContainEqual({ apiKey: 0, minVersion: 0, maxVersion: 13 })
    expect(apiKeys).toContainEqual({ apiKey: 1, minVersion: 4, maxVersion: 18 })
  })

  test('tells the features of the cluster; before version 4 none that begins at 0', async () => {
    await using broker = createBroker()
    const software = { clientSoftwareName: 'my-client', clientSoftwareVersion: '1.0' }
    const client = connectClient(broker)
    const finalizedFeatures = [
      { name: 'group.version', minVersionLevel: 1, maxVersionLevel: 1 },
      { name: 'transaction.version', minVersionLevel: 2, maxVersionLevel: 2 },
    ]
    const finalized = { finalizedFeaturesEpoch: 1, finalizedFeatures }
    const groups = { name: 'group.version', minVersion: 1, maxVersion: 1 }
    const transactions = { name: 'transaction.version', minVersion: 0, maxVersion: 2 }
    expect(await client.call(apiVersionsApi, 3, software)).toMatchObject({ ...finalized, supportedFeatures: [groups] })
    const supportedFeatures = [groups, transactions]
    expect(await client.call(apiVersionsApi, 4, software)).toMatchObject({ ...finalized, supportedFeatures })
  })

  test('in a version that is not served is answered in version 0, with the versions that are', async () => {
    await using broker = createBroker()
    const client = connectClient(broker)
    const request = encodeRequest(
      apiVersionsApi,
      4,
      { correlationId: 3 },
      { clientSoftwareName: 'x', clientSoftwareVersion: '1' },
    )
    new DataView(request.buffer, request.byteOffset).setInt16(6, 99)
    client.sendRaw(request)
    const { correlationId, body } = decodeResponse(apiVersionsApi, 0, await client.nextFrame())
    expect(correlationId).toBe(3)
    expect(body).toMatchObject({
      errorCode: code('UNSUPPORTED_VERSION'),
      apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }],
    })
  })

  test('from a client with a name that cannot be is refused', async () => {
    await using broker = createBroker()
    const software = { clientSoftwareName: 'my client!', clientSoftwareVersion: '1.0' }
    const answer = await connectClient(broker).call(apiVersionsApi, 3, software)
    expect(answer.errorCode).toBe(code('INVALID_REQUEST'))
  })
})

describe('a connection is closed, with a warning that says why', () => {
  test('for an API that is not served, naming the client and its software', async () => {
    const { broker, warnings } = warningBroker()
    const client = connectClient(broker, 'billing')
    await client.call(apiVersionsApi, 3, { clientSoftwareName: 'librdkafka', clientSoftwareVersion: '2.12.0' })
    client.sendRaw(encodeRequest(metadataApi, 1, { correlationId: 2, clientId: 'billing' }, { topics: [] }).with(5, 27))
    await expect.poll(() => client.isClosed).toBe(true)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/librdkafka 2\.12\.0.*"billing".*key 27 in version 1; it is not served/)
  })

  test('for a version that is not served', async () => {
    const { broker, warnings } = warningBroker()
    const client = connectClient(broker)
    const request = encodeRequest(metadataApi, 13, { correlationId: 1 }, { topics: null })
    new DataView(request.buffer, request.byteOffset).setInt16(6, 14)
    client.sendRaw(request)
    await expect.poll(() => client.isClosed).toBe(true)
    expect(warnings[0]).toMatch(/Metadata in version 14; versions 0 to 13 are served/)
  })

  test.each<[string, Uint8Array]>([
    ['a frame over the bound', new Uint8Array([0x7f, 0xff, 0xff, 0xff, 0])],
    ['a frame of negative length', new Uint8Array([0xff, 0xff, 0xff, 0xff, 0])],
    ['a frame too short for a header', frame(0, 3, 0, 9, 0)],
    ['a body that ends too early', frame(0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0, 0)],
    ['something that is not Kafka', new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n')],
  ])('for %s', async (_, bytes) => {
    const { broker, warnings } = warningBroker()
    const [client, other] = [connectClient(broker), connectClient(broker)]
    client.sendRaw(bytes)
    await expect.poll(() => client.isClosed).toBe(true)
    expect(warnings).toHaveLength(1)
    expect((await other.call(metadataApi, 9, { topics: [] })).brokers).toHaveLength(1)
  })
})

describe('the requests of a connection', () => {
  test('may have bytes behind them that nothing reads, as librdkafka’s for all topics has', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    const request = encodeRequest(metadataApi, 12, { correlationId: 7 }, { topics: null })
    const longer = new Uint8Array([...request, 1, 0, 0])
    new DataView(longer.buffer).setInt32(0, longer.length - 4)
    client.sendRaw(longer)
    const { correlationId, body } = decodeResponse(metadataApi, 12, await client.nextFrame())
    expect([correlationId, body.topics.map(({ name }) => name)]).toEqual([7, ['t']])
  })

  test('are answered in their order, one held up by the other', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ topics: { t: 1 }, clock })
    const client = connectClient(broker)
    const order: string[] = []
    void fetchFrom(client, 't', [0], { maxWaitMs: 500 }).then(() => order.push('fetch'))
    void produceTo(client, 't', 0, batchOf(['a'], { timestamp: clock.now() })).then(() => order.push('produce'))
    await clock.advance(499)
    expect(order).toEqual([])
    await clock.advance(1)
    expect(order).toEqual(['fetch', 'produce'])
  })

  test('may come cut at any place, and together', async () => {
    await using broker = createBroker()
    const client = connectClient(broker)
    const request = (correlationId: number) => encodeRequest(metadataApi, 9, { correlationId }, { topics: [] })
    const stream = new Uint8Array([...request(1), ...request(2), ...request(3)])
    for (let at = 0; at < stream.length; at += 7) client.sendRaw(stream.subarray(at, at + 7))
    const ids: number[] = []
    for (let i = 0; i < 3; i++) ids.push(decodeResponse(metadataApi, 9, await client.nextFrame()).correlationId)
    expect(ids).toEqual([1, 2, 3])
  })

  test("are the receiver's in memory: it may hand on their buffers, or change them", async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    for (const size of [1, 30_000]) {
      const { baseOffset } = await produceTo(client, 't', 0, batchOf(['x'.repeat(size)]))
      const read = async () => (await fetchFrom(client, 't', [baseOffset]))[0]!.records!
      const [records, again] = [await read(), await read()]
      const before = Buffer.from(again)
      records.fill(0)
      structuredClone(records, { transfer: [records.buffer as ArrayBuffer] })
      expect([before.equals(again), before.equals(await read())]).toEqual([true, true])
    }
  })

  test('are not wanted any more when too much waits behind a request', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ topics: { t: 1 }, clock })
    const connection = broker.connect()
    const fetch = {
      maxWaitMs: 500,
      minBytes: 1,
      topics: [{ topic: 't', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 }] }],
    }
    const { fetchApi, produceApi } = await import('@partita/wire')
    expect(connection.send(encodeRequest(fetchApi, 11, { correlationId: 1 }, fetch))).toBe(true)
    const records = batchOf(['x'.repeat(300_000)], { timestamp: clock.now() })
    const topicData = [{ name: 't', partitionData: [{ index: 0, records }] }]
    const produce = encodeRequest(produceApi, 9, { correlationId: 2 }, { acks: 1, timeoutMs: 0, topicData })
    const wanted = [1, 2, 3, 4].map(() => connection.send(produce))
    expect(wanted).toEqual([true, true, true, false])
    let isReady = false
    connection.onReady = () => (isReady = true)
    await clock.advance(500)
    expect(isReady).toBe(true)
    expect(await broker.log('t', 0)).toHaveLength(4)
  })
})
