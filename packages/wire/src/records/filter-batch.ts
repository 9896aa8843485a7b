import type { FetchedRecord } from '@partita/protocol'
import type { BatchHeader } from './batch-header.ts'
import { ByteReader } from '../bytes/byte-reader.ts'
import { ByteWriter } from '../bytes/byte-writer.ts'
import { decoding } from '../bytes/checked.ts'
import { putInt16, putInt32, putInt64 } from '../bytes/put.ts'
import { loadCodec } from '../compression/load-codec.ts'
import { at, attribute, batchHeaderBytes, lengthFieldEnd } from './batch-layout.ts'
import { readRecords } from './read-records.ts'
import { defaultMaxDecompressedBytes } from './records-of.ts'
import { varlongLength } from '../bytes/varint-length.ts'
import { putCrc } from './seal-batch.ts'

/** What of a batch stays. */
export interface BatchFilter {
  readonly isKept: (record: FetchedRecord) => boolean
  /** When the batch's tombstones, or its marker, may go: milliseconds since the epoch. Default: what the batch says, if it does. */
  readonly deleteHorizonMs?: number | undefined
}

/** When a batch's tombstones, or its marker, may go (KIP-534); `undefined` where nothing has been said about it. */
export function deleteHorizonOf({ attributes, baseTimestamp }: BatchHeader): number | undefined {
  return (attributes & attribute.deleteHorizon) === 0 ? undefined : baseTimestamp
}

/**
 * A batch without some of its records, as compaction leaves it: offsets, timestamps, sequences and the compression stay. Where
 * no record stays it is a header alone, which keeps its producer's place.
 * @throws PartitaError `MALFORMED`; `MISSING_PACKAGE` naming what to install for that compression
 */
export async function filterBatch(bytes: Uint8Array, header: BatchHeader, filter: BatchFilter): Promise<Uint8Array> {
  const { position, byteLength, compressionType } = header
  const head = bytes.subarray(position, position + batchHeaderBytes)
  const stored = bytes.subarray(position + batchHeaderBytes, position + byteLength)
  const codec = compressionType === 'none' ? undefined : await loadCodec(compressionType)
  const records = codec === undefined ? stored : await codec.decompress(stored, defaultMaxDecompressedBytes)
  const context = `The record batch at offset ${header.baseOffset}`
  const kept = decoding(context, undefined, () => keep(records, header, filter))
  if (kept.count === 0) return emptyBatch(head, header)
  const body = codec === undefined ? kept.bytes : await codec.compress(kept.bytes)
  const batch = joined(head, body)
  if (filter.deleteHorizonMs !== undefined) {
    putInt16(batch, at.attributes, header.attributes | attribute.deleteHorizon)
    putInt64(batch, at.baseTimestamp, filter.deleteHorizonMs)
  }
  if (header.timestampType === 'CreateTime') putInt64(batch, at.maxTimestamp, kept.maxTimestamp)
  putInt32(batch, at.recordCount, kept.count)
  putCrc(batch, 0, batch.length)
  return batch
}

interface KeptRecords {
  readonly bytes: Uint8Array
  readonly count: number
  readonly maxTimestamp: number
}

/** Copies records but for their timestamps, which are relative to what the batch's base will be. */
function keep(records: Uint8Array, header: BatchHeader, { isKept, deleteHorizonMs }: BatchFilter): KeptRecords {
  const reader = new ByteReader(records)
  const writer = new ByteWriter(records.length + 8)
  const shift = header.baseTimestamp - (deleteHorizonMs ?? header.baseTimestamp)
  let count = 0
  let maxTimestamp = -1
  for (const record of readRecords(records, 0, records.length, header)) {
    const length = reader.varint()
    const end = reader.position + length
    const attributes = reader.int8()
    const delta = reader.varlong() + shift
    const rest = reader.take(end - reader.position)
    if (!isKept(record)) continue
    count += 1
    maxTimestamp = Math.max(maxTimestamp, record.timestamp)
    writer.varint(1 + varlongLength(delta) + rest.length)
    writer.int8(attributes)
    writer.varlong(delta)
    writer.raw(rest)
  }
  return { bytes: writer.written(), count, maxTimestamp }
}

/** As Java's `DefaultRecordBatch.writeEmptyHeader`. */
function emptyBatch(head: Uint8Array, { attributes }: BatchHeader): Uint8Array {
  const batch = joined(head, new Uint8Array(0))
  putInt16(batch, at.attributes, attributes & ~(attribute.compression | attribute.deleteHorizon))
  putInt64(batch, at.baseTimestamp, -1)
  putInt32(batch, at.recordCount, 0)
  putCrc(batch, 0, batch.length)
  return batch
}

function joined(head: Uint8Array, body: Uint8Array): Uint8Array {
  const batch = new Uint8Array(head.length + body.length)
  batch.set(head)
  batch.set(body, head.length)
  putInt32(batch, at.batchLength, batch.length - lengthFieldEnd)
  return batch
}
