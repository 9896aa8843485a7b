import type { FetchedRecord } from '@partita/protocol'
import type { BatchHeader } from './batch-header.ts'
import { ByteReader } from '../bytes/byte-reader.ts'
import { minRecordBytes } from './batch-layout.ts'
import { RecordView } from './record-view.ts'

/**
 * The records between two positions, which must hold as many as the header says and nothing else. Every place is checked
 * here, so that a view can be read later without a check.
 */
export function readRecords(bytes: Uint8Array, start: number, end: number, header: BatchHeader): FetchedRecord[] {
  const reader = new ByteReader(bytes, start, end)
  const { recordCount, baseOffset, lastOffsetDelta } = header
  if (recordCount * minRecordBytes > reader.remaining) {
    throw reader.fault(`${recordCount} records cannot be in the ${reader.remaining} bytes that are there`)
  }
  const records: FetchedRecord[] = []
  let previous = -1
  for (let i = 0; i < recordCount; i++) {
    const record = readRecord(reader, header)
    const delta = record.offset - baseOffset
    if (delta <= previous || delta > lastOffsetDelta) {
      throw reader.fault(`offset delta ${delta} is not between ${previous + 1} and ${lastOffsetDelta}`)
    }
    previous = delta
    records.push(record)
  }
  reader.expectEnd()
  return records
}

function readRecord(reader: ByteReader, header: BatchHeader): RecordView {
  const end = readLength(reader)
  reader.skip(1) // Attributes: Kafka has defined none.
  const timestamp = readTimestamp(reader, header)
  const offset = header.baseOffset + reader.varint()
  const keyLength = readContentLength(reader)
  const keyStart = reader.position
  if (keyLength > 0) reader.skip(keyLength)
  const valueLength = readContentLength(reader)
  const valueStart = reader.position
  if (valueLength > 0) reader.skip(valueLength)
  const headerCount = reader.varint()
  const headersStart = reader.position
  if (headerCount !== 0) skipHeaders(reader, headerCount)
  if (reader.position !== end) throw reader.fault(`a record does not end where its length says, at byte ${end}`)
  return new RecordView(
    reader.bytes,
    offset,
    timestamp,
    keyStart,
    keyLength,
    valueStart,
    valueLength,
    headersStart,
    headerCount,
  )
}

function readTimestamp(reader: ByteReader, header: BatchHeader): number {
  const timestamp = header.baseTimestamp + reader.varlong()
  if (!Number.isSafeInteger(timestamp)) throw reader.fault('a timestamp is beyond ±(2^53 - 1)')
  return header.timestampType === 'LogAppendTime' ? header.maxTimestamp : timestamp
}

/** -1 stands for null. */
function readContentLength(reader: ByteReader): number {
  const length = reader.varint()
  if (length < -1) throw reader.fault(`${length} is not a length`)
  return length
}

function readLength(reader: ByteReader): number {
  const length = reader.varint()
  if (length > reader.remaining || length < 0) {
    throw reader.fault(`a record of ${length} bytes does not fit the ${reader.remaining} that are there`)
  }
  return reader.position + length
}

function skipHeaders(reader: ByteReader, count: number): void {
  if (count < 0 || count * 2 > reader.remaining) {
    throw reader.fault(`${count} headers cannot be in the ${reader.remaining} bytes that are there`)
  }
  for (let i = 0; i < count; i++) {
    reader.skip(reader.varint())
    const valueLength = readContentLength(reader)
    if (valueLength > 0) reader.skip(valueLength)
  }
}
