import type { KafkaErrorName, TopicPartition } from '@partita/protocol'
import type { ControlMarker } from '@partita/wire'

/** A producer id in one of its epochs. */
export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
}

/** Who speaks: what all requests about a transaction carry. */
export interface TransactionalProducer extends ProducerIdentity {
  readonly transactionalId: string
}

/** An InitProducerId with a transactional id, freed from its versions. */
export interface InitRequest {
  readonly transactionalId: string
  readonly timeoutMs: number
  /** What the producer was, if it says so: it goes on after an error (KIP-360). */
  readonly expected: ProducerIdentity | undefined
}

/** `CONCURRENT_TRANSACTIONS`: the end of the last transaction could not be written yet; the client comes again. */
export type InitError = Extract<
  KafkaErrorName,
  'INVALID_REQUEST' | 'INVALID_TRANSACTION_TIMEOUT' | 'PRODUCER_FENCED' | 'CONCURRENT_TRANSACTIONS'
>

/** A transaction that is over: what is to be written where. */
export interface EndedTransaction extends ProducerIdentity {
  readonly marker: ControlMarker
  readonly partitions: Iterable<TopicPartition>
  readonly groups: Iterable<string>
}
