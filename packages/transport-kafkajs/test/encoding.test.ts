import { createRequire } from 'node:module'
import { afterEach, describe, expect, it } from 'vitest'
import type { Headers } from '@partita/protocol'
import { seededRandom } from '@partita/testing'
import { BatchCollector, maxRecordsPerBatch, type CollectedBatch } from '../src/batch.ts'
import { compressionCodecs, compressionTypes, kafkajsTransport } from '../src/index.ts'

interface Produce {
  encode(): Promise<{ buffer: Buffer }>
}
const requireKafkajs = createRequire(import.meta.url)
const produceRequest = requireKafkajs('kafkajs/src/protocol/requests/produce/v7/request') as (
  request: object,
) => Produce

const roomy = { maxBytes: 1e7, maxRecords: 1e6 }

function collect(append: (batch: BatchCollector) => void): CollectedBatch {
  const batch = new BatchCollector({ topic: 't', partition: 0 }, roomy)
  append(batch)
  return batch.seal()
}

/** The record batch as kafkajs encodes it: what is left after the request's own fields and the topic `t`. */
async function encoded({ messages }: CollectedBatch): Promise<Buffer> {
  const topicData = [{ topic: 't', partitions: [{ partition: 0, firstSequence: 0, messages }] }]
  const request = produceRequest({ acks: -1, timeout: 1, compression: 0, producerId: '1', producerEpoch: 0, topicData })
  const { buffer } = await request.encode()
  return buffer.subarray(2 + 2 + 4 + 4 + 3 + 4 + 4 + 4)
}

/** Where the records begin in a batch of format 2. */
const recordsAt = 61

function varint(bytes: Buffer, at: number): [value: number, next: number] {
  let [value, shift] = [0, 0]
  for (;;) {
    const byte = bytes[at++]!
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) return [(value >>> 1) ^ -(value & 1), at]
    shift += 7
  }
}

/** The headers of the first record, read byte by byte. */
function firstHeaders(batch: Buffer): [string, string | null][] {
  let at = recordsAt
  const number = (): number => {
    const [value, next] = varint(batch, at)
    at = next
    return value
  }
  const text = (): string | null => {
    const length = number()
    if (length < 0) return null
    at += length
    return batch.subarray(at - length, at).toString()
  }
  number()
  at += 1
  number()
  number()
  text()
  text()
  return Array.from({ length: number() }, () => [text()!, text()])
}

describe('headers', () => {
  it('are written in their order, with repeated names, null values and names that look like numbers', async () => {
    const headers: Headers = [
      ['b', Buffer.from('1')],
      ['10', Buffer.from('2')],
      ['a', null],
      ['b', Buffer.from('')],
      ['9', Buffer.from('ü')],
      ['__proto__', Buffer.from('p')],
    ]
    const batch = collect((each) => void each.append(1, null, 'v', headers))
    const written = [
      ['b', '1'],
      ['10', '2'],
      ['a', null],
      ['b', ''],
      ['9', 'ü'],
      ['__proto__', 'p'],
    ]
    expect(firstHeaders(await encoded(batch))).toEqual(written)
    // A retry encodes the batch again: the same bytes.
    expect(firstHeaders(await encoded(batch))).toEqual(written)
  })
})

describe('timestamps', () => {
  it.each([
    [[999, 1_700_000_000_000, 1_000], 999, 1_700_000_000_000],
    [[0], 0, 0],
    [[1_700_000_000_002, 1_700_000_000_001], 1_700_000_000_001, 1_700_000_000_002],
  ])('%j: the smallest and the largest are found as numbers, not as text', async (timestamps, smallest, largest) => {
    const batch = collect((each) => {
      for (const timestamp of timestamps) each.append(timestamp, null, 'v', [])
    })
    const bytes = await encoded(batch)
    expect([Number(bytes.readBigInt64BE(27)), Number(bytes.readBigInt64BE(35))]).toEqual([smallest, largest])
  })
})

describe('the size of a batch', () => {
  it('is what kafkajs will write, for any records', async () => {
    const random = seededRandom(7)
    const upTo = (limit: number): number => Math.floor(random() * limit)
    const field = (): Buffer | string | null => {
      const kind = upTo(4)
      if (kind === 0) return null
      return kind === 1 ? 'ü'.repeat(upTo(200)) : Buffer.alloc(upTo(kind === 2 ? 20 : 9_000), 1)
    }
    for (let round = 0; round < 25; round++) {
      const batch = collect((each) => {
        const start = 1_700_000_000_000
        for (let i = 0, count = 1 + upTo(80); i < count; i++) {
          const headers: Headers = Array.from({ length: upTo(3) }, (_, n) => [
            `name-${n}`,
            upTo(2) === 0 ? null : Buffer.alloc(upTo(100)),
          ])
          each.append(start + i * upTo(1_000), field(), field(), headers)
        }
      })
      expect(batch.byteLength).toBe((await encoded(batch)).length)
    }
  })

  it('is bounded, also where the caller sets no bound', () => {
    const batch = new BatchCollector({ topic: 't', partition: 0 }, { maxBytes: Infinity, maxRecords: Infinity })
    let taken = 0
    while (batch.append(1, null, null, [])) taken++
    expect(taken).toBe(maxRecordsPerBatch)
  })
})

describe('a compression that kafkajs does not bring along', () => {
  const before = { ...compressionCodecs }
  afterEach(() => void Object.assign(compressionCodecs, before))
  const open = (compressionType: 'snappy' | 'lz4' | 'zstd') => () =>
    kafkajsTransport({ brokers: ['h:1'] }).openProducer({
      acks: -1,
      compressionType,
      enableIdempotence: true,
      requestTimeoutMs: 1_000,
    })

  it.each(['snappy', 'lz4', 'zstd'] as const)('%s is refused with what to do', (type) => {
    expect(open(type)).toThrow(expect.objectContaining({ code: 'MISSING_PACKAGE' }))
    expect(open(type)).toThrow(/compressionCodecs\[/)
  })

  it('can be registered', () => {
    const codec = {
      compress: () => Promise.resolve(Buffer.alloc(0)),
      decompress: () => Promise.resolve(Buffer.alloc(0)),
    }
    compressionCodecs[compressionTypes.zstd] = () => codec
    expect(open('zstd')).not.toThrow()
  })
})
