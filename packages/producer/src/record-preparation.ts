import {
  type Bytes,
  type ErrorPlace,
  type Header,
  type Headers,
  type HeadersInput,
  noHeaders,
  PartitaError,
  type ProducerRecord,
  reasonOf,
  type SerdeContext,
  serialize,
  type Serializer,
  textOrBytesSerializer,
  toHeaders,
} from '@partita/protocol'
import { roughBytes, exactBytes } from './record-size.ts'
import type { ProducerSettings } from './settings.ts'
import type { TurnTime } from './turn-time.ts'

/** A record that passed every check that needs no cluster: serialized, stamped, measured. */
export interface PreparedRecord {
  readonly topic: string
  /** Where the caller named one. */
  readonly partition: number | undefined
  readonly key: Bytes | null
  readonly value: Bytes | null
  readonly headers: Headers
  readonly timestamp: number
  /** Bytes it will take, overhead at its most; its strings are counted as ASCII unless that is near a limit. */
  readonly size: number
}

/** The topic that a record names; its name is not checked. Throws `INVALID_RECORD_FIELD` where there is no record. */
export function topicOf(record: { readonly topic: string }): string {
  if (typeof record === 'object' && record !== null) return record.topic
  throw new PartitaError('INVALID_RECORD_FIELD', 'send takes a record: an object with a topic and a value.', {
    api: 'send',
  })
}

/** The same record over bytes of its own: while it waits, the caller may use theirs for something else. */
export function ownCopy(record: PreparedRecord): PreparedRecord {
  const headers = record.headers.map(([name, value]): Header => [name, value === null ? null : value.slice()])
  return { ...record, key: copyOf(record.key), value: copyOf(record.value), headers }
}

function copyOf(bytes: Bytes | null): Bytes | null {
  return bytes instanceof Uint8Array ? bytes.slice() : bytes
}

/** Turns what the caller gave into what the transport takes, or says what is wrong with it. */
export class RecordPreparation<K, V> {
  readonly #keys: Serializer<K>
  readonly #values: Serializer<V>
  readonly #maxRequestSize: number
  readonly #bufferMemory: number
  readonly #time: TurnTime

  constructor(keys: Serializer<K>, values: Serializer<V>, settings: ProducerSettings, time: TurnTime) {
    this.#keys = keys
    this.#values = values
    this.#maxRequestSize = settings.maxRequestSize
    this.#bufferMemory = settings.bufferMemory
    this.#time = time
  }

  /**
   * @param record its topic's name is checked already
   * @throws PartitaError `INVALID_RECORD_FIELD`, `SERIALIZATION_FAILED`, `RECORD_TOO_LARGE`
   */
  prepare(record: ProducerRecord<K, V>): PreparedRecord {
    const { topic, partition, timestamp } = record
    if (partition !== undefined && !isNatural(partition)) throw wrongNumber('partition', partition, { topic })
    if (timestamp !== undefined && !isNatural(timestamp)) throw wrongNumber('timestamp', timestamp, { topic })
    const headers = record.headers === undefined ? noHeaders : checkHeaders(topic, record.headers)
    const value = record.value
    if (value === undefined) {
      throw wrongField('value is undefined. Give null to delete a key in a compacted topic (a tombstone).', { topic })
    }
    const key = record.key ?? null
    const keyBytes = key === null ? null : toBytes(this.#keys, key, 'key', topic, headers)
    const valueBytes = value === null ? null : toBytes(this.#values, value, 'value', topic, headers)
    return {
      topic,
      partition,
      key: keyBytes,
      value: valueBytes,
      headers,
      timestamp: timestamp ?? this.#time.now(),
      size: this.#measure(keyBytes, valueBytes, headers, topic),
    }
  }

  /** The form of a key in which halted keys are remembered. */
  keyBytes(topic: string, key: K): Bytes {
    return toBytes(this.#keys, key, 'key', topic, noHeaders)
  }

  #measure(key: Bytes | null, value: Bytes | null, headers: Headers, topic: string): number {
    const limit = Math.min(this.#maxRequestSize, this.#bufferMemory)
    const rough = roughBytes(key, value, headers)
    // A character takes three bytes of UTF-8 at most: only near the limit does it pay to count.
    if (rough * 3 <= limit) return rough
    const size = exactBytes(key, value, headers)
    if (size <= limit) return size
    const name = size > this.#maxRequestSize ? 'maxRequestSize' : 'bufferMemory'
    throw new PartitaError(
      'RECORD_TOO_LARGE',
      `The record needs ${size} bytes; ${name} allows ${limit}. Send a smaller one, or raise ${name} (and, for the ` +
        'broker, max.message.bytes of the topic).',
      { api: name, topic },
    )
  }
}

function toBytes<T>(
  serializer: Serializer<T>,
  value: T,
  target: SerdeContext['target'],
  topic: string,
  headers: Headers,
): Bytes {
  // The common case, without an object to tell the serializer where it is.
  const isDefault = (serializer as unknown) === textOrBytesSerializer
  if (isDefault && (typeof value === 'string' || value instanceof Uint8Array)) return value
  return serialize(serializer, value, { topic, target, headers })
}

function checkHeaders(topic: string, headers: HeadersInput): Headers {
  try {
    if (typeof headers !== 'object') throw new TypeError(`they are of type ${typeof headers}`)
    return toHeaders(headers)
  } catch (cause) {
    throw wrongField(`headers must be pairs of name and value, or an object: ${reasonOf(cause)}`, { topic }, cause)
  }
}

function isNatural(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function wrongNumber(field: string, value: unknown, place: ErrorPlace): PartitaError {
  const got = typeof value === 'number' ? String(value) : value === null ? 'null' : `a ${typeof value}`
  return wrongField(`${field} must be a whole number, 0 or more; got ${got}. Leave it out where there is none.`, place)
}

function wrongField(what: string, place: ErrorPlace, cause?: unknown): PartitaError {
  return new PartitaError('INVALID_RECORD_FIELD', `The record's ${what}`, { api: 'send', ...place, cause })
}
