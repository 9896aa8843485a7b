import {
  explainTlsFailure,
  isPartitaError,
  isRetriableKafkaError,
  kafkaErrorCodes,
  kafkaErrorName,
  PartitaError,
  type ErrorPlace,
  type KafkaErrorName,
} from '@partita/protocol'

/** What is known of an error that kafkajs throws. Told apart by `name`: `instanceof` fails across two copies of it. */
interface KafkajsError {
  readonly name: string
  readonly message: string
  readonly code?: unknown
}

/** What a broker's refusal most likely means, for those that people meet. */
const hints: Partial<Record<KafkaErrorName, string>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'there is no such topic or partition, or this client may not see it',
  LEADER_NOT_AVAILABLE: 'no broker leads the partition at the moment',
  NOT_LEADER_OR_FOLLOWER: 'the partition is led by another broker by now',
  MESSAGE_TOO_LARGE: 'the batch is over `max.message.bytes` of the topic or `message.max.bytes` of the broker',
  NOT_ENOUGH_REPLICAS: 'fewer replicas are in sync than `min.insync.replicas` asks for',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'the batch was appended, then fewer replicas were in sync than asked for',
  REQUEST_TIMED_OUT: 'the replicas did not confirm in time',
  INVALID_TOPIC_EXCEPTION: 'that cannot be the name of a topic',
  TOPIC_ALREADY_EXISTS: 'a topic of that name exists',
  INVALID_GROUP_ID: 'that cannot be the id of a group',
  INVALID_SESSION_TIMEOUT: '`sessionTimeoutMs` is outside what the broker allows (`group.min.session.timeout.ms` …)',
  INCONSISTENT_GROUP_PROTOCOL: 'the other members of the group use another assignor than `RoundRobinAssigner`',
  UNKNOWN_MEMBER_ID: 'the group no longer counts this member: it was not heard of for `sessionTimeoutMs`',
  ILLEGAL_GENERATION: 'the group has moved on to another generation',
  REBALANCE_IN_PROGRESS: 'the group is rebalancing',
  NON_EMPTY_GROUP: 'the group has members; stop them first',
  GROUP_ID_NOT_FOUND: 'there is no such group',
  OFFSET_METADATA_TOO_LARGE: 'the commit metadata is over `offset.metadata.max.bytes` of the broker',
  TOPIC_AUTHORIZATION_FAILED: 'this principal may not do that with the topic',
  GROUP_AUTHORIZATION_FAILED: 'this principal may not do that with the group',
  CLUSTER_AUTHORIZATION_FAILED: 'this principal may not do that with the cluster',
}

export interface RefusalOptions extends ErrorPlace {
  readonly ambiguous?: boolean
  /** Default: as Java's clients see the code. */
  readonly retriable?: boolean
  /** The broker's own words. */
  readonly detail?: string | null | undefined
}

/** The error for a code that a broker answered. */
export function refusal(errorCode: number, options: RefusalOptions): PartitaError {
  const { detail, ...rest } = options
  const code = kafkaErrorName(errorCode)
  const { retriable = isRetriableKafkaError(code) } = options
  const hint = detail || hints[code]
  const number = code === 'UNKNOWN_SERVER_ERROR' ? ` (code ${errorCode})` : ''
  const message = `The broker refused with ${code}${number}${hint === undefined ? '' : `: ${hint}`}.`
  return new PartitaError(code, message, { ...rest, retriable })
}

/** Throws {@link refusal} unless the code is 0. */
export function throwRefusal(errorCode: number | undefined, options: RefusalOptions): void {
  if (errorCode !== undefined && errorCode !== 0) throw refusal(errorCode, options)
}

/** A broker's refusals of how we want to prove who we are. */
const saslRefusals: ReadonlySet<unknown> = new Set([
  kafkaErrorCodes.UNSUPPORTED_SASL_MECHANISM,
  kafkaErrorCodes.ILLEGAL_SASL_STATE,
  kafkaErrorCodes.SASL_AUTHENTICATION_FAILED,
])

/** The error for a connection that could not be made: nothing was sent. */
export function connectFailure(error: unknown, broker: string): PartitaError {
  if (isPartitaError(error)) return error
  const { name, message, code } = describe(error)
  if (name === 'KafkaJSSASLAuthenticationError' || saslRefusals.has(code)) return authenticationFailure(error, broker)
  if (name === 'KafkaJSNonRetriableError' || name === 'KafkaJSServerDoesNotSupportApiKey') {
    const text = `What listens there does not answer as a Kafka broker would: ${message}`
    return new PartitaError('UNSUPPORTED', text, { broker, cause: error })
  }
  const { text = message, advice = hintAtSilence(message), isFinal = false } = explainTlsFailure(error) ?? {}
  const sentence = `No connection to the broker: ${text.replace(/^Connection error: /, '').replace(/\.$/, '')}.`
  return new PartitaError('CONNECTION_FAILED', advice === '' ? sentence : `${sentence} ${advice}`, {
    broker,
    retriable: !isFinal,
    cause: error,
  })
}

/** A broker says nothing where it gets what it takes for no request. */
function hintAtSilence(message: string): string {
  return message === 'Closed connection' ? 'It closed before it answered anything: it may expect TLS (ssl).' : ''
}

/** The error for a request that kafkajs could not carry out. `ambiguous` says that it may have reached the broker. */
export function requestFailure(error: unknown, api: string, broker: string): PartitaError {
  if (isPartitaError(error)) return error
  const { name, message, code } = describe(error)
  const place = { api, broker, cause: error }
  // Only a write that may have been done needs the caller's care.
  const ambiguous = api === 'Produce'
  switch (name) {
    case 'KafkaJSConnectionError':
      // "Not connected" is thrown before anything is written; all else breaks a connection in use.
      if (message === 'Not connected') return connectFailure(error, broker)
      return new PartitaError('CONNECTION_FAILED', `${message}.`, { ...place, retriable: true, ambiguous })
    case 'KafkaJSConnectionClosedError': {
      const text = 'The connection was closed before the answer came.'
      return new PartitaError('CONNECTION_FAILED', text, { ...place, retriable: true, ambiguous })
    }
    case 'KafkaJSRequestTimeoutError': {
      const text = 'The broker did not answer within the request timeout; the connection was given up.'
      return new PartitaError('REQUEST_TIMEOUT', text, { ...place, retriable: true, ambiguous })
    }
    case 'KafkaJSSASLAuthenticationError':
      return authenticationFailure(error, broker)
    case 'KafkaJSProtocolError':
      return refusal(typeof code === 'number' ? code : -1, { ...place, ambiguous })
    case 'KafkaJSNotImplemented':
      return missingCodec(message, place)
    case 'KafkaJSServerDoesNotSupportApiKey':
      return new PartitaError('UNSUPPORTED', `The broker has no such request: ${message}.`, place)
    case 'RangeError':
      if (api === 'Fetch') return oversizedBatch(place)
  }
  return new PartitaError('UNEXPECTED', `kafkajs failed: ${message}`, { ...place, ambiguous })
}

/** The error for a codec that kafkajs does not bring along and nobody registered. */
export function missingCodec(what: string, place: ErrorPlace): PartitaError {
  const text =
    `${what}. kafkajs brings gzip only: install a codec such as kafkajs-snappy, kafkajs-lz4 or @kafkajs/zstd and ` +
    'register it with `compressionCodecs[compressionTypes.…] = codec`, both exported by @partita/transport-kafkajs.'
  return new PartitaError('MISSING_PACKAGE', text, place)
}

function oversizedBatch(place: ErrorPlace): PartitaError {
  const text =
    'kafkajs cannot read a batch of so many records (over about 120,000 in one batch overflow its call stack). ' +
    'Lower the batch size of whoever writes the topic, or read it with another transport.'
  return new PartitaError('UNSUPPORTED', text, place)
}

function authenticationFailure(error: unknown, broker: string): PartitaError {
  const text = `The broker did not accept our credentials: ${describe(error).message}.`
  return new PartitaError('AUTHENTICATION_FAILED', text, { broker, cause: error })
}

function describe(error: unknown): KafkajsError {
  if (typeof error !== 'object' || error === null) return { name: '', message: String(error) }
  const { name = '', message = 'an error without a message', code } = error as Partial<KafkajsError>
  return { name, message: message.replace(/\.$/, ''), code }
}
