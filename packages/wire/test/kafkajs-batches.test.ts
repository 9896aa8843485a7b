import {
  compressBatch,
  createBatchWriter,
  decodeBatch,
  decodeRequest,
  encodeResponse,
  fetchApi,
  readBatchHeader,
  saslAuthenticateApi,
  verifyCrc,
} from '@partita/wire'
import { expect, test } from 'vitest'
import { kafkajsFrame, kafkajsReads, protocolOf } from './kafkajs-oracle.ts'
import { text } from './text.ts'

const start = 1_700_000_000_000

function produceParameters(compression: number) {
  const messages = [
    { key: 'k-1', value: 'größe', headers: { a: 'x', b: ['y', 'z'] }, timestamp: String(start) },
    { key: null, value: 'second', headers: {}, timestamp: String(start + 70) },
    { key: 'k-3', value: null, headers: {}, timestamp: String(start + 8_000_000_000) },
  ]
  return {
    acks: -1,
    timeout: 30_000,
    producerId: '4000000000',
    producerEpoch: 3,
    compression,
    topicData: [{ topic: 'orders', partitions: [{ partition: 2, firstSequence: 17, messages }] }],
  }
}

test.each([
  ['none', 0],
  ['gzip', 1],
] as const)('a batch that kafkajs produces is read as it was meant: %s', async (compressionType, compression) => {
  const frame = await kafkajsFrame(protocolOf('produce', 7, produceParameters(compression)))
  const request = decodeRequest(frame)
  if (request.name !== 'Produce') throw new Error(`decoded as ${request.name}`)
  const batch = request.body.topicData[0]!.partitionData[0]!.records!
  const header = readBatchHeader(batch)
  expect(header).toMatchObject({
    byteLength: batch.length,
    compressionType,
    baseTimestamp: start,
    producerId: 4_000_000_000,
    producerEpoch: 3,
    baseSequence: 17,
    lastOffsetDelta: 2,
    recordCount: 3,
    isTransactional: false,
    isControl: false,
    timestampType: 'CreateTime',
  })
  expect(verifyCrc(batch, header)).toBe(true)
  const records = await decodeBatch(batch, header)
  expect(records.map(({ offset, timestamp }) => [offset, timestamp])).toEqual([
    [0, start],
    [1, start + 70],
    [2, start + 8_000_000_000],
  ])
  expect(records.map(({ key, value }) => [text(key), text(value)])).toEqual([
    ['k-1', 'größe'],
    [null, 'second'],
    ['k-3', null],
  ])
  expect(records[0]!.headers.map(([name, value]) => [name, text(value)])).toEqual([
    ['a', 'x'],
    ['b', 'y'],
    ['b', 'z'],
  ])
})

test.each(['none', 'gzip'] as const)('kafkajs reads our batches out of our Fetch answer: %s', async (type) => {
  const writer = createBatchWriter()
  writer.append(start, 'k-1', 'größe', [['a', Uint8Array.of(120)]])
  writer.append(start - 5, null, new Uint8Array(0), [])
  writer.append(start + 2 ** 40, Uint8Array.of(1, 2), null, [])
  const records = await compressBatch(writer.finish({ baseOffset: 9_000_000_000 }), type)
  for (const version of [4, 7, 11]) {
    const frame = encodeResponse(fetchApi, version, 1, {
      responses: [
        { topic: 'orders', partitions: [{ partitionIndex: 2, errorCode: 0, highWatermark: 9_000_000_003, records }] },
      ],
    })
    const decoded = await kafkajsReads(protocolOf('fetch', version, { topics: [] }), frame)
    expect(decoded).toMatchObject({
      responses: [
        {
          topicName: 'orders',
          partitions: [
            {
              partition: 2,
              highWatermark: '9000000003',
              messages: [
                {
                  offset: '9000000000',
                  timestamp: String(start),
                  value: Buffer.from('größe'),
                  headers: { a: Buffer.from('x') },
                },
                { offset: '9000000001', timestamp: String(start - 5), key: null, value: Buffer.alloc(0) },
                { offset: '9000000002', timestamp: String(start + 2 ** 40), key: Buffer.of(1, 2), value: null },
              ],
            },
          ],
        },
      ],
    })
  }
})

test('a SASL token from kafkajs is read', async () => {
  const token = Buffer.from('\0user\0word')
  const sized = Buffer.concat([Buffer.of(0, 0, 0, token.length), token])
  const frame = await kafkajsFrame(protocolOf('saslAuthenticate', 1, { authBytes: sized }))
  const request = decodeRequest(frame)
  expect(request.name).toBe(saslAuthenticateApi.name)
  expect(request.body).toEqual({ authBytes: new Uint8Array(token) })
})
