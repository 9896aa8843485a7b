import type {
  BatchBuilder,
  BatchRecord,
  Bytes,
  Headers,
  PartitaError,
  SealedBatch,
  TopicPartition,
  WriteResult,
} from '@partita/protocol'
import type { Generation, OutstandingRecords, PendingRecord, Settle } from './outstanding-records.ts'

/** One batch on its way: what the transport encodes, beside the promises that wait for it. */
export class OutgoingBatch {
  /** When its first record came, on the monotonic clock: `deliveryTimeoutMs` counts from here. */
  readonly createdAt: number
  /** Bytes that it holds of the buffer memory. */
  bytes = 0
  /** Writes so far. */
  attempts = 0
  /** Not to be written again before this moment. */
  retryAt = 0
  lastError: PartitaError | undefined
  /** It gets no further attempt. */
  cancelled = false
  /** A write failed without telling whether the batch was stored. */
  maybeStored = false
  // Three lists instead of one of objects: that much less for the garbage collector to carry while the batch is in flight.
  readonly #settles: Settle[] = []
  readonly #timestamps: number[] = []
  readonly #generations: Generation[] = []
  readonly #builder: BatchBuilder
  #sealed: SealedBatch | undefined

  constructor(builder: BatchBuilder, createdAt: number) {
    this.#builder = builder
    this.createdAt = createdAt
  }

  /** How many records are in it. */
  get count(): number {
    return this.#settles.length
  }

  /** Takes a record and gives the bytes the batch grew by; -1: full, nothing was changed. */
  append(record: PendingRecord, key: Bytes | null, value: Bytes | null, headers: Headers): number {
    if (!this.#builder.append(record.timestamp, key, value, headers)) return -1
    this.#settles.push(record.settle)
    this.#timestamps.push(record.timestamp)
    this.#generations.push(record.generation)
    const before = this.bytes
    this.bytes = this.#builder.byteLength
    return this.bytes - before
  }

  /** The form in which it is written, the same at each call. Nothing can be appended afterwards. */
  seal(): SealedBatch {
    return (this.#sealed ??= this.#builder.seal())
  }

  /** Gives every record its result. */
  acknowledge({ topic, partition }: TopicPartition, result: WriteResult, outstanding: OutstandingRecords): void {
    const { baseOffset, logAppendTime } = result
    for (let i = 0; i < this.#settles.length; i++) {
      outstanding.acknowledge(this.#settles[i]!, this.#generations[i]!, {
        topic,
        partition,
        offset: baseOffset < 0 ? -1 : baseOffset + i,
        timestamp: logAppendTime < 0 ? this.#timestamps[i]! : logAppendTime,
      })
    }
  }

  /** The promises and what goes with them, in order: for the rare case that they are to be rejected or to change batches. */
  pending(): PendingRecord[] {
    return this.#settles.map((settle, i) => ({
      settle,
      timestamp: this.#timestamps[i]!,
      generation: this.#generations[i]!,
    }))
  }

  /** Reads the records back, in order. Seals the batch. */
  records(): Iterable<BatchRecord> {
    return this.seal().records()
  }
}
