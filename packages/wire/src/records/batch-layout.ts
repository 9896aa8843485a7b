/** Where the fields of a record batch (magic 2) are, from its first byte. All are big-endian. */
export const at = {
  baseOffset: 0,
  batchLength: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
} as const

/** Bytes of a batch's header: its records begin here. */
export const batchHeaderBytes = 61

/** `batchLength` counts what comes behind itself. */
export const lengthFieldEnd = 12

/** The bits of a batch's attributes. */
export const attribute = {
  compression: 0x07,
  logAppendTime: 0x08,
  transactional: 0x10,
  control: 0x20,
  deleteHorizon: 0x40,
} as const

/** No record is shorter: length, attributes, two deltas, two null lengths and no headers, a byte each. */
export const minRecordBytes = 7
