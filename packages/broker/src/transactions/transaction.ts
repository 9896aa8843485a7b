import type { Clock, KafkaErrorName, TopicPartition } from '@partita/protocol'
import type { ControlMarker } from '@partita/wire'
import type { EndedTransaction, InitError, ProducerIdentity } from './transaction-requests.ts'
import { Deadline } from '../core/deadline.ts'

/**
 * As `DescribeTransactions` names them. Kafka's `PrepareCommit` and `PrepareAbort` are missing: here the markers are
 * written in the same step that ends the transaction, so that nobody ever sees them pending.
 */
export type TransactionState = 'Empty' | 'Ongoing' | 'CompleteCommit' | 'CompleteAbort'

/** What a transaction asks of whoever keeps it. */
export interface TransactionSurroundings {
  readonly clock: Clock
  /** An id that no producer had before. */
  readonly nextProducerId: () => number
  /**
   * Writes the markers, and commits or forgets the offsets. The same again does no harm, and is asked for where not all
   * could be written: then it gives `false`.
   */
  readonly complete: (ended: EndedTransaction) => boolean
  /** Keeps a transaction where it outlives the broker. */
  readonly keep: (transactionalId: string, kept: KeptTransaction) => void
}

/** What is kept of a transaction: all that it is. One that has ended and still has partitions or groups is half done. */
export interface KeptTransaction {
  readonly producer: ProducerIdentity
  readonly replaced?: ProducerIdentity | undefined
  readonly state: TransactionState
  readonly timeoutMs: number
  readonly startedAt: number
  readonly partitions: readonly (readonly [topic: string, partitions: readonly number[]])[]
  readonly groups: readonly string[]
}

/** One transactional id: the producer that has it now, and its transaction. (Java: `TransactionMetadata`.) */
export class Transaction {
  readonly id: string
  readonly #surroundings: TransactionSurroundings
  readonly #deadline: Deadline
  readonly #partitions: Map<string, Set<number>> = new Map()
  readonly #groups: Set<string> = new Set()
  #state: TransactionState = 'Empty'
  #producer: ProducerIdentity
  /**
   * What the producer was before it asked to go on after an error, before its transaction took too long, or in its last
   * transaction, where each has an epoch of its own: if it asks the same again, or to go on from there, it gets what it has
   * by now (KIP-360, KIP-588, KIP-890).
   */
  #replaced: ProducerIdentity | undefined
  #timeoutMs = 0
  #startedAt = -1

  /** @param kept what the transaction was when the broker was last open; `resume` has to follow */
  constructor(id: string, surroundings: TransactionSurroundings, kept?: KeptTransaction) {
    this.id = id
    this.#surroundings = surroundings
    this.#producer = kept?.producer ?? { producerId: surroundings.nextProducerId(), producerEpoch: noEpoch }
    // A transaction that takes too long is aborted, and whoever began it is fenced.
    this.#deadline = new Deadline(surroundings.clock, () => this.#fence())
    if (kept === undefined) return
    this.#state = kept.state
    this.#replaced = kept.replaced
    this.#timeoutMs = kept.timeoutMs
    this.#startedAt = kept.startedAt
    for (const [topic, indexes] of kept.partitions) this.#partitions.set(topic, new Set(indexes))
    for (const groupId of kept.groups) this.#groups.add(groupId)
  }

  /** Goes on after the broker was closed, or died: finishes what had ended, and gives what is open the time it has left. */
  resume(): void {
    if (this.#state === 'Ongoing') {
      const { clock } = this.#surroundings
      this.#deadline.set(Math.max(0, this.#startedAt + this.#timeoutMs - clock.now()))
    } else this.#isFinished()
  }

  get state(): TransactionState {
    return this.#state
  }

  get producer(): ProducerIdentity {
    return this.#producer
  }

  get timeoutMs(): number {
    return this.#timeoutMs
  }

  /** When the transaction began, or the producer's last one did: milliseconds since the epoch; -1 where there was none. */
  get startedAt(): number {
    return this.#startedAt
  }

  /** The partitions of the transaction, by topic. */
  get partitions(): ReadonlyMap<string, ReadonlySet<number>> {
    return this.#partitions
  }

  /** Whether someone may speak for the transactional id. */
  identify(given: ProducerIdentity): 'NONE' | 'INVALID_PRODUCER_ID_MAPPING' | 'PRODUCER_FENCED' {
    if (given.producerId !== this.#producer.producerId) return 'INVALID_PRODUCER_ID_MAPPING'
    return given.producerEpoch === this.#producer.producerEpoch ? 'NONE' : 'PRODUCER_FENCED'
  }

  /**
   * A producer begins anew: it gets the next epoch, and a transaction that is open is aborted. Kafka aborts first, answers
   * `CONCURRENT_TRANSACTIONS`, and gives the epoch to the client that comes again.
   */
  begin(timeoutMs: number, expected: ProducerIdentity | undefined): ProducerIdentity | InitError {
    if (!this.#isFinished()) return 'CONCURRENT_TRANSACTIONS'
    const isKnown = expected === undefined || this.#isNew || isSame(expected, this.#producer)
    const isReplaced = !isKnown && isSame(expected, this.#replaced) && this.#state !== 'Ongoing'
    if (!isKnown && !isReplaced) return 'PRODUCER_FENCED'
    if (!isReplaced || this.#producer.producerEpoch > lastEpoch) {
      if (this.#state === 'Ongoing') this.#fence()
      if (!this.#isFinished()) return 'CONCURRENT_TRANSACTIONS'
      this.#producer = this.#nextProducer()
      this.#replaced = expected
    }
    this.#timeoutMs = timeoutMs
    this.#state = 'Empty'
    this.#startedAt = -1
    this.#keep()
    return this.#producer
  }

  addPartitions(places: Iterable<TopicPartition>): KafkaErrorName {
    if (!this.#isFinished()) return 'CONCURRENT_TRANSACTIONS'
    const wanted = [...places]
    if (this.#state === 'Ongoing' && wanted.every((place) => this.hasPartition(place))) return 'NONE'
    this.#open()
    for (const { topic, partition } of wanted) {
      const indexes = this.#partitions.get(topic)
      if (indexes === undefined) this.#partitions.set(topic, new Set([partition]))
      else indexes.add(partition)
    }
    this.#keep()
    return 'NONE'
  }

  addGroup(groupId: string): KafkaErrorName {
    if (!this.#isFinished()) return 'CONCURRENT_TRANSACTIONS'
    if (this.#state === 'Ongoing' && this.#groups.has(groupId)) return 'NONE'
    this.#open()
    this.#groups.add(groupId)
    this.#keep()
    return 'NONE'
  }

  hasPartition({ topic, partition }: TopicPartition): boolean {
    return this.#partitions.get(topic)?.has(partition) ?? false
  }

  hasGroup(groupId: string): boolean {
    return this.#groups.has(groupId)
  }

  /** Commits or aborts. The same again after it is done is a retry; anything else without a transaction is an error. */
  end(marker: ControlMarker): KafkaErrorName {
    if (this.#state === 'Ongoing') this.#complete(marker)
    if (this.#state !== completeStates[marker]) return 'INVALID_TXN_STATE'
    return this.#isFinished() ? 'NONE' : 'COORDINATOR_NOT_AVAILABLE'
  }

  /**
   * The same for producers that have another epoch in each transaction, so that nothing of an earlier one can be taken for
   * part of a later one (KIP-890). Without a transaction an abort does no harm, and gets an epoch too.
   * @returns what the producer is from here on
   */
  endAndBump(given: ProducerIdentity, marker: ControlMarker): ProducerIdentity | KafkaErrorName {
    const isRetry = this.#state in markersOf && isSame(given, this.#replaced)
    const error = isRetry ? 'NONE' : this.identify(given)
    if (error !== 'NONE') return error
    if (isRetry ? this.#state !== completeStates[marker] : this.#state !== 'Ongoing' && marker === 'commit') {
      return 'INVALID_TXN_STATE'
    }
    if (!isRetry) {
      if (!this.#isFinished()) return 'CONCURRENT_TRANSACTIONS'
      if (this.#state !== 'Ongoing') this.#startedAt = this.#surroundings.clock.now()
      this.#endInNextEpoch(marker)
    }
    return this.#isFinished() ? this.#producer : 'COORDINATOR_NOT_AVAILABLE'
  }

  /** A topic was deleted: no marker has to be written there. */
  forgetTopic(topic: string): void {
    if (this.#partitions.delete(topic)) this.#keep()
  }

  dispose(): void {
    this.#deadline.clear()
  }

  get #isNew(): boolean {
    return this.#producer.producerEpoch === noEpoch
  }

  #nextProducer(): ProducerIdentity {
    if (this.#producer.producerEpoch < lastEpoch) return inNextEpoch(this.#producer)
    return { producerId: this.#surroundings.nextProducerId(), producerEpoch: 0 }
  }

  #open(): void {
    if (this.#state === 'Ongoing') return
    this.#state = 'Ongoing'
    this.#startedAt = this.#surroundings.clock.now()
    this.#deadline.set(this.#timeoutMs)
  }

  #fence(): void {
    this.#endInNextEpoch('abort')
  }

  /** The markers have the next epoch already: they fence whatever is still under way from this one. */
  #endInNextEpoch(marker: ControlMarker): void {
    this.#replaced = this.#producer
    this.#producer = inNextEpoch(this.#producer)
    this.#complete(marker)
  }

  #complete(marker: ControlMarker): void {
    this.#deadline.clear()
    this.#state = completeStates[marker]
    // Kept before the first marker is written: if the broker dies in between, it goes on from here.
    this.#keep()
    this.#finish(marker)
  }

  /** Whether nothing of a transaction that has ended is left to be written; what is, is tried once more. */
  #isFinished(): boolean {
    const isPending = this.#state in markersOf && (this.#partitions.size > 0 || this.#groups.size > 0)
    return !isPending || this.#finish(markersOf[this.#state as keyof typeof markersOf])
  }

  #finish(marker: ControlMarker): boolean {
    const ended = { ...this.#producer, marker, partitions: this.#places(), groups: this.#groups }
    if (!this.#surroundings.complete(ended)) return false
    this.#partitions.clear()
    this.#groups.clear()
    // The epoch that fenced the last one is nobody's: who goes on has another id.
    if (this.#producer.producerEpoch > lastEpoch) this.#producer = this.#nextProducer()
    this.#keep()
    return true
  }

  #keep(): void {
    this.#surroundings.keep(this.id, {
      producer: this.#producer,
      replaced: this.#replaced,
      state: this.#state,
      timeoutMs: this.#timeoutMs,
      startedAt: this.#startedAt,
      partitions: Array.from(this.#partitions, ([topic, indexes]) => [topic, [...indexes]]),
      groups: [...this.#groups],
    })
  }

  *#places(): Generator<TopicPartition, void, undefined> {
    for (const [topic, indexes] of this.#partitions) for (const partition of indexes) yield { topic, partition }
  }
}

/** Of a transactional id that no producer has yet. */
const noEpoch = -1

/** The last epoch that a producer gets before it gets another id. One more exists, and is kept for fencing it. */
const lastEpoch = 0x7ffe

const completeStates = { commit: 'CompleteCommit', abort: 'CompleteAbort' } as const
const markersOf = { CompleteCommit: 'commit', CompleteAbort: 'abort' } as const

function inNextEpoch({ producerId, producerEpoch }: ProducerIdentity): ProducerIdentity {
  return { producerId, producerEpoch: producerEpoch + 1 }
}

function isSame(one: ProducerIdentity, other: ProducerIdentity | undefined): boolean {
  return one.producerId === other?.producerId && one.producerEpoch === other.producerEpoch
}
