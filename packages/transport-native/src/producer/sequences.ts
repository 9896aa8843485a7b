import { partitionName, type TopicPartition } from '@partita/protocol'
import type { BatchNumbers } from './batch-numbers.ts'
import type { ProducerIdentity, ProducerIds } from './producer-ids.ts'
import type { RecordBatch } from './record-batch.ts'

/** Under what name a partition's batches are written, and with which number the next one begins. */
interface Sequence extends ProducerIdentity {
  /** Moved on by success alone: while a batch is on its way it is that batch's own number. */
  next: number
}

const lastEpoch = 0x7fff

/**
 * Numbers the batches of each partition, so that a broker knows a batch again that it has stored already.
 *
 * A batch keeps its number through all its attempts. The rule for everything else: a number is used for one batch only.
 * So when a batch that was on its way is given up, its partition goes on in the next epoch from 0. The broker then refuses
 * the old epoch, so that what was given up can neither be taken for its successor nor arrive behind it. (Java's
 * idempotent producer raises the epoch by itself in the same cases; brokers compare epochs partition by partition.)
 *
 * The same batch begins anew only where the answer proves that it is not in the log. OUT_OF_ORDER_SEQUENCE_NUMBER and
 * UNKNOWN_PRODUCER_ID do: a partition has one batch on its way, so had this one been stored, it would be the last that the
 * broker remembers and be known again. INVALID_PRODUCER_EPOCH does not: whoever raised the epoch made the broker forget.
 */
export class Sequences implements BatchNumbers {
  readonly #ids: Pick<ProducerIds, 'current' | 'forget'>
  readonly #partitions = new Map<string, Sequence>()

  constructor(ids: Pick<ProducerIds, 'current' | 'forget'>) {
    this.#ids = ids
  }

  /** Stamps a batch at its first write. `false`: `begin` has to be awaited first. */
  stamp(batch: RecordBatch): boolean {
    if (batch.stamp !== undefined) return true
    const sequence = this.#partitions.get(partitionName(batch))
    if (sequence === undefined) return false
    const { producerId, producerEpoch, next } = sequence
    batch.setStamp({ producerId, producerEpoch, baseSequence: next })
    return true
  }

  /** Gets a producer id for a partition that has none. */
  async begin(place: TopicPartition): Promise<void> {
    const identity = await this.#ids.current()
    const name = partitionName(place)
    if (!this.#partitions.has(name)) this.#partitions.set(name, { ...identity, next: 0 })
  }

  /** The batch is in the log. */
  stored(batch: RecordBatch): void {
    const sequence = this.#of(batch)
    if (sequence !== undefined) sequence.next = (batch.stamp!.baseSequence + batch.count) & 0x7fffffff
  }

  /** The batch will not be written again. */
  abandon(batch: RecordBatch): void {
    if (batch.sent) this.restart(batch)
  }

  /** The number of this batch is used up, whatever became of it. */
  restart(batch: RecordBatch): boolean {
    const sequence = this.#of(batch)
    batch.stamp = undefined
    if (sequence === undefined) return true
    const { producerId, producerEpoch } = sequence
    if (producerEpoch >= lastEpoch) this.#leave(batch, producerId)
    else this.#partitions.set(partitionName(batch), { producerId, producerEpoch: producerEpoch + 1, next: 0 })
    return true
  }

  /** Somebody else has the batch's producer id, in a later epoch: begin under another id. */
  renew(batch: RecordBatch): void {
    const sequence = this.#of(batch)
    batch.stamp = undefined
    if (sequence !== undefined) this.#leave(batch, sequence.producerId)
  }

  #leave(place: TopicPartition, producerId: number): void {
    this.#ids.forget(producerId)
    this.#partitions.delete(partitionName(place))
  }

  /** The partition's sequence, if it is still the one that the batch was stamped from. */
  #of(batch: RecordBatch): Sequence | undefined {
    const { stamp } = batch
    const sequence = this.#partitions.get(partitionName(batch))
    const same = sequence?.producerId === stamp?.producerId && sequence?.producerEpoch === stamp?.producerEpoch
    return same ? sequence : undefined
  }
}
