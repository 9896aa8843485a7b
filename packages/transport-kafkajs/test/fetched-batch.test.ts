import { describe, expect, it } from 'vitest'
import type { FetchedPartition, IncomingMessage } from '../src/broker-api.ts'
import { decodeWithEnds } from '../src/fetch-ends.ts'
import { toFetchedBatch } from '../src/fetched-batch.ts'

const target = { topic: 't', partition: 3 }

function message(offset: number, own: Partial<IncomingMessage> = {}): IncomingMessage {
  return {
    offset: String(offset),
    timestamp: '1700000000000',
    key: null,
    value: Buffer.from(`v${offset}`),
    headers: {},
    ...own,
  }
}

function fetched(messages: readonly IncomingMessage[], own: Partial<FetchedPartition> = {}): FetchedPartition {
  return { partition: 3, errorCode: 0, highWatermark: '100', abortedTransactions: [], messages, ...own }
}

function inTransaction(producerId: string, firstOffset: number, lastOffsetDelta = 0): IncomingMessage['batchContext'] {
  return { producerId, inTransaction: true, firstOffset: String(firstOffset), lastOffsetDelta }
}

function offsets(partition: FetchedPartition, from = 0): number[] {
  return toFetchedBatch(target, from, partition).records.map(({ offset }) => offset)
}

describe('a fetched batch', () => {
  it('has numbers for offsets and timestamps', () => {
    const batch = toFetchedBatch(target, 5, fetched([message(5)]))
    expect(batch).toMatchObject({ topic: 't', partition: 3, nextOffset: 6, highWatermark: 100 })
    expect(batch.records[0]).toMatchObject({
      offset: 5,
      timestamp: 1_700_000_000_000,
      key: null,
      value: Buffer.from('v5'),
    })
  })

  it('has a high watermark that is no older than its records', () => {
    const batch = toFetchedBatch(target, 5, fetched([message(5), message(6)], { highWatermark: '6' }))
    expect(batch).toMatchObject({ nextOffset: 7, highWatermark: 7 })
  })

  it('begins at the offset that was asked for: brokers send whole batches', () => {
    expect(offsets(fetched([message(3), message(4), message(5), message(6)]), 5)).toEqual([5, 6])
  })

  it('goes on after a batch whose last records were compacted away', () => {
    const context = { ...inTransaction('-1', 10, 9), inTransaction: false } as NonNullable<
      IncomingMessage['batchContext']
    >
    const partition = fetched([message(12, { batchContext: context })])
    expect(toFetchedBatch(target, 10, partition)).toMatchObject({ nextOffset: 20 })
  })

  it('leaves out control records, and goes on after them', () => {
    const marker = message(7, { isControlRecord: true, batchContext: inTransaction('9', 7)! })
    const batch = toFetchedBatch(target, 7, fetched([marker]))
    expect([batch.records.length, batch.nextOffset]).toEqual([0, 8])
  })
})

describe('aborted transactions', () => {
  const abort = (offset: number, producerId: string): IncomingMessage =>
    message(offset, {
      isControlRecord: true,
      key: Buffer.from([0, 0, 0, 0]),
      batchContext: inTransaction(producerId, offset)!,
    })
  const of = (offset: number, producerId: string, own: Partial<IncomingMessage> = {}): IncomingMessage =>
    message(offset, { batchContext: inTransaction(producerId, offset)!, ...own })

  it('are left out, from where they begin to their end, each producer by itself', () => {
    const partition = fetched(
      [of(0, 'a'), of(1, 'b'), of(2, 'a'), abort(3, 'a'), of(4, 'a'), of(5, 'b'), abort(6, 'b'), of(7, 'b')],
      {
        abortedTransactions: [
          { producerId: 'b', firstOffset: '1' },
          { producerId: 'a', firstOffset: '0' },
        ],
      },
    )
    expect(offsets(partition)).toEqual([4, 7])
  })

  it('are not ended by a record whose key looks like the end: only by a control record', () => {
    const partition = fetched(
      [of(0, 'a'), of(1, 'a', { key: Buffer.from([0, 0, 0, 0]) }), of(2, 'a'), abort(3, 'a'), of(4, 'a')],
      {
        abortedTransactions: [{ producerId: 'a', firstOffset: '0' }],
      },
    )
    expect(offsets(partition)).toEqual([4])
  })

  it('of two that begin at one offset are both followed', () => {
    const partition = fetched([of(5, 'a'), of(6, 'b'), abort(7, 'a'), abort(8, 'b'), of(9, 'b')], {
      abortedTransactions: [
        { producerId: 'a', firstOffset: '4' },
        { producerId: 'b', firstOffset: '4' },
      ],
    })
    expect(offsets(partition, 5)).toEqual([9])
  })

  it('leave records alone that their producer wrote outside of any transaction', () => {
    const outside = of(1, 'a')
    const partition = fetched(
      [of(0, 'a'), { ...outside, batchContext: { ...outside.batchContext!, inTransaction: false } }],
      {
        abortedTransactions: [{ producerId: 'a', firstOffset: '0' }],
      },
    )
    expect(offsets(partition)).toEqual([1])
  })
})

describe('headers', () => {
  it('are pairs again, repeated names and nulls as well', () => {
    const headers = { name: Buffer.from('1'), many: [Buffer.from('2'), null, Buffer.from('3')], none: null }
    const [record] = toFetchedBatch(target, 0, fetched([message(0, { headers })])).records
    expect(record!.headers).toEqual([
      ['name', Buffer.from('1')],
      ['many', Buffer.from('2')],
      ['many', null],
      ['many', Buffer.from('3')],
      ['none', null],
    ])
    expect(record!.headers).toBe(record!.headers)
  })

  it('may be missing, as in the formats before Kafka 0.11', () => {
    const { headers: _, ...old } = message(0)
    expect(toFetchedBatch(target, 0, fetched([old])).records[0]!.headers).toEqual([])
  })
})

describe('the bytes of an answer', () => {
  /** A batch's head, and a record count that its bytes need not keep. */
  function batch(baseOffset: number, lastOffsetDelta: number, count: number): Buffer {
    const bytes = Buffer.alloc(61)
    bytes.writeBigInt64BE(BigInt(baseOffset))
    bytes.writeInt32BE(49, 8)
    bytes[16] = 2
    bytes.writeInt32BE(lastOffsetDelta, 23)
    bytes.writeInt32BE(count, 57)
    return bytes
  }

  function answer(version: number, batches: readonly Buffer[]): Buffer {
    const records = Buffer.concat(batches)
    const head = Buffer.alloc(version >= 7 ? 10 : 4)
    const topic = Buffer.from([0, 0, 0, 1, 0, 1, 0x74, 0, 0, 0, 1])
    const place = Buffer.alloc(version >= 5 ? 30 : 22)
    // One aborted transaction, then from version 11 on the preferred replica.
    const aborted = Buffer.alloc(version >= 11 ? 24 : 20)
    aborted.writeInt32BE(1)
    const size = Buffer.alloc(4)
    size.writeInt32BE(records.length)
    return Buffer.concat([head, topic, place, aborted, size, records])
  }

  async function endOffset(version: number, decoded: number, batches: readonly Buffer[]): Promise<number | undefined> {
    const messages = Array.from({ length: decoded }, (_, i) => message(i))
    const partitions: FetchedPartition[] = [fetched(messages)]
    const decode = decodeWithEnds(version, async () => ({ responses: [{ topicName: 't', partitions }] }))
    await decode(answer(version, batches))
    return partitions[0]!.endOffset
  }

  it.each([4, 5, 7, 11])('tell where batches without records end, in version %i', async (version) => {
    expect(await endOffset(version, 0, [batch(5, 0, 0), batch(6, 3, 0)])).toBe(10)
    expect(await endOffset(version, 2, [batch(5, 1, 2), batch(7, 3, 0)])).toBe(11)
    expect(await endOffset(version, 0, [])).toBeUndefined()
  })

  it('are not passed over where kafkajs made no records of them, nor where they are cut', async () => {
    expect(await endOffset(11, 2, [batch(5, 1, 2), batch(7, 0, 1), batch(8, 0, 0)])).toBe(7)
    expect(await endOffset(11, 0, [batch(5, 0, 0), batch(6, 0, 0).subarray(0, 60)])).toBe(6)
    expect(await endOffset(11, 0, [batch(5, 0, 0).fill(0, 8, 12)])).toBeUndefined()
  })
})
