import type {
  BatchBuilder,
  BatchRecord,
  Bytes,
  Headers,
  PartitaError,
  RecordMetadata,
  SealedBatch,
  TopicPartition,
  WriteResult,
} from '@partita/protocol'
import type { Generation, Share } from './outstanding-records.ts'
import { failedWith, type Receipts } from './receipts.ts'

/** One batch on its way: what the transport encodes, beside the promises that wait for it. */
export class OutgoingBatch<R extends Receipts = Receipts> {
  /** When its first record came, on the monotonic clock: `deliveryTimeoutMs` counts from here. */
  readonly createdAt: number
  readonly receipts: R
  /** Its records by generation, in runs: most batches are of one. */
  readonly shares: Share[] = []
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
  /** The last of the shares. */
  #share: Share | undefined
  readonly #timestamps: number[] = []
  readonly #builder: BatchBuilder
  #sealed: SealedBatch | undefined

  constructor(builder: BatchBuilder, createdAt: number, receipts: R) {
    this.#builder = builder
    this.createdAt = createdAt
    this.receipts = receipts
  }

  /** How many records are in it. */
  get count(): number {
    return this.#timestamps.length
  }

  /** Takes a record and gives the bytes the batch grew by; -1: full, nothing was changed. Its receipt has to follow. */
  append(generation: Generation, timestamp: number, key: Bytes | null, value: Bytes | null, headers: Headers): number {
    if (!this.#builder.append(timestamp, key, value, headers)) return -1
    this.#timestamps.push(timestamp)
    if (this.#share?.generation === generation) this.#share.count++
    else this.shares.push((this.#share = { generation, count: 1 }))
    const before = this.bytes
    this.bytes = this.#builder.byteLength
    return this.bytes - before
  }

  /** The form in which it is written, the same at each call. Nothing can be appended afterwards. */
  seal(): SealedBatch {
    return (this.#sealed ??= this.#builder.seal())
  }

  /** Gives every record its result. */
  acknowledge({ topic, partition }: TopicPartition, { baseOffset, logAppendTime }: WriteResult): void {
    this.receipts.settle((index): RecordMetadata => ({
      topic,
      partition,
      offset: baseOffset < 0 ? -1 : baseOffset + index,
      timestamp: logAppendTime < 0 ? this.#timestamps[index]! : logAppendTime,
    }))
  }

  /** Rejects every record. */
  fail(error: PartitaError): void {
    this.receipts.settle(failedWith(error))
  }

  /** The generation of each record, in order. */
  generations(): Generation[] {
    return this.shares.flatMap(({ generation, count }) => Array<Generation>(count).fill(generation))
  }

  /** Reads the records back, in order. Seals the batch. */
  records(): Iterable<BatchRecord> {
    return this.seal().records()
  }
}
