import { crc32c } from '../crc32c.ts'
import { at, attribute, lengthFieldEnd } from './batch-layout.ts'
import { putInt16, putInt32, putInt64 } from '../bytes/put.ts'

/** What a batch's header says besides its records. */
export interface BatchFields {
  /** Default 0: the broker sets it. */
  readonly baseOffset?: number | undefined
  /** Default -1: the broker sets it. */
  readonly partitionLeaderEpoch?: number | undefined
  /** Default -1: not idempotent. */
  readonly producerId?: number | undefined
  /** Default -1. */
  readonly producerEpoch?: number | undefined
  /** The sequence number of the first record. Default -1. */
  readonly baseSequence?: number | undefined
  /** Default `false`. */
  readonly transactional?: boolean | undefined
  /** A transaction's marker; brokers write those. Default `false`. */
  readonly control?: boolean | undefined
}

/** What the records themselves say. */
interface Contents {
  readonly count: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
}

/** Fills in the header of a batch whose records are written, and its CRC. Returns the same bytes. */
export function sealBatch(batch: Uint8Array, contents: Contents, fields: BatchFields): Uint8Array {
  const { transactional = false, control = false } = fields
  putInt64(batch, at.baseOffset, fields.baseOffset ?? 0)
  putInt32(batch, at.batchLength, batch.length - lengthFieldEnd)
  putInt32(batch, at.partitionLeaderEpoch, fields.partitionLeaderEpoch ?? -1)
  batch[at.magic] = 2
  putInt16(batch, at.attributes, (transactional ? attribute.transactional : 0) | (control ? attribute.control : 0))
  putInt32(batch, at.lastOffsetDelta, contents.count - 1)
  putInt64(batch, at.baseTimestamp, contents.baseTimestamp)
  putInt64(batch, at.maxTimestamp, contents.maxTimestamp)
  putInt64(batch, at.producerId, fields.producerId ?? -1)
  putInt16(batch, at.producerEpoch, fields.producerEpoch ?? -1)
  putInt32(batch, at.baseSequence, fields.baseSequence ?? -1)
  putInt32(batch, at.recordCount, contents.count)
  putCrc(batch, 0, batch.length)
  return batch
}

/** The CRC covers everything from the attributes on: base offset and leader epoch can change without it. */
export function putCrc(bytes: Uint8Array, position: number, end: number): void {
  putInt32(bytes, position + at.crc, crc32c(bytes, position + at.attributes, end))
}
