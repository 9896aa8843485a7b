import { compressBatch, produceApi, initProducerIdApi, metadataApi } from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { createBroker } from '../src/index.ts'
import { batchOf, code, connectClient, produceTo, text } from './api-client.ts'

test.each([3, 4, 5, 6, 7, 8, 9, 10, 11, 12])('Produce v%i appends and tells the offset', async (version) => {
  await using broker = createBroker({ topics: { t: 2 } })
  const client = connectClient(broker)
  await produceTo(client, 't', 1, batchOf(['a', 'b']), { version })
  const answer = await produceTo(client, 't', 1, batchOf(['c']), { version })
  expect(answer).toMatchObject({ index: 1, errorCode: 0, baseOffset: 2, logAppendTimeMs: -1 })
  const log = await broker.log('t', 1)
  expect(log.map(({ offset, key, value }) => [offset, text(key), text(value)])).toEqual([
    [0, 'key', 'a'],
    [1, 'key', 'b'],
    [2, 'key', 'c'],
  ])
  expect(await broker.log('t', 0)).toEqual([])
})

describe('Produce', () => {
  test('v13 finds topics by their ids, and tells which id leads nowhere; fault rules name topics as ever', async () => {
    await using broker = createBroker({ topics: { t: 1, compacted: { configs: { 'cleanup.policy': 'compact' } } } })
    const client = connectClient(broker)
    const idOf = async (name: string): Promise<string> =>
      (await client.call(metadataApi, 13, { topics: [{ name }] })).topics[0]!.topicId
    const ids = [await idOf('t'), await idOf('compacted'), 'a'.repeat(32)]
    const write = async (acks = 1) => {
      const topicData = ids.map((topicId) => ({ topicId, partitionData: [{ index: 0, records: batchOf(['a']) }] }))
      const { responses } = await client.call(produceApi, 13, { acks, timeoutMs: 0, topicData })
      return responses.map(({ topicId, partitionResponses: [only] }) => [topicId, only!.errorCode, only!.baseOffset])
    }
    const nowhere = [ids[2], code('UNKNOWN_TOPIC_ID'), -1]
    expect(await write()).toEqual([[ids[0], 0, 0], [ids[1], 0, 0], nowhere])
    broker.control.on({ api: 'Produce', topic: 't' }).fail('KAFKA_STORAGE_ERROR')
    expect(await write()).toEqual([[ids[0], code('KAFKA_STORAGE_ERROR'), -1], [ids[1], 0, 1], nowhere])
    expect((await broker.log('t', 0)).map(({ value }) => text(value))).toEqual(['a'])
  })

  test('answers each partition by itself', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    const topicData = [
      { name: 'unknown', partitionData: [{ index: 0, records: batchOf(['a']) }] },
      {
        name: 't',
        partitionData: [
          { index: 0, records: batchOf(['b']) },
          { index: 1, records: batchOf(['c']) },
        ],
      },
    ]
    const { responses } = await client.call(produceApi, 9, { acks: 1, timeoutMs: 0, topicData })
    const codes = responses.map(({ partitionResponses }) => partitionResponses.map(({ errorCode }) => errorCode))
    expect(codes).toEqual([[code('UNKNOWN_TOPIC_OR_PARTITION')], [0, code('UNKNOWN_TOPIC_OR_PARTITION')]])
    expect(broker.topics()).toEqual([{ name: 't', partitions: 1 }])
  })

  test('knows acks -1, 0 and 1 and no other', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    const answer = await produceTo(client, 't', 0, batchOf(['a']), { acks: 2 })
    expect(answer.errorCode).toBe(code('INVALID_REQUIRED_ACKS'))
    expect(await broker.log('t', 0)).toEqual([])
  })

  test('with acks=0 is not answered, and the next request is', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    void produceTo(client, 't', 0, batchOf(['a']), { acks: 0 }).catch(() => undefined)
    // The answer that comes belongs to the second request: the first one's listener is served by it.
    void produceTo(client, 't', 0, batchOf(['b'])).catch(() => undefined)
    await expect.poll(() => client.framesReceived).toBe(1)
    expect((await broker.log('t', 0)).map(({ value }) => text(value))).toEqual(['a', 'b'])
  })

  test('with acks=0 that fails has the connection closed, and says why', async () => {
    const warnings: string[] = []
    await using broker = createBroker({ onWarning: (line) => warnings.push(line) })
    const client = connectClient(broker)
    void produceTo(client, 'unknown', 0, batchOf(['a']), { acks: 0 })
    await expect.poll(() => client.isClosed).toBe(true)
    expect(warnings.join()).toMatch(/acks=0.*unknown has no partition 0/)
  })

  test('answers with the time of the append where the topic has LogAppendTime', async () => {
    await using broker = createBroker({
      topics: { t: { partitions: 1, configs: { 'message.timestamp.type': 'LogAppendTime' } } },
    })
    const before = Date.now()
    const { logAppendTimeMs } = await produceTo(connectClient(broker), 't', 0, batchOf(['a'], { timestamp: 1 }))
    expect(logAppendTimeMs).toBeGreaterThanOrEqual(before)
    expect((await broker.log('t', 0))[0]!.timestamp).toBe(logAppendTimeMs)
  })

  test('demands keys where the topic is compacted, also in compressed batches', async () => {
    await using broker = createBroker({ topics: { t: { configs: { 'cleanup.policy': 'compact,delete' } } } })
    const client = connectClient(broker)
    expect(await produceTo(client, 't', 0, batchOf(['a']))).toMatchObject({ errorCode: 0, baseOffset: 0 })
    const keyless = batchOf(['a'], { key: null })
    expect((await produceTo(client, 't', 0, keyless)).errorCode).toBe(code('INVALID_RECORD'))
    const compressed = await compressBatch(keyless, 'gzip')
    const answer = await produceTo(client, 't', 0, compressed)
    expect(answer.errorCode).toBe(code('INVALID_RECORD'))
    expect(answer.errorMessage).toMatch(/Record 0 .* no key/)
  })

  test('keeps compressed batches as they are', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const batch = await compressBatch(batchOf(['a'.repeat(1_000), 'b']), 'gzip')
    expect(await produceTo(connectClient(broker), 't', 0, batch)).toMatchObject({ errorCode: 0 })
    expect((await broker.log('t', 0)).map(({ offset, value }) => [offset, value!.length])).toEqual([
      [0, 1_000],
      [1, 1],
    ])
  })
})

describe('idempotence', () => {
  test('every producer gets an id of its own, and a retry of a batch is stored once', async () => {
    await using broker = createBroker({ topics: { t: 1 } })
    const client = connectClient(broker)
    const init = { transactionalId: null, transactionTimeoutMs: 0 }
    const first = await client.call(initProducerIdApi, 4, init)
    const second = await client.call(initProducerIdApi, 1, init)
    expect([first.errorCode, first.producerEpoch, second.errorCode]).toEqual([0, 0, 0])
    expect(second.producerId).not.toBe(first.producerId)
    const { producerId, producerEpoch } = first
    const batch = batchOf(['a', 'b'], { producerId, producerEpoch, baseSequence: 0 })
    expect((await produceTo(client, 't', 0, batch)).baseOffset).toBe(0)
    await produceTo(client, 't', 0, batchOf(['c'], { producerId, producerEpoch, baseSequence: 2 }))
    expect(await produceTo(client, 't', 0, batch)).toMatchObject({ errorCode: 0, baseOffset: 0 })
    const gap = batchOf(['d'], { producerId, producerEpoch, baseSequence: 9 })
    expect((await produceTo(client, 't', 0, gap)).errorCode).toBe(code('OUT_OF_ORDER_SEQUENCE_NUMBER'))
    expect(await broker.log('t', 0)).toHaveLength(3)
  })
})
