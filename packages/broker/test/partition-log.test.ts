import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchHeaders, readBatchHeader } from '@partita/wire'
import { findLatestRecord, findRecordSince } from '../src/log/find-by-time.ts'
import { PartitionLog } from '../src/log/partition-log.ts'
import { createVirtualClock } from '@partita/testing'
import { Partition } from '../src/topics/partition.ts'
import { batchRulesOf } from '../src/log/check-batch.ts'
import { createConfigSet } from '../src/configs/config-set.ts'
import { topicConfigTable } from '../src/configs/topic-config-table.ts'
import { batchOf } from './api-client.ts'

const rules = batchRulesOf(createConfigSet(topicConfigTable), true)

/** A partition with a batch for each number, of so many records; timestamps by batch where given. */
function partitionWith(counts: readonly number[], timestamps: readonly number[] = []): Partition {
  const partition = new Partition(0, createVirtualClock(), 1_000)
  counts.forEach((count, i) => {
    const values = Array.from({ length: count }, (_, n) => `${n}`.padEnd(50))
    partition.append(batchOf(values, { timestamp: timestamps[i] ?? 1_000 }), rules)
  })
  return partition
}

function offsetsIn(bytes: Uint8Array): number[] {
  return Array.from(batchHeaders(bytes), ({ baseOffset }) => baseOffset)
}

describe('a log', () => {
  test('numbers records without a gap and hands out what was appended', () => {
    const { log } = partitionWith([2, 3])
    expect([log.startOffset, log.endOffset, log.highWatermark]).toEqual([0, 5, 5])
    const bytes = log.read(0, 10_000, true)
    expect(offsetsIn(bytes)).toEqual([0, 2])
    expect(readBatchHeader(bytes).partitionLeaderEpoch).toBe(0)
  })

  test('gives the whole batch that holds an offset', () => {
    const { log } = partitionWith([2, 3, 1])
    expect(offsetsIn(log.read(3, 10_000, true))).toEqual([2, 5])
    expect(log.read(6, 10_000, true)).toHaveLength(0)
  })

  test('gives whole batches up to the limit, and one beyond it only where asked', () => {
    const { log } = partitionWith([1, 1, 1])
    const one = log.entries[0]!.byteLength
    expect(offsetsIn(log.read(0, 2 * one, true))).toEqual([0, 1])
    expect(offsetsIn(log.read(0, 2 * one - 1, true))).toEqual([0])
    expect(log.read(0, one - 1, false)).toHaveLength(0)
    expect(offsetsIn(log.read(0, 1, true))).toEqual([0])
  })

  test('whatever is asked is read in full, step by step, over all seams', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 20_000 }),
        (counts, maxBytes) => {
          const { log } = partitionWith(counts)
          const seen: number[] = []
          for (let offset = 0; offset < log.endOffset;) {
            expect(log.bytesFrom(offset)).toBeGreaterThan(0)
            const headers = [...batchHeaders(log.read(offset, maxBytes, true))]
            expect(headers[0]!.baseOffset).toBe(offset)
            for (const { baseOffset } of headers) seen.push(baseOffset)
            offset = headers.at(-1)!.lastOffset + 1
          }
          expect(seen).toEqual(log.entries.map(({ baseOffset }) => baseOffset))
          expect(log.endOffset).toBe(counts.reduce((sum, count) => sum + count, 0))
        },
      ),
      { numRuns: 50 },
    )
  })

  test('forgets batches that lie wholly before its start', () => {
    const { log } = partitionWith([2, 3, 1])
    let changes = 0
    log.changes.add(() => (changes += 1))
    log.deleteBefore(3)
    expect(log.startOffset).toBe(3)
    expect(log.entries.map(({ baseOffset }) => baseOffset)).toEqual([2, 5])
    log.deleteBefore(6)
    expect([log.startOffset, log.endOffset, log.entries.length]).toEqual([6, 6, 0])
    log.deleteBefore(1)
    expect([log.startOffset, changes]).toEqual([6, 2])
  })

  test('goes on numbering after all of it was deleted', () => {
    const partition = partitionWith([2])
    partition.log.deleteBefore(2)
    expect(partition.append(batchOf(['x'], { timestamp: 1 }), rules)).toEqual({ baseOffset: 2, logAppendTime: -1 })
    expect(partition.log.bytesFrom(2)).toBe(partition.log.entries[0]!.byteLength)
  })

  test('copies what it keeps', () => {
    const partition = new Partition(0, createVirtualClock(), 1_000)
    const batch = batchOf(['x'], { timestamp: 1 })
    partition.append(batch, rules)
    const before = partition.log.read(0, 1_000, true).slice()
    batch.fill(0)
    expect(partition.log.read(0, 1_000, true)).toEqual(before)
  })
})

describe('a search by time', () => {
  test('finds the first record of that time or later, though timestamps go back', async () => {
    const { log } = partitionWith([2, 2, 2, 2], [10, 40, 20, 50])
    expect(await findRecordSince(log, 5)).toEqual({ offset: 0, timestamp: 10 })
    expect(await findRecordSince(log, 15)).toEqual({ offset: 2, timestamp: 40 })
    expect(await findRecordSince(log, 41)).toEqual({ offset: 6, timestamp: 50 })
    expect(await findRecordSince(log, 51)).toBeUndefined()
    expect(await findLatestRecord(log)).toEqual({ offset: 6, timestamp: 50 })
  })

  test('passes over what was deleted from the start', async () => {
    const { log } = partitionWith([2, 2, 2], [50, 20, 30])
    log.deleteBefore(2)
    expect(await findRecordSince(log, 25)).toEqual({ offset: 4, timestamp: 30 })
    expect(await findLatestRecord(log)).toEqual({ offset: 4, timestamp: 30 })
    expect(await findRecordSince(log, 45)).toBeUndefined()
  })

  test('misses nothing when records are deleted while it is under way', () => {
    const { log } = partitionWith([1, 1, 1, 1, 1], [10, 20, 30, 40, 50])
    const found: number[] = []
    for (const { baseOffset } of log.since(10)) {
      found.push(baseOffset)
      if (baseOffset === 1) log.deleteBefore(2)
    }
    expect(found).toEqual([0, 1, 2, 3, 4])
  })

  test('finds nothing in an empty log', async () => {
    expect(await findRecordSince(new PartitionLog(), 0)).toBeUndefined()
    expect(await findLatestRecord(new PartitionLog())).toBeUndefined()
  })
})
