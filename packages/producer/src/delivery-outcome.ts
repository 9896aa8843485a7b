import { PartitaError, reasonOf, type TopicPartition } from '@partita/protocol'
import type { OutgoingBatch } from './outgoing-batch.ts'

/** What follows a failed write: the same batch again, its records in smaller batches, or the end. */
export type NextStep = 'retry' | 'split' | 'fail'

/** @param retries attempts allowed after the first */
export function stepAfter(error: PartitaError, batch: OutgoingBatch, retries: number): NextStep {
  if (batch.cancelled) return 'fail'
  // What may be stored already must not be sent in another form: the broker would not know it again, and store it twice.
  if (isTooLarge(error)) return batch.count > 1 && !batch.maybeStored ? 'split' : 'fail'
  return error.retriable && batch.attempts <= retries ? 'retry' : 'fail'
}

/** What the records of a batch are rejected with after its last write failed. */
export function finalError(error: PartitaError, batch: OutgoingBatch, place: TopicPartition): PartitaError {
  const { topic, partition } = place
  if (isTooLarge(error) && batch.count === 1) return tooLarge(error, batch, place)
  if (batch.attempts === 1) return error
  return new PartitaError(error.code, `Given up after ${batch.attempts} attempts: ${reasonOf(error)}`, {
    ...error.place,
    topic,
    partition,
    ambiguous: batch.maybeStored,
    cause: error,
  })
}

/** What the records of a batch are rejected with when their time is over. */
export function expiredError(batch: OutgoingBatch, deliveryTimeoutMs: number, place: TopicPartition): PartitaError {
  const { attempts, lastError, maybeStored } = batch
  const story =
    attempts === 0
      ? 'it was not written once, because batches before it were not done.'
      : `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}, the last one: ${reasonOf(lastError)}`
  const { topic, partition } = place
  return new PartitaError(
    'DELIVERY_TIMEOUT',
    `Not acknowledged within deliveryTimeoutMs (${deliveryTimeoutMs} ms): ${story} ` +
      'See whether the partition has a leader and enough replicas in sync, or raise deliveryTimeoutMs.',
    { ...lastError?.place, topic, partition, ambiguous: maybeStored, cause: lastError },
  )
}

function isTooLarge({ code }: PartitaError): boolean {
  return code === 'MESSAGE_TOO_LARGE' || code === 'RECORD_LIST_TOO_LARGE'
}

function tooLarge(cause: PartitaError, batch: OutgoingBatch, { topic, partition }: TopicPartition): PartitaError {
  return new PartitaError(
    'RECORD_TOO_LARGE',
    'The broker takes no record of this size: send a smaller one, or raise max.message.bytes of the topic.',
    { topic, partition, ambiguous: batch.maybeStored, cause },
  )
}
