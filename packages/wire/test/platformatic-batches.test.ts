import {
  compressBatch,
  createBatchWriter,
  decodeBatch,
  decodeRequest,
  encodeResponse,
  fetchApi,
  readBatchHeader,
  verifyCrc,
} from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { fromTheirs, sharedApis } from './platformatic-oracle.ts'
import { text } from './text.ts'

const start = 1_700_000_000_000
const shared = sharedApis()

function theirs(name: string) {
  return shared.find((api) => api.name === name)!
}

describe('a batch that @platformatic/kafka produces is read as it was meant', () => {
  // They have zstd only where Node has it.
  test.each(['none', 'gzip', 'snappy', 'lz4'] as const)('%s', async (compression) => {
    const messages = [
      {
        key: Buffer.from('k-1'),
        value: Buffer.from('größe'),
        headers: new Map([[Buffer.from('a'), Buffer.from('x')]]),
      },
      { key: null, value: Buffer.alloc(3_000, 'y'), headers: new Map() },
    ].map((message, i) => ({ ...message, topic: 'orders', partition: 2, timestamp: BigInt(start + i * 2 ** 30) }))
    const options = { compression, producerId: 4_000_000_000n, producerEpoch: 3, transactionalId: 'tx' }
    for (const name of ['produceV8', 'produceV9', 'produceV11']) {
      const { version, requestTags, encodeRequest } = theirs(name)
      const head = Buffer.from([0, 0, 0, version, 0, 0, 0, 1, 0, 1, 0x63, ...(requestTags ? [0] : [])])
      const request = decodeRequest(Buffer.concat([head, encodeRequest(-1, 30_000, messages, options)]))
      if (request.name !== 'Produce') throw new Error(`decoded as ${request.name}`)
      expect(request.body).toMatchObject({ transactionalId: 'tx', acks: -1, timeoutMs: 30_000 })
      const batch = request.body.topicData[0]!.partitionData[0]!.records!
      const header = readBatchHeader(batch)
      expect(verifyCrc(batch, header)).toBe(true)
      expect(header).toMatchObject({ compressionType: compression, producerId: 4_000_000_000, isTransactional: true })
      const records = await decodeBatch(batch, header)
      expect(records.map(({ timestamp, key, value }) => [timestamp, text(key), text(value)])).toEqual([
        [start, 'k-1', 'größe'],
        [start + 2 ** 30, null, 'y'.repeat(3_000)],
      ])
      expect(records[0]!.headers).toEqual([['a', Uint8Array.of(0x78)]])
    }
  })
})

describe('@platformatic/kafka reads our batches out of our Fetch answer', () => {
  test.each(['none', 'gzip', 'lz4'] as const)('%s', async (type) => {
    const writer = createBatchWriter()
    writer.append(start, 'k-1', 'größe', [['a', Uint8Array.of(0x78)]])
    writer.append(start + 2 ** 30, null, 'y'.repeat(3_000), [])
    const one = await compressBatch(writer.finish({ baseOffset: 9_000_000_000 }), type)
    const frame = encodeResponse(fetchApi, 17, 1, {
      responses: [
        {
          topicId: 'ab'.repeat(16),
          partitions: [{ partitionIndex: 2, errorCode: 0, highWatermark: 9_000_000_002, records: twice(one) }],
        },
      ],
    })
    const read = theirs('fetchV17').decodeResponse(Buffer.from(frame.subarray(9))) as {
      responses: { partitions: { records: { records: unknown[] }[] }[] }[]
    }
    const [first, second] = read.responses[0]!.partitions[0]!.records
    expect(fromTheirs(second)).toEqual(fromTheirs(first))
    expect(fromTheirs(first)).toMatchObject({
      firstOffset: 9_000_000_000,
      firstTimestamp: start,
      maxTimestamp: start + 2 ** 30,
      lastOffsetDelta: 1,
      records: [
        { offsetDelta: 0, timestampDelta: 0, key: bytesOf('k-1'), value: bytesOf('größe') },
        { offsetDelta: 1, timestampDelta: 2 ** 30, key: null, value: bytesOf('y'.repeat(3_000)) },
      ],
    })
  })
})

function twice(bytes: Uint8Array): Uint8Array {
  return new Uint8Array([...bytes, ...bytes])
}

function bytesOf(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}
