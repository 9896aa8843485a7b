import type { FetchedRecord } from '@partita/protocol'
import { isPartitaError } from '@partita/protocol'
import { decodeBatch, readBatchHeader } from '@partita/wire'
import { type BatchEntry, bytesOf } from './batch-entry.ts'
import type { PartitionLog } from './partition-log.ts'

export interface RecordPlace {
  readonly offset: number
  readonly timestamp: number
}

/** The first record, by offset, of that time or later. */
export async function findRecordSince(log: PartitionLog, timestamp: number): Promise<RecordPlace | undefined> {
  for (const entry of log.since(timestamp)) {
    const place = await findIn(entry, log, (record) => record.timestamp >= timestamp)
    if (place !== undefined) return place
  }
  return undefined
}

/** The first record that has the latest timestamp of the log. */
export async function findLatestRecord(log: PartitionLog): Promise<RecordPlace | undefined> {
  const entry = log.latest()
  return entry && findIn(entry, log, (record) => record.timestamp === entry.maxTimestamp)
}

async function findIn(
  entry: BatchEntry,
  { startOffset }: PartitionLog,
  wanted: (record: FetchedRecord) => boolean,
): Promise<RecordPlace | undefined> {
  try {
    const batch = bytesOf(entry)
    const records = await decodeBatch(batch, readBatchHeader(batch))
    const record = records.find((one) => one.offset >= startOffset && wanted(one))
    return record && { offset: record.offset, timestamp: record.timestamp }
  } catch (error) {
    if (!isPartitaError(error) || error.code === 'KAFKA_STORAGE_ERROR') throw error
    // The batch cannot be read (its codec is not installed): whoever reads from its first offset misses nothing.
    return { offset: Math.max(entry.baseOffset, startOffset), timestamp: entry.maxTimestamp }
  }
}
