import type { FetchedRecord } from '@partita/protocol'
import type { BatchHeader } from './batch-header.ts'
import { Fault } from '../bytes/fault.ts'
import { VarintCursor } from '../bytes/varint-cursor.ts'
import { minRecordBytes } from './batch-layout.ts'
import { type RecordSource, RecordView } from './record-view.ts'

/**
 * The records between two positions, which must hold as many as the header says and nothing else. Every place is checked
 * here, so that a view can be read later without a check.
 */
export function readRecords(bytes: Uint8Array, start: number, end: number, header: BatchHeader): FetchedRecord[] {
  const { recordCount, baseOffset, lastOffsetDelta } = header
  if (recordCount * minRecordBytes > end - start) {
    throw new Fault(`${recordCount} records cannot be in the ${end - start} bytes that are there`, start)
  }
  const source = sourceOf(bytes, header)
  const keepsTime = header.timestampType === 'CreateTime'
  const cursor = new VarintCursor(bytes, start)
  const records: FetchedRecord[] = []
  let previous = -1
  for (let i = 0; i < recordCount; i++) {
    const length = cursor.varint()
    const recordEnd = cursor.at + length
    if (length < 0 || recordEnd > end) throw misfit(length, end - cursor.at, cursor)
    cursor.at += 1 // Attributes: Kafka has defined none.
    const timestampDelta = cursor.varint()
    const offsetDelta = cursor.varint()
    const keyLength = cursor.varint()
    const keyStart = cursor.at
    if (keyLength > 0) cursor.at += keyLength
    const valueLength = cursor.varint()
    const valueStart = cursor.at
    if (valueLength > 0) cursor.at += valueLength
    const headerCount = cursor.varint()
    if (headerCount !== 0) skipHeaders(cursor, headerCount)
    if (cursor.at !== recordEnd)
      throw fault(`a record does not end where its length says, at byte ${recordEnd}`, cursor)
    if (keyLength < -1 || valueLength < -1) throw noLength(Math.min(keyLength, valueLength), cursor)
    if (offsetDelta <= previous || offsetDelta > lastOffsetDelta) {
      throw fault(`offset delta ${offsetDelta} is not between ${previous + 1} and ${lastOffsetDelta}`, cursor)
    }
    if (!Number.isSafeInteger(header.baseTimestamp + timestampDelta))
      throw fault('a timestamp is beyond ±(2^53 - 1)', cursor)
    previous = offsetDelta
    const offset = baseOffset + offsetDelta
    records.push(
      new RecordView(source, offset, keepsTime ? timestampDelta : 0, keyStart, keyLength, valueStart, valueLength),
    )
  }
  if (cursor.at < end) throw fault(`${end - cursor.at} bytes are left over`, cursor)
  return records
}

function sourceOf(bytes: Uint8Array, { timestampType, baseTimestamp, maxTimestamp }: BatchHeader): RecordSource {
  const { buffer, byteOffset } = bytes
  return { bytes, buffer, byteOffset, baseTimestamp: timestampType === 'LogAppendTime' ? maxTimestamp : baseTimestamp }
}

function skipHeaders(cursor: VarintCursor, count: number): void {
  const left = cursor.bytes.length - cursor.at
  if (count < 0 || count * 2 > left)
    throw fault(`${count} headers cannot be in the ${left} bytes that are there`, cursor)
  for (let i = 0; i < count; i++) {
    const nameLength = cursor.varint()
    if (nameLength < 0) throw noLength(nameLength, cursor)
    cursor.at += nameLength
    const valueLength = cursor.varint()
    if (valueLength < -1) throw noLength(valueLength, cursor)
    if (valueLength > 0) cursor.at += valueLength
  }
}

function fault(message: string, { at }: VarintCursor): Fault {
  return new Fault(message, at)
}

function noLength(length: number, cursor: VarintCursor): Fault {
  return fault(`${length} is not a length`, cursor)
}

function misfit(length: number, left: number, cursor: VarintCursor): Fault {
  return fault(`a record of ${length} bytes does not fit the ${left} that are there`, cursor)
}
