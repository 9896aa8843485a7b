import type { CompressionType } from '@partita/protocol'
import { PartitaError } from '@partita/protocol'
import { ByteReader } from '../bytes/byte-reader.ts'
import { compressionTypeOf } from '../compression/compression-types.ts'
import { crc32c } from '../crc32c.ts'
import { decoding } from '../bytes/checked.ts'
import { at, attribute, batchHeaderBytes, lengthFieldEnd } from './batch-layout.ts'

/** A record batch's header (magic 2), and where the batch is in the bytes it was read from. */
export interface BatchHeader {
  /** Of the batch's first byte. */
  readonly position: number
  /** Of the whole batch: the next one begins at `position + byteLength`. */
  readonly byteLength: number
  readonly baseOffset: number
  /** `baseOffset + lastOffsetDelta`. Compaction may have taken the record that had it. */
  readonly lastOffset: number
  readonly lastOffsetDelta: number
  /** -1 until a broker sets it. */
  readonly partitionLeaderEpoch: number
  readonly crc: number
  readonly attributes: number
  readonly compressionType: CompressionType
  /** With `LogAppendTime`, `maxTimestamp` is the timestamp of every record. */
  readonly timestampType: 'CreateTime' | 'LogAppendTime'
  readonly isTransactional: boolean
  /** A transaction's marker instead of records: see `readControlMarker`. */
  readonly isControl: boolean
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  /** -1 where the producer is not idempotent. */
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordCount: number
}

/**
 * The header of the batch that begins at `position`. The batch must be there in full; its CRC is not looked at.
 * @throws PartitaError `MALFORMED`, or `UNSUPPORTED` for a batch in the format of Kafka before 0.11 (magic 0 or 1)
 */
export function readBatchHeader(bytes: Uint8Array, position = 0): BatchHeader {
  return decoding('The record batch', undefined, () => readHeader(new ByteReader(bytes, position), position))
}

/**
 * The headers of batches that stand back to back. Brokers cut an answer where its bytes are full, so that the last batch
 * may be incomplete: it is left out, and comes whole with the next fetch.
 * @throws PartitaError as {@link readBatchHeader}
 */
export function* batchHeaders(bytes: Uint8Array): Generator<BatchHeader, void, undefined> {
  let position = 0
  while (bytes.length - position >= batchHeaderBytes) {
    const length = new ByteReader(bytes, position + at.batchLength).int32()
    if (length > bytes.length - position - lengthFieldEnd) return
    const header = readBatchHeader(bytes, position)
    yield header
    position += header.byteLength
  }
}

/** Whether the batch's bytes are those its CRC-32C was made of. */
export function verifyCrc(bytes: Uint8Array, header: BatchHeader): boolean {
  const { position, byteLength } = header
  return crc32c(bytes, position + at.attributes, position + byteLength) === header.crc
}

function readHeader(reader: ByteReader, position: number): BatchHeader {
  const baseOffset = reader.int64()
  const batchLength = reader.int32()
  const partitionLeaderEpoch = reader.int32()
  checkMagic(reader)
  if (batchLength < batchHeaderBytes - lengthFieldEnd || batchLength > reader.remaining + at.crc - lengthFieldEnd) {
    throw reader.fault(`a batch length of ${batchLength} does not fit the ${reader.remaining} bytes that are there`)
  }
  const crc = reader.int32() >>> 0
  const attributes = reader.int16()
  const lastOffsetDelta = reader.int32()
  const header = {
    position,
    byteLength: lengthFieldEnd + batchLength,
    baseOffset,
    lastOffset: baseOffset + lastOffsetDelta,
    lastOffsetDelta,
    partitionLeaderEpoch,
    crc,
    attributes,
    compressionType: compressionIn(attributes, reader),
    timestampType: attributes & attribute.logAppendTime ? ('LogAppendTime' as const) : ('CreateTime' as const),
    isTransactional: (attributes & attribute.transactional) !== 0,
    isControl: (attributes & attribute.control) !== 0,
    baseTimestamp: reader.int64(),
    maxTimestamp: reader.int64(),
    producerId: reader.int64(),
    producerEpoch: reader.int16(),
    baseSequence: reader.int32(),
    recordCount: reader.int32(),
  }
  if (lastOffsetDelta < 0) throw reader.fault(`a last offset delta of ${lastOffsetDelta} is negative`)
  if (!Number.isSafeInteger(header.lastOffset)) throw reader.fault('the last offset is beyond 2^53 - 1')
  if (header.recordCount < 0) throw reader.fault(`a record count of ${header.recordCount} is negative`)
  return header
}

/** The magic is at the same place in all formats that Kafka ever had. */
function checkMagic(reader: ByteReader): void {
  const magic = reader.int8()
  if (magic === 2) return
  if (magic !== 0 && magic !== 1) throw reader.fault(`${magic} is not the magic of a record batch; 2 is`)
  throw new PartitaError(
    'UNSUPPORTED',
    `The records are in the message format of Kafka before 0.11 (magic ${magic}); record batches (magic 2) can be read.`,
  )
}

function compressionIn(attributes: number, reader: ByteReader): CompressionType {
  const code = attributes & attribute.compression
  const type = compressionTypeOf(code)
  if (type === undefined) throw reader.fault(`${code} is not a compression type; 0 to 4 are`)
  return type
}
