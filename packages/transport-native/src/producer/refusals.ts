import {
  type Acks,
  isRetriableKafkaError,
  type KafkaErrorName,
  PartitaError,
  reasonOf,
  type TopicPartition,
} from '@partita/protocol'

/** Errors of metadata, as Java's `InvalidMetadataException`: who leads has to be asked before the next attempt. */
const metadataErrors: ReadonlySet<KafkaErrorName> = new Set<KafkaErrorName>([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'REPLICA_NOT_AVAILABLE',
  'NETWORK_EXCEPTION',
  'KAFKA_STORAGE_ERROR',
  'LISTENER_NOT_FOUND',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'UNKNOWN_TOPIC_ID',
  'INCONSISTENT_TOPIC_ID',
])

export function isMetadataError(code: KafkaErrorName): boolean {
  return metadataErrors.has(code)
}

/** Errors that a broker gives also after it has appended the batch. */
const perhapsAppended: ReadonlySet<KafkaErrorName> = new Set<KafkaErrorName>([
  'REQUEST_TIMED_OUT',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'KAFKA_STORAGE_ERROR',
  'NETWORK_EXCEPTION',
  'UNKNOWN_SERVER_ERROR',
])

/** With `acks: -1` a leader may append a batch, lose the leadership while it waits for the replicas, and say just that. */
function isAmbiguous(code: KafkaErrorName, acks: Acks): boolean {
  return perhapsAppended.has(code) || (acks === -1 && code === 'NOT_LEADER_OR_FOLLOWER')
}

const explanations: Partial<Record<KafkaErrorName, string>> = {
  CORRUPT_MESSAGE: 'The batch reached the broker with a CRC that does not fit.',
  NOT_LEADER_OR_FOLLOWER: 'The broker does not lead the partition any more; the next attempt goes to the new leader.',
  FENCED_LEADER_EPOCH: 'The partition has a new leader; the next attempt goes there.',
  UNKNOWN_TOPIC_OR_PARTITION: 'The broker does not have the partition: it was moved or deleted, or is not there yet.',
  REQUEST_TIMED_OUT: 'The replicas did not confirm the batch within requestTimeoutMs.',
  NOT_ENOUGH_REPLICAS: 'Fewer replicas are in sync than min.insync.replicas asks for; nothing was stored.',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    'The batch was stored, but then fewer replicas were in sync than min.insync.replicas.',
  KAFKA_STORAGE_ERROR: "The broker could not write to its disk: see the broker's log.",
  MESSAGE_TOO_LARGE: "The batch is larger than the topic's max.message.bytes.",
  RECORD_LIST_TOO_LARGE: "The batch is larger than the topic's segment.bytes.",
  TOPIC_AUTHORIZATION_FAILED: 'Who we are may not write to the topic: allow Write on it.',
  CLUSTER_AUTHORIZATION_FAILED: 'Who we are may not write idempotently: allow IdempotentWrite on the cluster.',
  INVALID_TIMESTAMP: "A record's timestamp is further from the broker's time than the topic allows.",
  OUT_OF_ORDER_SEQUENCE_NUMBER:
    'Batches that the cluster had acknowledged before this one are gone from the log (an unclean election, or a disk ' +
    'that was lost). This one was not stored; it is sent again in a new epoch.',
  UNKNOWN_PRODUCER_ID:
    'The broker has forgotten this producer. The batch was not stored; it is sent again in a new epoch.',
  INVALID_PRODUCER_EPOCH: 'The producer id is in use in a later epoch; the next batch is sent under another id.',
  PRODUCER_FENCED: 'Another producer has taken the place of this one, which can write nothing more.',
}

/** One partition's part of a Produce answer, as far as a refusal is made of it. */
export interface RefusedAnswer {
  readonly errorMessage: string | null
  readonly recordErrors: readonly { readonly batchIndex: number; readonly batchIndexErrorMessage: string | null }[]
}

/** What a batch is rejected with that a broker refused. */
export function refusal(
  code: KafkaErrorName,
  { errorMessage, recordErrors }: RefusedAnswer,
  { topic, partition }: TopicPartition,
  {
    node,
    acks,
    retriable,
    retryAtOnce,
  }: { readonly node: number; readonly acks: Acks; readonly retriable?: boolean; readonly retryAtOnce?: boolean },
): PartitaError {
  const parts = [explanations[code] ?? `The broker refused the batch: ${code}.`]
  if (errorMessage !== null) parts.push(`The broker says: ${errorMessage}`)
  const first = recordErrors[0]
  if (first !== undefined) {
    const why = first.batchIndexErrorMessage ?? 'no reason given'
    parts.push(`${recordErrors.length} of its records are at fault, first record ${first.batchIndex} (${why}).`)
  }
  return new PartitaError(code, parts.join(' '), {
    api: 'Produce',
    topic,
    partition,
    broker: String(node),
    retriable: retriable ?? isRetriableKafkaError(code),
    ambiguous: isAmbiguous(code, acks),
    retryAtOnce,
  })
}

/** What went wrong before anything of a batch was sent, told of the batch: it was not stored. */
export function notSent(error: PartitaError, { topic, partition }: TopicPartition): PartitaError {
  if (!error.ambiguous && error.place.topic !== undefined) return error
  const { code, place, retriable } = error
  const text = `The batch was not sent: ${reasonOf(error)}`
  return new PartitaError(code, text, { ...place, topic, partition, retriable, cause: error })
}

/** What a batch is rejected with when its request had no answer that could be read. */
export function unanswered(error: PartitaError, { topic, partition }: TopicPartition, node: number): PartitaError {
  const { code, place, retriable, ambiguous } = error
  // An answer that cannot be read tells as much as none: the same batch may be sent again.
  const unreadable = code === 'MALFORMED'
  return new PartitaError(code, reasonOf(error), {
    ...place,
    topic,
    partition,
    broker: place.broker ?? String(node),
    retriable: retriable || unreadable,
    ambiguous: ambiguous || unreadable || code === 'UNEXPECTED',
    cause: error,
  })
}
