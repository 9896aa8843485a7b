import type { KafkaErrorName } from './kafka-errors.ts'

/**
 * What went wrong, as a stable name to branch on. Kafka's own error names stand for what a broker answered; these stand
 * for what Partita itself found:
 *
 * | code | meaning |
 * |---|---|
 * | `INVALID_OPTION` | an option has the wrong type or is out of range |
 * | `INVALID_RECORD_FIELD` | a field of a record is wrong: topic, partition, timestamp, headers |
 * | `SERIALIZATION_FAILED` / `DESERIALIZATION_FAILED` | a serde threw, or gave something that is not bytes |
 * | `RECORD_TOO_LARGE` | one record alone is over the size limit |
 * | `PARTITION_NOT_FOUND` | the explicit (or computed) partition does not exist |
 * | `BUFFER_EXHAUSTED` | `maxBlockMs` passed and `bufferMemory` was still full |
 * | `DELIVERY_TIMEOUT` | `deliveryTimeoutMs` passed before the record was acknowledged |
 * | `REQUEST_TIMEOUT` | one request had no answer in time |
 * | `HALTED` | an earlier record of the same key or partition failed for good; `cause` says how |
 * | `CLOSED` | the producer, consumer, transport or broker is closed |
 * | `ABORTED` | the caller's `AbortSignal` fired |
 * | `CONNECTION_FAILED` | no broker could be reached, or the connection broke |
 * | `AUTHENTICATION_FAILED` | the broker refused who we are |
 * | `HANDLER_FAILED` | a handler failed for the last time |
 * | `PARTITION_LOST` | the partition now belongs to another member |
 * | `UNSUPPORTED` | the transport, the broker or this Node cannot do it |
 * | `MALFORMED` | bytes that are not what they claim to be |
 * | `MISSING_PACKAGE` | an optional package is not installed; the message names it |
 * | `UNEXPECTED` | a defect: please report it |
 */
export type PartitaErrorCode =
  | 'INVALID_OPTION'
  | 'INVALID_RECORD_FIELD'
  | 'SERIALIZATION_FAILED'
  | 'DESERIALIZATION_FAILED'
  | 'RECORD_TOO_LARGE'
  | 'PARTITION_NOT_FOUND'
  | 'BUFFER_EXHAUSTED'
  | 'DELIVERY_TIMEOUT'
  | 'REQUEST_TIMEOUT'
  | 'HALTED'
  | 'CLOSED'
  | 'ABORTED'
  | 'CONNECTION_FAILED'
  | 'AUTHENTICATION_FAILED'
  | 'HANDLER_FAILED'
  | 'PARTITION_LOST'
  | 'UNSUPPORTED'
  | 'MALFORMED'
  | 'MISSING_PACKAGE'
  | 'UNEXPECTED'
  | KafkaErrorName

/** Where it went wrong. Every field that is known is set. */
export interface ErrorPlace {
  /** The Kafka API (`Produce`) or the option, method or hook of ours (`lingerMs`, `send`). */
  readonly api?: string | undefined
  readonly topic?: string | undefined
  readonly partition?: number | undefined
  readonly offset?: number | undefined
  /** `host:port`, or the node's id. */
  readonly broker?: string | undefined
  readonly groupId?: string | undefined
}

export interface PartitaErrorOptions extends ErrorPlace {
  /** The same call may succeed later. Default `false`. */
  readonly retriable?: boolean | undefined
  /**
   * For a write: the broker may or may not have done it (no answer came). Only the *same* batch may be sent again.
   * Default `false`.
   */
  readonly ambiguous?: boolean | undefined
  /**
   * For a write that is `retriable`: what it failed of is known to be put right, so that waiting would gain nothing. The
   * partition has a newer leader than the one that refused, for one (KIP-951). Default `false`.
   */
  readonly retryAtOnce?: boolean | undefined
  readonly cause?: unknown
}

const brand = Symbol.for('@partita/PartitaError')

/**
 * Every error that Partita raises. The message says what was wrong and what would be right, and ends with the place;
 * `code` is stable and is what to branch on.
 */
export class PartitaError extends Error {
  override readonly name: string = 'PartitaError'
  readonly code: PartitaErrorCode
  readonly retriable: boolean
  readonly ambiguous: boolean
  readonly retryAtOnce: boolean
  readonly place: ErrorPlace

  constructor(code: PartitaErrorCode, message: string, options: PartitaErrorOptions = {}) {
    const { retriable = false, ambiguous = false, retryAtOnce = false, cause, ...place } = options
    super(message + describePlace(place), cause === undefined ? undefined : { cause })
    this.code = code
    this.retriable = retriable
    this.ambiguous = ambiguous
    this.retryAtOnce = retryAtOnce
    this.place = place
    // Not a field: the mark must not show when the error is printed.
    Object.defineProperty(this, brand, { value: true })
  }
}

/** True for a {@link PartitaError}, also one from another copy of this package (`instanceof` would miss it). */
export function isPartitaError(error: unknown): error is PartitaError {
  return typeof error === 'object' && error !== null && (error as { [mark: symbol]: unknown })[brand] === true
}

/** `error` itself where it is ours already, else wrapped as `UNEXPECTED` so that callers meet one type only. */
export function toPartitaError(error: unknown, place: ErrorPlace = {}): PartitaError {
  if (isPartitaError(error)) return error
  const text = error instanceof Error ? error.message : String(error)
  return new PartitaError('UNEXPECTED', text, { ...place, cause: error })
}

/**
 * What an error says, as a sentence to end another error's message with. Without its place: two places in one message
 * read as a riddle, so whoever wraps an error takes on what its `place` says and the new one's does not.
 */
export function reasonOf(error: unknown): string {
  const text = isPartitaError(error)
    ? withoutPlace(error)
    : error instanceof Error
      ? error.message || error.name
      : String(error)
  return /[.!?]$/.test(text) ? text : `${text}.`
}

/** The error for an `AbortSignal` that fired; its reason becomes the cause. */
export function abortedError(signal: AbortSignal, what: string, place: ErrorPlace = {}): PartitaError {
  return new PartitaError('ABORTED', `${what} was aborted by its caller's signal.`, { ...place, cause: signal.reason })
}

function withoutPlace({ message, place }: PartitaError): string {
  const end = describePlace(place)
  return message.endsWith(end) ? message.slice(0, message.length - end.length) : message
}

function describePlace(place: ErrorPlace): string {
  const parts: string[] = []
  for (const name of ['api', 'topic', 'partition', 'offset', 'groupId', 'broker'] as const) {
    const value = place[name]
    if (value !== undefined) parts.push(`${name === 'groupId' ? 'group' : name} ${value}`)
  }
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}
