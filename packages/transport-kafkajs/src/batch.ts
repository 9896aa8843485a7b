import {
  PartitaError,
  type BatchBuilder,
  type BatchLimits,
  type BatchRecord,
  type Bytes,
  type Headers,
  type SealedBatch,
  type TopicPartition,
} from '@partita/protocol'
import type { OutgoingMessage } from './broker-api.ts'
import { headersLength, varintLength, writableHeaders } from './headers.ts'

/** Bytes of an empty record batch of format 2. */
const batchOverhead = 61

/** kafkajs orders timestamps as text to find the first and the last one: all must have the same number of digits. */
const timestampDigits = 16

/**
 * kafkajs encodes a batch in one go, at about 11 µs a record (measured): more at once would hold up everything else in
 * the process for over 0.1 s. A batch of over about 120,000 could not even be read back by kafkajs.
 */
export const maxRecordsPerBatch = 10_000

/** A batch that keeps its records as kafkajs will want them; kafkajs encodes it when it is sent. */
export interface CollectedBatch extends SealedBatch {
  readonly messages: readonly OutgoingMessage[]
}

export class BatchCollector implements BatchBuilder {
  readonly #target: TopicPartition
  readonly #maxBytes: number
  readonly #maxRecords: number
  readonly #messages: OutgoingMessage[] = []
  readonly #headers: Headers[] = []
  #firstTimestamp = 0
  #byteLength = batchOverhead
  #sealed = false

  constructor(target: TopicPartition, limits: BatchLimits) {
    this.#target = target
    this.#maxBytes = limits.maxBytes
    this.#maxRecords = Math.min(limits.maxRecords, maxRecordsPerBatch)
  }

  get count(): number {
    return this.#messages.length
  }

  get byteLength(): number {
    return this.#byteLength
  }

  append(timestamp: number, key: Bytes | null, value: Bytes | null, headers: Headers): boolean {
    if (this.#sealed) throw new PartitaError('UNEXPECTED', 'A sealed batch takes no more records.', this.#target)
    const count = this.#messages.length
    if (count === 0) this.#firstTimestamp = timestamp
    const length = recordLength(timestamp - this.#firstTimestamp, count, key, value, headers)
    if (count > 0 && (count >= this.#maxRecords || this.#byteLength + length > this.#maxBytes)) return false
    const message = { key: copied(key), value: copied(value), timestamp: digits(timestamp) }
    this.#messages.push(headers.length === 0 ? message : { ...message, headers: writableHeaders(headers) })
    this.#headers.push(headers)
    this.#byteLength += length
    return true
  }

  seal(): CollectedBatch {
    if (this.#messages.length === 0) {
      throw new PartitaError('UNEXPECTED', 'A batch needs at least one record to be sealed.', this.#target)
    }
    this.#sealed = true
    const messages = this.#messages
    const headers = this.#headers
    return {
      topic: this.#target.topic,
      partition: this.#target.partition,
      count: messages.length,
      byteLength: this.#byteLength,
      messages,
      *records(): Iterable<BatchRecord> {
        for (const [index, { timestamp, key, value }] of messages.entries()) {
          yield { timestamp: Number(timestamp), key, value, headers: headers[index]! }
        }
      },
    }
  }
}

/** Bytes that are the batch's own; a string needs no copy. */
function copied(bytes: Bytes | null): Buffer | string | null {
  return bytes === null || typeof bytes === 'string' ? bytes : Buffer.from(bytes)
}

/** Text also for 0: kafkajs takes a timestamp that is falsy for none at all, and writes the present time. */
function digits(timestamp: number): string {
  return timestamp < 0 ? String(timestamp) : String(timestamp).padStart(timestampDigits, '0')
}

/** Bytes of a record of format 2, its own length included. */
function recordLength(
  timestampDelta: number,
  offsetDelta: number,
  key: Bytes | null,
  value: Bytes | null,
  headers: Headers,
): number {
  const body =
    1 +
    varintLength(Math.abs(timestampDelta)) +
    varintLength(offsetDelta) +
    fieldLength(key) +
    fieldLength(value) +
    varintLength(headers.length) +
    headersLength(headers)
  return varintLength(body) + body
}

function fieldLength(bytes: Bytes | null): number {
  if (bytes === null) return 1
  const length = typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length
  return varintLength(length) + length
}
