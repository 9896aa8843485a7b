import { isRetriableKafkaError, type ErrorPlace, type KafkaErrorName, PartitaError } from '@partita/protocol'

/** Answers that say: another producer has the transactional id. Which of the two comes depends on API and version. */
const fences: ReadonlySet<string> = new Set(['PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH'])

/** Answers after which the producer's present epoch is of no more use. */
const epochIsOver: ReadonlySet<string> = new Set([
  'INVALID_PRODUCER_ID_MAPPING',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
])

export function isFence(code: string): boolean {
  return fences.has(code)
}

/** Whether an answer is about the whole transaction, which can then only be aborted. */
export function endsTransaction(code: string): boolean {
  return needsNewEpoch(code) || code === 'INVALID_TXN_STATE' || code === 'TRANSACTION_ABORTABLE'
}

export function needsNewEpoch(code: string): boolean {
  return isFence(code) || epochIsOver.has(code)
}

const explanations: Partial<Record<KafkaErrorName, string>> = {
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'Who we are may not use the transactional id: allow Write and Describe on it.',
  CLUSTER_AUTHORIZATION_FAILED: 'Who we are may not write idempotently: allow IdempotentWrite on the cluster.',
  GROUP_AUTHORIZATION_FAILED: 'Who we are may not commit for the group: allow Read on it.',
  TOPIC_AUTHORIZATION_FAILED: 'Who we are may not write to the topic: allow Write on it.',
  INVALID_TRANSACTION_TIMEOUT: 'transactionTimeoutMs is above transaction.max.timeout.ms of the brokers.',
  INVALID_TXN_STATE: 'The coordinator has no such transaction open.',
  INVALID_PRODUCER_ID_MAPPING: 'The coordinator has forgotten the transactional id, or another producer has it.',
  CONCURRENT_TRANSACTIONS: 'The coordinator is still busy with the end of the last transaction.',
  COORDINATOR_LOAD_IN_PROGRESS: 'The coordinator is still reading what it has to know.',
  ILLEGAL_GENERATION: 'The group has gone on to another generation: others may have the partitions already.',
  UNKNOWN_MEMBER_ID: 'The group counts this member no more: others may have its partitions already.',
  FENCED_INSTANCE_ID: 'Another member has joined with the same groupInstanceId.',
  STALE_MEMBER_EPOCH: 'The group has gone on to another epoch of this member.',
  FENCED_MEMBER_EPOCH: 'The group counts this member no more: others may have its partitions already.',
  OFFSET_METADATA_TOO_LARGE: 'The commit metadata is over offset.metadata.max.bytes of the broker.',
}

/** The error for what a coordinator answered. */
export function coordinatorRefusal(code: KafkaErrorName, place: ErrorPlace, ambiguous = false): PartitaError {
  if (isFence(code)) return fencedError(place, undefined, ambiguous)
  const text = explanations[code] ?? `The coordinator answered ${code}.`
  return new PartitaError(code, text, { ...place, retriable: isRetriableKafkaError(code), ambiguous })
}

export function fencedError(place: ErrorPlace, cause?: unknown, ambiguous = false): PartitaError {
  const text =
    'Another producer with the same transactionalId has taken the place of this one, or the transaction took longer ' +
    'than transactionTimeoutMs. Nothing of it becomes visible. Where nobody else has the id, make a new producer.'
  return new PartitaError('PRODUCER_FENCED', text, { ...place, ambiguous, cause })
}
