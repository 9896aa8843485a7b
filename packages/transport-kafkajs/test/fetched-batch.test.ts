import { describe, expect, it } from 'vitest'
import type { FetchedPartition, IncomingMessage } from '../src/broker-api.ts'
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
