import type { KafkaErrorName } from '@partita/protocol'
import { isPartitaError } from '@partita/protocol'
import { type BatchHeader, readBatchHeader, verifyCrc } from '@partita/wire'
import type { ConfigSet } from '../configs/config-set.ts'

/** Why something was not appended. */
export interface Refusal {
  readonly error: KafkaErrorName
  readonly message: string
  /** Where the log itself refuses: its start, which is told with the error. (Java: `ReplicaManager.appendToLocalLog`.) */
  readonly logStartOffset?: number
  /** It is for the log to find, and not for whoever looks at the request before. */
  readonly isOfLog?: true
}

export function isRefusal(value: object): value is Refusal {
  return 'error' in value
}

/** What a topic's settings and the request say about the batches that may come. */
export interface BatchRules {
  readonly maxMessageBytes: number
  readonly timestampType: 'CreateTime' | 'LogAppendTime'
  /** Of `CreateTime` topics: how far a timestamp may be from now. */
  readonly timestampBeforeMaxMs: number
  readonly timestampAfterMaxMs: number
  /** Clients that ask in an older version could not read it. */
  readonly allowsZstd: boolean
}

export function batchRulesOf(configs: ConfigSet, allowsZstd: boolean): BatchRules {
  return {
    maxMessageBytes: configs.number('max.message.bytes'),
    timestampType: configs.text('message.timestamp.type') === 'LogAppendTime' ? 'LogAppendTime' : 'CreateTime',
    timestampBeforeMaxMs: configs.number('message.timestamp.before.max.ms'),
    timestampAfterMaxMs: configs.number('message.timestamp.after.max.ms'),
    allowsZstd,
  }
}

const lengthFieldEnd = 12
const bytesToMagic = 17
/** Of a record before there were batches: a length that is less cannot be. */
const leastLength = 14

/**
 * The header of what one partition is to get, if that is exactly one sound batch; else what is wrong, the first thing in
 * Kafka's order. (Java: `ProduceRequest.validateRecords`, `UnifiedLog.analyzeAndValidateRecords`, `LogValidator`.)
 */
export function checkBatch(bytes: Uint8Array | null, rules: BatchRules, now: number): BatchHeader | Refusal {
  if (bytes === null || bytes.length === 0) {
    return refusal('INVALID_RECORD', 'There is no record batch for the partition; exactly one is expected.')
  }
  const header = headerOf(bytes)
  return isRefusal(header) ? header : (faultOfHeader(bytes, header, rules) ?? faultOfTime(header, rules, now) ?? header)
}

function headerOf(bytes: Uint8Array): BatchHeader | Refusal {
  try {
    return readBatchHeader(bytes)
  } catch (error) {
    if (!isPartitaError(error)) throw error
    const isNoBatch = error.code === 'UNSUPPORTED' || isCut(bytes)
    return refusal(isNoBatch ? 'INVALID_RECORD' : 'CORRUPT_MESSAGE', error.message)
  }
}

/** A batch that is not all there is none, rather than a corrupt one. (Java: `ByteBufferLogInputStream.nextBatch`.) */
function isCut(bytes: Uint8Array): boolean {
  if (bytes.length < bytesToMagic) return true
  const length = new DataView(bytes.buffer, bytes.byteOffset).getInt32(8)
  return length >= leastLength && bytes.length - lengthFieldEnd < length
}

function faultOfHeader(bytes: Uint8Array, header: BatchHeader, rules: BatchRules): Refusal | undefined {
  const { byteLength, baseOffset, recordCount, lastOffsetDelta } = header
  if (byteLength !== bytes.length) {
    return refusal('INVALID_RECORD', 'There is more than one record batch for the partition; exactly one is expected.')
  }
  if (header.compressionType === 'zstd' && !rules.allowsZstd) {
    return refusal('UNSUPPORTED_COMPRESSION_TYPE', 'zstd may be used from Produce version 7 on.')
  }
  if (baseOffset !== 0) return ofLog('INVALID_RECORD', `The batch's base offset is ${baseOffset}; it must be 0.`)
  if (byteLength > rules.maxMessageBytes) {
    return refusal('MESSAGE_TOO_LARGE', `The batch has ${byteLength} bytes; ${rules.maxMessageBytes} are allowed.`)
  }
  if (!verifyCrc(bytes, header)) return refusal('CORRUPT_MESSAGE', "The batch's CRC does not match its bytes.")
  if (recordCount === 0 || recordCount !== lastOffsetDelta + 1) {
    const message = `The batch counts ${recordCount} records, but its last offset delta is ${lastOffsetDelta}.`
    return refusal('INVALID_RECORD', message)
  }
  if (header.isControl) return ofLog('INVALID_RECORD', 'Clients may not write control batches.')
  if (header.isTransactional && header.producerId < 0) {
    return refusal('INVALID_RECORD', 'The batch belongs to a transaction, but has no producer id.')
  }
  if (header.producerId >= 0 && header.baseSequence < 0) {
    return ofLog('INVALID_RECORD', `Producer ${header.producerId} sent a batch without a sequence.`)
  }
  return undefined
}

function faultOfTime(header: BatchHeader, rules: BatchRules, now: number): Refusal | undefined {
  if (rules.timestampType === 'LogAppendTime') return undefined
  if (header.timestampType === 'LogAppendTime') {
    return ofLog('INVALID_TIMESTAMP', 'The batch says LogAppendTime, but the topic has CreateTime.')
  }
  const { maxTimestamp } = header
  if (maxTimestamp - now > rules.timestampAfterMaxMs || now - maxTimestamp > rules.timestampBeforeMaxMs) {
    const message =
      `The batch's timestamp ${maxTimestamp} is too far from now (${now}): ` +
      `up to ${rules.timestampBeforeMaxMs} ms before and ${rules.timestampAfterMaxMs} ms after are allowed.`
    return ofLog('INVALID_TIMESTAMP', message)
  }
  return undefined
}

function refusal(error: KafkaErrorName, message: string): Refusal {
  return { error, message }
}

function ofLog(error: KafkaErrorName, message: string): Refusal {
  return { error, message, isOfLog: true }
}
