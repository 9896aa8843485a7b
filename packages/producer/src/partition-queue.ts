import {
  type BatchBuilder,
  type BatchLimits,
  type BatchRecord,
  type Bytes,
  type Headers,
  PartitaError,
  type Timer,
  type TopicPartition,
} from '@partita/protocol'
import { OutgoingBatch } from './outgoing-batch.ts'
import type { Generation } from './outstanding-records.ts'
import { SharedReceipts, SingleReceipts } from './receipts.ts'
import { siftBatch, type Sifted, splitBatch, sumOfBytes } from './repacking.ts'

/** What a queue needs of its producer. */
export interface PartitionQueuePorts {
  openBatch(target: TopicPartition, limits: BatchLimits): BatchBuilder
  monotonic(): number
}

/**
 * The batches of one partition, in the order of their records: the head is in flight or will be next, full ones wait
 * behind it, and the last may still be filling. It starts nothing and settles nothing.
 */
export class PartitionQueue implements TopicPartition {
  readonly topic: string
  readonly partition: number
  /** Whether the head is being written at this moment. */
  flying = false
  /** Whether the scheduler has it on its list. */
  scheduled = false
  /** What it waits for while nothing flies: the end of a backoff, of lingering, or of the head's time. */
  timer: { readonly at: number; readonly timer: Timer } | undefined
  /** Of a new batch. They shrink when the broker calls a batch too large, so that the next ones fit. */
  #limits: BatchLimits
  readonly #ports: PartitionQueuePorts
  #batches: OutgoingBatch[] = []
  #filling: OutgoingBatch<SharedReceipts> | undefined

  constructor({ topic, partition }: TopicPartition, limits: BatchLimits, ports: PartitionQueuePorts) {
    this.topic = topic
    this.partition = partition
    this.#limits = limits
    this.#ports = ports
  }

  get head(): OutgoingBatch | undefined {
    return this.#batches[0]
  }

  /** Whether there is but one batch and it still takes records: then it may linger. */
  get onlyFilling(): boolean {
    return this.#batches.length === 1 && this.#filling !== undefined
  }

  /** Whether the next record will begin a new batch. */
  get full(): boolean {
    const filling = this.#filling
    return filling === undefined || filling.bytes >= this.#limits.maxBytes || filling.count >= this.#limits.maxRecords
  }

  /** The receipts of the batch that took the last record. */
  get receipts(): SharedReceipts {
    return this.#filling!.receipts
  }

  /** Puts a record at the end and gives the bytes that the batches grew by. Its receipt has to follow. */
  append(generation: Generation, timestamp: number, key: Bytes | null, value: Bytes | null, headers: Headers): number {
    if (this.#filling !== undefined) {
      const growth = this.#filling.append(generation, timestamp, key, value, headers)
      if (growth >= 0) return growth
    }
    const batch = new OutgoingBatch(this.#openBuilder(), this.#ports.monotonic(), new SharedReceipts())
    const growth = batch.append(generation, timestamp, key, value, headers)
    if (growth < 0) {
      throw new PartitaError('UNEXPECTED', 'The transport refused the first record of a batch as too large for it.', {
        topic: this.topic,
        partition: this.partition,
      })
    }
    this.#batches.push(batch)
    this.#filling = batch
    return growth
  }

  readonly #openPart = (createdAt: number): OutgoingBatch =>
    new OutgoingBatch(this.#openBuilder(), createdAt, new SingleReceipts())

  #openBuilder(): BatchBuilder {
    return this.#ports.openBatch(this, this.#limits)
  }

  /** Seals the head, to write it. What is sent from now on goes into the next batch. */
  sealHead(): OutgoingBatch {
    const head = this.#batches[0]!
    if (head === this.#filling) this.#filling = undefined
    head.seal()
    return head
  }

  /** Takes the head out: it is settled. */
  removeHead(): OutgoingBatch {
    const head = this.sealHead()
    this.#batches.shift()
    return head
  }

  /** Takes everything out but what is flying. */
  removeWaiting(): OutgoingBatch[] {
    this.#filling = undefined
    return this.#batches.splice(this.flying ? 1 : 0)
  }

  /** Takes everything out. */
  removeAll(): OutgoingBatch[] {
    const batches = this.#batches
    this.#batches = []
    this.#filling = undefined
    return batches
  }

  /**
   * Cuts the head into smaller batches that take its place.
   * @returns how many they are, and the bytes they need more
   */
  splitHead(): { readonly into: number; readonly growth: number } {
    const head = this.#batches[0]!
    const parts = splitBatch(head, this.#openPart)
    this.#batches.splice(0, 1, ...parts)
    const { maxBytes, maxRecords } = this.#limits
    this.#limits = { maxBytes: Math.min(maxBytes, Math.ceil(head.bytes / 2)), maxRecords }
    return { into: parts.length, growth: sumOfBytes(parts) - head.bytes }
  }

  /** Rejects, in order, the records for which there is an error; the others stay, in order. Nothing may be flying. */
  sift(errorFor: (record: BatchRecord) => PartitaError | undefined): Sifted[] {
    const sifted = this.removeAll().map((batch) => siftBatch(batch, this.#openPart, errorFor))
    this.#batches = sifted.flatMap(({ kept }) => kept)
    return sifted
  }
}
