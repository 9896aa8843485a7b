import { PartitaError, partitionName, type TopicPartition } from '@partita/protocol'
import type { BatchNumbers } from '../batch-numbers.ts'
import type { ProducerIdentity } from '../producer-ids.ts'
import type { RecordBatch } from '../record-batch.ts'
import type { PartitionAdder } from './partition-adder.ts'
import { endsTransaction, fencedError, isFence, needsNewEpoch } from './transaction-refusals.ts'
import type { TransactionState } from './transaction-state.ts'

/**
 * Numbers the batches of a transactional producer. Its epoch is the coordinator's to give, so that nothing here begins
 * anew by itself: what cannot go on makes the transaction fail. Numbers go on through all transactions of one epoch.
 */
export class TransactionNumbers implements BatchNumbers {
  readonly #state: TransactionState
  readonly #adder: PartitionAdder
  #identity: ProducerIdentity | undefined
  readonly #next = new Map<string, number>()
  /** Batches of which nobody knows whether they are stored. */
  readonly #inDoubt = new Set<RecordBatch>()

  constructor(state: TransactionState, adder: PartitionAdder) {
    this.#state = state
    this.#adder = adder
  }

  stamp(batch: RecordBatch): boolean {
    const state = this.#state
    state.checkOpen()
    if (batch.stamp !== undefined) return true
    if (!state.hasPartition(batch)) return false
    state.touch()
    const { producerId, producerEpoch } = this.#inPresentEpoch()
    const baseSequence = this.#next.get(partitionName(batch)) ?? 0
    batch.setStamp({ producerId, producerEpoch, baseSequence, transactional: true })
    return true
  }

  begin(place: TopicPartition): Promise<void> {
    return this.#adder.add(place)
  }

  stored(batch: RecordBatch): void {
    this.#inDoubt.delete(batch)
    this.#next.set(partitionName(batch), (batch.stamp!.baseSequence + batch.count) & 0x7fffffff)
  }

  /** What a failed write means for the transaction; gives the error to reject it with. */
  failed(batch: RecordBatch, error: PartitaError): PartitaError {
    if (error.ambiguous) this.#inDoubt.add(batch)
    const { code } = error
    const { topic, partition } = batch
    const told = isFence(code) ? fencedError({ api: 'Produce', topic, partition }, error) : error
    if (endsTransaction(code)) this.#state.failed(told, { inDoubt: needsNewEpoch(code) })
    return told
  }

  /** A number whose batch was refused for certain is the next batch's; one in doubt is used up, and with it the epoch. */
  abandon(batch: RecordBatch): void {
    if (!this.#inDoubt.has(batch)) return
    const { topic, partition } = batch
    const text = 'A batch of the transaction was given up, and may be stored.'
    this.#state.failed(new PartitaError('INVALID_TXN_STATE', text, { topic, partition }), { inDoubt: true })
  }

  restart(): boolean {
    return false
  }

  renew(): void {
    // The coordinator alone gives epochs.
  }

  /** The transaction is over: nothing more is heard of its batches. */
  forget(): void {
    this.#inDoubt.clear()
  }

  /** Whether something may still arrive somewhere under the present epoch. */
  get inDoubt(): boolean {
    return this.#inDoubt.size > 0
  }

  #inPresentEpoch(): ProducerIdentity {
    const identity = this.#state.identity!
    if (identity !== this.#identity) {
      this.#identity = identity
      this.#next.clear()
    }
    return identity
  }
}
