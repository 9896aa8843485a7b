import type { BatchHeader } from './batch-header.ts'
import { putInt16, putInt32, putInt64 } from '../bytes/put.ts'
import { at, attribute } from './batch-layout.ts'
import { putCrc } from './seal-batch.ts'

/** Where a batch is: what `readBatchHeader` gave, or `{ position: 0, byteLength: batch.length }`. */
export type BatchPlace = Pick<BatchHeader, 'position' | 'byteLength'>

/** Sets the first record's offset, and with it every record's. The CRC does not cover it. */
export function setBaseOffset(bytes: Uint8Array, { position }: BatchPlace, baseOffset: number): void {
  putInt64(bytes, position + at.baseOffset, baseOffset)
}

/** Sets the leader epoch in which the batch was appended. The CRC does not cover it. */
export function setPartitionLeaderEpoch(bytes: Uint8Array, { position }: BatchPlace, epoch: number): void {
  putInt32(bytes, position + at.partitionLeaderEpoch, epoch)
}

/** Gives every record the broker's timestamp (topics with `LogAppendTime`), and makes the CRC anew. */
export function setLogAppendTime(bytes: Uint8Array, { position, byteLength }: BatchPlace, timestamp: number): void {
  // The flag is in the lower of the two attribute bytes.
  bytes[position + at.attributes + 1]! |= attribute.logAppendTime
  putInt64(bytes, position + at.maxTimestamp, timestamp)
  putCrc(bytes, position, position + byteLength)
}

/** What an idempotent producer stamps on a batch. */
export interface ProducerState {
  readonly producerId: number
  readonly producerEpoch: number
  /** The sequence number of the first record. */
  readonly baseSequence: number
  /** The batch is part of a transaction. Default: as it is. */
  readonly transactional?: boolean | undefined
}

/** Sets producer id, epoch and sequence, and makes the CRC anew. */
export function setProducerState(bytes: Uint8Array, { position, byteLength }: BatchPlace, state: ProducerState): void {
  putInt64(bytes, position + at.producerId, state.producerId)
  putInt16(bytes, position + at.producerEpoch, state.producerEpoch)
  putInt32(bytes, position + at.baseSequence, state.baseSequence)
  // The flag is in the lower of the two attribute bytes.
  if (state.transactional === true) bytes[position + at.attributes + 1]! |= attribute.transactional
  putCrc(bytes, position, position + byteLength)
}
