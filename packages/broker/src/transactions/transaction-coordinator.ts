import type { Clock, KafkaErrorName, TopicPartition } from '@partita/protocol'
import type { ControlMarker } from '@partita/wire'
import { createMemoryStorage, type Storage } from '../core/storage.ts'
import type {
  EndedTransaction,
  InitError,
  InitRequest,
  ProducerIdentity,
  TransactionalProducer,
} from './transaction-requests.ts'
import { type KeptTransaction, Transaction, type TransactionSurroundings } from './transaction.ts'
import type { TransactionSettings } from './transaction-settings.ts'

/** What ends up where when a transaction is over. */
export interface TransactionOutlets {
  /** Ends a producer's transaction in one partition, if that still exists. `false`: it could not be written. */
  readonly writeMarker: (place: TopicPartition, marker: ControlMarker, producer: ProducerIdentity) => boolean
  /** Commits or forgets what a producer wants committed for a group. */
  readonly endOffsets: (groupId: string, marker: ControlMarker, producerId: number) => void
}

/** Why a producer may not write into a transaction. `TRANSACTION_ABORTABLE`: what it writes to was not added. */
export type MembershipError = Extract<
  KafkaErrorName,
  'NONE' | 'INVALID_PRODUCER_ID_MAPPING' | 'INVALID_PRODUCER_EPOCH' | 'TRANSACTION_ABORTABLE'
>

/** All transactional ids of the broker. Nothing here knows of requests' versions or bytes of the protocol. */
export interface TransactionCoordinator {
  /** Takes in what was kept, and goes on with it. To be called once, when what is written to is there. */
  resume(): void
  /** Makes a producer the one that has its transactional id; whoever had it before is fenced. */
  init(request: InitRequest): ProducerIdentity | InitError
  addPartitions(producer: TransactionalProducer, places: Iterable<TopicPartition>): KafkaErrorName
  addGroup(producer: TransactionalProducer, groupId: string): KafkaErrorName
  end(producer: TransactionalProducer, marker: ControlMarker): KafkaErrorName
  /** The same, and gives what the producer is in its next transaction (KIP-890). */
  endAndBump(producer: TransactionalProducer, marker: ControlMarker): ProducerIdentity | KafkaErrorName
  /** Whether a producer may write to a partition now. */
  verifyPartition(producer: TransactionalProducer, place: TopicPartition): MembershipError
  /** Whether a producer may commit for a group now. */
  verifyGroup(producer: TransactionalProducer, groupId: string): MembershipError
  /** Adds a partition that a producer writes to, if it is not there yet. Errors are as those of `verifyPartition`. */
  joinPartition(producer: TransactionalProducer, place: TopicPartition): KafkaErrorName
  /** Adds a group that a producer commits for, if it is not there yet. Errors are as those of `verifyGroup`. */
  joinGroup(producer: TransactionalProducer, groupId: string): KafkaErrorName
  get(transactionalId: string): Transaction | undefined
  all(): Iterable<Transaction>
  /** Takes a topic that was deleted out of all transactions. */
  forgetTopic(topic: string): void
  /** No transaction times out any more. */
  close(): void
}

interface Kept {
  readonly transaction: Transaction
  readonly lastUsedAt: number
}

export interface CoordinatorSurroundings {
  readonly clock: Clock
  readonly nextProducerId: () => number
  /** Where transactions are kept. Those that are there are taken in by `resume`. Default: in memory. */
  readonly storage?: Pick<Storage, 'keep' | 'kept' | 'barrier'>
}

export function createTransactionCoordinator(
  { clock, nextProducerId, storage = createMemoryStorage() }: CoordinatorSurroundings,
  settings: TransactionSettings,
  outlets: TransactionOutlets,
): TransactionCoordinator {
  /** By transactional id; those used last are at the end. */
  const byId = new Map<string, Kept>()
  const surroundings: TransactionSurroundings = {
    clock,
    nextProducerId,
    keep: (transactionalId, kept) => storage.keep('transaction', [transactionalId], kept),
    complete({ partitions, groups, marker, ...producer }: EndedTransaction) {
      storage.barrier()
      let isWritten = true
      for (const place of partitions) if (!outlets.writeMarker(place, marker, producer)) isWritten = false
      for (const groupId of groups) outlets.endOffsets(groupId, marker, producer.producerId)
      return isWritten
    },
  }

  function touch(transaction: Transaction): Transaction {
    byId.delete(transaction.id)
    byId.set(transaction.id, { transaction, lastUsedAt: clock.monotonic() })
    return transaction
  }

  function transactionOrNew(transactionalId: string): Transaction {
    const known = byId.get(transactionalId)
    if (known === undefined) forgetExpired()
    return touch(known?.transaction ?? new Transaction(transactionalId, surroundings))
  }

  function forgetExpired(): void {
    const before = clock.monotonic() - settings.idExpirationMs
    for (const [transactionalId, { transaction, lastUsedAt }] of byId) {
      if (lastUsedAt >= before) return
      if (transaction.state === 'Ongoing' || transaction.partitions.size > 0) continue
      byId.delete(transactionalId)
      storage.keep('transaction', [transactionalId], undefined)
    }
  }

  /** The transaction that a producer speaks for, or why it may not. */
  function transactionOf(producer: TransactionalProducer): Transaction | KafkaErrorName {
    const { transactionalId } = producer
    if (transactionalId === '') return 'INVALID_REQUEST'
    const transaction = byId.get(transactionalId)?.transaction
    if (transaction === undefined) return 'INVALID_PRODUCER_ID_MAPPING'
    const error = transaction.identify(producer)
    return error === 'NONE' ? touch(transaction) : error
  }

  function verify(producer: TransactionalProducer, holds: (transaction: Transaction) => boolean): MembershipError {
    const transaction = byId.get(producer.transactionalId)?.transaction
    if (transaction === undefined) return 'INVALID_PRODUCER_ID_MAPPING'
    const error = transaction.identify(producer)
    if (error === 'PRODUCER_FENCED') return 'INVALID_PRODUCER_EPOCH'
    if (error !== 'NONE') return error
    return holds(transaction) ? 'NONE' : 'TRANSACTION_ABORTABLE'
  }

  function addPartitions(producer: TransactionalProducer, places: Iterable<TopicPartition>): KafkaErrorName {
    const transaction = transactionOf(producer)
    return transaction instanceof Transaction ? transaction.addPartitions(places) : transaction
  }

  function addGroup(producer: TransactionalProducer, groupId: string): KafkaErrorName {
    const transaction = transactionOf(producer)
    return transaction instanceof Transaction ? transaction.addGroup(groupId) : transaction
  }

  return {
    resume() {
      for (const [[transactionalId], kept] of storage.kept('transaction')) {
        touch(new Transaction(transactionalId, surroundings, kept as KeptTransaction)).resume()
      }
    },
    init({ transactionalId, timeoutMs, expected }) {
      if (transactionalId === '') return 'INVALID_REQUEST'
      if (timeoutMs <= 0 || timeoutMs > settings.maxTimeoutMs) return 'INVALID_TRANSACTION_TIMEOUT'
      return transactionOrNew(transactionalId).begin(timeoutMs, expected)
    },
    addPartitions,
    addGroup,
    end(producer, marker) {
      const transaction = transactionOf(producer)
      return transaction instanceof Transaction ? transaction.end(marker) : transaction
    },
    endAndBump(producer, marker) {
      const { transactionalId } = producer
      if (transactionalId === '') return 'INVALID_REQUEST'
      const transaction = byId.get(transactionalId)?.transaction
      if (transaction === undefined) return 'INVALID_PRODUCER_ID_MAPPING'
      const ended = transaction.endAndBump(producer, marker)
      if (typeof ended !== 'string') touch(transaction)
      return ended
    },
    verifyPartition: (producer, place) => verify(producer, (transaction) => transaction.hasPartition(place)),
    verifyGroup: (producer, groupId) => verify(producer, (transaction) => transaction.hasGroup(groupId)),
    joinPartition: (producer, place) => toWriter(addPartitions(producer, [place])),
    joinGroup: (producer, groupId) => toWriter(addGroup(producer, groupId)),
    get: (transactionalId) => byId.get(transactionalId)?.transaction,
    *all() {
      for (const { transaction } of byId.values()) yield transaction
    },
    forgetTopic(topic) {
      for (const { transaction } of byId.values()) transaction.forgetTopic(topic)
    },
    close() {
      for (const { transaction } of byId.values()) transaction.dispose()
    },
  }
}

/** Whoever writes knows a fence by its older name. (Java: `AddPartitionsToTxnManager`.) */
function toWriter(error: KafkaErrorName): KafkaErrorName {
  return error === 'PRODUCER_FENCED' ? 'INVALID_PRODUCER_EPOCH' : error
}
