import type { Headers } from '@partita/protocol'
import {
  batchHeaders,
  compressBatch,
  createBatchWriter,
  decodeBatch,
  deleteHorizonOf,
  filterBatch,
  readBatchHeader,
  recordsOf,
  setBaseOffset,
  setLogAppendTime,
  setPartitionLeaderEpoch,
  setProducerState,
  verifyCrc,
} from '@partita/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { failureOf, failureOrNone } from './failure-of.ts'
import { text } from './text.ts'

const content = fc.option(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: 'binary', maxLength: 150 })))
const header = fc.tuple(fc.string({ unit: 'grapheme', maxLength: 8 }), fc.option(fc.uint8Array({ maxLength: 9 })))
const timestamp = fc.oneof(fc.maxSafeNat(), fc.nat({ max: 200 }), fc.constantFrom(-1, 0, 2 ** 31, 2 ** 32, 2 ** 53 - 1))
const record = fc.record({ timestamp, key: content, value: content, headers: fc.array(header, { maxLength: 3 }) })

const encoder = new TextEncoder()

function bytesOf(value: Uint8Array | string | null): Uint8Array | null {
  return typeof value === 'string' ? encoder.encode(value) : value
}

describe('a batch', () => {
  test('gives back the records that were appended, and knows its size at any moment', () => {
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 500 }),
        (records, initialBytes) => {
          const writer = createBatchWriter({ initialBytes })
          for (const one of records)
            expect(writer.append(one.timestamp, one.key, one.value, one.headers as Headers)).toBe(true)
          const { byteLength, count, maxTimestamp, baseTimestamp } = writer
          const batch = writer.finish({ baseOffset: 1000 })
          expect(batch).toHaveLength(byteLength)
          expect(count).toBe(records.length)
          const head = readBatchHeader(batch)
          expect(head).toMatchObject({ byteLength, recordCount: count, baseTimestamp, maxTimestamp, baseOffset: 1000 })
          expect(maxTimestamp).toBe(Math.max(...records.map((one) => one.timestamp)))
          expect(verifyCrc(batch, head)).toBe(true)
          const read = recordsOf(batch, head)
          expect(read.map(({ offset }) => offset)).toEqual(records.map((_, i) => 1000 + i))
          for (const [i, one] of records.entries()) {
            expect(read[i]!.timestamp).toBe(one.timestamp)
            expect(read[i]!.key).toEqual(bytesOf(one.key))
            expect(read[i]!.value).toEqual(bytesOf(one.value))
            expect(read[i]!.headers).toEqual(one.headers)
          }
        },
      ),
      { numRuns: 150, seed: 8 },
    )
  })

  test('refuses what would make it longer than its limits, but takes one record of any size', () => {
    const writer = createBatchWriter({ maxBytes: 100, maxRecords: 3 })
    expect(writer.append(1, 'k', 'v'.repeat(500), [])).toBe(true)
    const { byteLength } = writer
    expect(writer.append(2, null, null, [])).toBe(false)
    expect(writer).toMatchObject({ count: 1, byteLength, maxTimestamp: 1 })

    const small = createBatchWriter({ maxBytes: 61 + 3 * 7, maxRecords: 2 })
    expect([1, 2, 3].map(() => small.append(0, null, null, []))).toEqual([true, true, false])
    const exact = createBatchWriter({ maxBytes: 61 + 2 * 7 })
    expect([1, 2, 3].map(() => exact.append(0, null, null, []))).toEqual([true, true, false])
    expect(recordsOf(exact.finish(), readBatchHeader(exact.finish()))).toHaveLength(2)
  })

  test('refuses a timestamp that is not one, and an end without records', () => {
    const writer = createBatchWriter()
    for (const wrong of [-2, 1.5, Number.NaN, 2 ** 53]) {
      expect(failureOf(() => writer.append(wrong, null, null, [])).code).toBe('INVALID_RECORD_FIELD')
    }
    expect(failureOf(() => writer.finish()).code).toBe('UNEXPECTED')
  })

  test('carries what its header is told', () => {
    const writer = createBatchWriter()
    writer.append(5, 'k', 'v', [])
    const fields = { producerId: 2 ** 40, producerEpoch: 32_767, baseSequence: 0x7fffffff, partitionLeaderEpoch: 9 }
    const head = readBatchHeader(writer.finish({ ...fields, transactional: true }))
    expect(head).toMatchObject({ ...fields, isTransactional: true, isControl: false, compressionType: 'none' })
  })
})

describe('what a broker sets in place', () => {
  function stored() {
    const writer = createBatchWriter()
    writer.append(70, 'a', '1', [])
    writer.append(90, 'b', '2', [])
    const batch = writer.finish()
    const bytes = new Uint8Array([1, 2, 3, ...batch, 4, 5])
    return { bytes, head: readBatchHeader(bytes, 3) }
  }

  test('base offset and leader epoch leave the CRC as it is', () => {
    const { bytes, head } = stored()
    setBaseOffset(bytes, head, 2 ** 40 + 7)
    setPartitionLeaderEpoch(bytes, head, 12)
    const after = readBatchHeader(bytes, 3)
    expect(after).toMatchObject({
      baseOffset: 2 ** 40 + 7,
      lastOffset: 2 ** 40 + 8,
      partitionLeaderEpoch: 12,
      crc: head.crc,
    })
    expect(verifyCrc(bytes, after)).toBe(true)
    expect(recordsOf(bytes, after).map(({ offset }) => offset)).toEqual([2 ** 40 + 7, 2 ** 40 + 8])
    expect([...bytes.subarray(0, 3), ...bytes.subarray(-2)]).toEqual([1, 2, 3, 4, 5])
  })

  test('a log append time becomes the timestamp of every record', () => {
    const { bytes, head } = stored()
    setLogAppendTime(bytes, head, 1_700_000_000_000)
    const after = readBatchHeader(bytes, 3)
    expect(after).toMatchObject({ timestampType: 'LogAppendTime', maxTimestamp: 1_700_000_000_000, baseTimestamp: 70 })
    expect(verifyCrc(bytes, after)).toBe(true)
    expect(recordsOf(bytes, after).map(({ timestamp: at }) => at)).toEqual([1_700_000_000_000, 1_700_000_000_000])
  })

  test('another producer id, epoch and sequence', () => {
    const { bytes, head } = stored()
    const state = { producerId: 2 ** 33, producerEpoch: 3, baseSequence: 55 }
    setProducerState(bytes, head, state)
    const after = readBatchHeader(bytes, 3)
    expect(after).toMatchObject(state)
    expect(verifyCrc(bytes, after)).toBe(true)
  })
})

describe('a batch that compaction has thinned out', () => {
  test('keeps its offsets: gaps are read, a step back is not', () => {
    const writer = createBatchWriter()
    for (const key of ['a', 'b', 'c']) writer.append(0, key, null, [])
    const batch = writer.finish()
    // Each record is 8 bytes: length, attributes, two deltas, key length, key, value length, header count. Take the second out.
    const thinned = new Uint8Array([...batch.subarray(0, 69), ...batch.subarray(77)])
    thinned[11]! -= 8
    thinned[60] = 2
    const read = recordsOf(thinned, readBatchHeader(thinned))
    expect(read.map(({ offset, key }) => [offset, text(key)])).toEqual([
      [0, 'a'],
      [2, 'c'],
    ])
    const back = batch.slice()
    back[61 + 8 + 3] = 0
    expect(failureOf(() => recordsOf(back, readBatchHeader(back))).message).toContain(
      'offset delta 0 is not between 1 and 2',
    )
  })
})

test('records are read from a copy of the batch too, wherever it stands there', () => {
  const writer = createBatchWriter()
  writer.append(1_000, 'key', 'value', [['h', Uint8Array.of(1)]])
  writer.append(2_000, null, null, [])
  const batch = writer.finish()
  const several = Uint8Array.from([...batch, ...batch])
  const [, second] = batchHeaders(several)
  const copy = Uint8Array.from([9, 9, 9, ...batch, 9])
  const read = recordsOf(copy, second!, 3)
  const shown = (one: (typeof read)[number]) => [one.offset, one.timestamp, one.key, one.value, one.headers]
  expect(read.map(shown)).toEqual(recordsOf(several, second!).map(shown))
  expect(read[0]!.key!.buffer).toBe(copy.buffer)
})

describe('damaged batches', () => {
  const writer = createBatchWriter()
  writer.append(1_700_000_000_000, 'key', 'value', [['h', Uint8Array.of(1)]])
  writer.append(1_800_000_000_000, null, 'v'.repeat(200), [['n', null]])
  const batch = writer.finish()

  function readAll(bytes: Uint8Array): void {
    for (const head of batchHeaders(bytes)) {
      for (const one of recordsOf(bytes, head)) void [one.key, one.value, one.headers]
    }
  }

  test('that are cut have no header', () => {
    for (let end = 0; end < batch.length; end++) {
      expect(failureOf(() => readBatchHeader(batch.subarray(0, end))).code).toBe('MALFORMED')
    }
  })

  test('a flipped bit is found by the CRC, and hurts nothing where nobody looks', () => {
    for (let at = 0; at < batch.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const damaged = batch.slice()
        damaged[at]! ^= 1 << bit
        const error = failureOrNone(() => readAll(damaged))
        if (error === undefined && at >= 17 && damaged[16] === 2) {
          for (const head of batchHeaders(damaged)) expect(verifyCrc(damaged, head)).toBe(false)
        }
      }
    }
  })

  test('a record count beyond the bytes allocates nothing', () => {
    const damaged = batch.slice()
    damaged.set([0x7f, 0xff, 0xff, 0xff], 57)
    expect(failureOf(() => recordsOf(damaged, readBatchHeader(damaged))).message).toContain(
      '2147483647 records cannot be',
    )
  })

  test.each([0, 1])('the older format with magic %i is named', (magic) => {
    const old = batch.slice()
    old[16] = magic
    expect(failureOf(() => readBatchHeader(old))).toMatchObject({ code: 'UNSUPPORTED' })
    expect(failureOf(() => readBatchHeader(old)).message).toContain(`magic ${magic}`)
  })

  test('a magic that never was is refused', () => {
    const odd = batch.slice()
    odd[16] = 3
    expect(failureOf(() => [...batchHeaders(odd)])).toMatchObject({ code: 'MALFORMED' })
  })
})

describe('a batch without some of its records', () => {
  test('has the others as they were, with their offsets, compressed or not', async () => {
    const horizon = fc.option(fc.integer({ min: 0, max: 2 ** 41 }), { nil: undefined })
    const records = fc.array(
      fc.tuple(
        fc.record({ timestamp: fc.integer({ min: -1, max: 2 ** 41 }), key: content, value: content }),
        fc.boolean(),
      ),
      {
        minLength: 1,
        maxLength: 8,
      },
    )
    await fc.assert(
      fc.asyncProperty(
        records,
        horizon,
        fc.constantFrom('none' as const, 'gzip' as const),
        async (all, deleteHorizonMs, type) => {
          const writer = createBatchWriter()
          for (const [{ timestamp: at, key, value }] of all) writer.append(at, key, value, [['h', bytesOf(value)]])
          const fields = { baseOffset: 70, producerId: 5, producerEpoch: 1, baseSequence: 9, transactional: true }
          const batch = await compressBatch(writer.finish(fields), type)
          const head = readBatchHeader(batch)
          const before = await decodeBatch(batch, head)
          const isKept = ({ offset }: { offset: number }): boolean => all[offset - 70]![1]
          const filtered = await filterBatch(batch, head, { isKept, deleteHorizonMs })
          const kept = before.filter(isKept)
          const after = readBatchHeader(filtered)
          expect(verifyCrc(filtered, after)).toBe(true)
          const { baseOffset, lastOffset, producerId, producerEpoch, baseSequence, isTransactional } = head
          expect(after).toMatchObject({
            baseOffset,
            lastOffset,
            producerId,
            producerEpoch,
            baseSequence,
            isTransactional,
          })
          expect(after).toMatchObject({ byteLength: filtered.length, recordCount: kept.length })
          expect(deleteHorizonOf(after)).toBe(kept.length === 0 ? undefined : deleteHorizonMs)
          if (kept.length > 0) {
            expect(after.compressionType).toBe(type)
            expect(after.maxTimestamp).toBe(Math.max(...kept.map((one) => one.timestamp)))
          }
          const shown = (one: (typeof before)[number]) => [one.offset, one.timestamp, one.key, one.value, one.headers]
          expect((await decodeBatch(filtered, after)).map(shown)).toEqual(kept.map(shown))
        },
      ),
      { numRuns: 60, seed: 3 },
    )
  })
})
