import {
  type ConsumedOffsets,
  PartitaError,
  type ProducerRecord,
  type RecordMetadata,
  toPartitaError,
} from '@partita/protocol'
import type { Transaction } from './producer.ts'

/** A transaction as its work sees it, and what came of it so far. */
export class OpenTransaction<K, V> implements Transaction<K, V> {
  /** The first send that failed, awaited or not. */
  failure: PartitaError | undefined
  /** Consumed work that it takes along, in the order of the calls. */
  readonly consumed: Set<ConsumedOffsets> = new Set()
  readonly #deliver: (record: ProducerRecord<K, V>) => Promise<RecordMetadata>
  #isOver = false

  constructor(deliver: (record: ProducerRecord<K, V>) => Promise<RecordMetadata>) {
    this.#deliver = deliver
  }

  readonly send = (record: ProducerRecord<K, V>): Promise<RecordMetadata> => {
    if (this.#isOver) return Promise.reject(overError('send'))
    const sent = this.#deliver(record)
    // The same promise as the caller's: one that is not awaited is not an unhandled rejection, it fails the transaction.
    sent.catch((error: unknown) => (this.failure ??= toPartitaError(error)))
    return sent
  }

  readonly sendOffsets = (consumed: ConsumedOffsets): void => {
    if (this.#isOver) throw overError('sendOffsets')
    this.consumed.add(consumed)
  }

  /** Takes nothing more. */
  end(): void {
    this.#isOver = true
  }
}

function overError(api: string): PartitaError {
  return new PartitaError(
    'INVALID_TXN_STATE',
    'The transaction is over: await what belongs to it before its work ends.',
    {
      api,
    },
  )
}
