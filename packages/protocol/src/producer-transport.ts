import type { Headers } from './headers.ts'
import type { Bytes, TopicPartition } from './records.ts'
import type { PartitionInfo } from './partition-info.ts'
import type { TransactionControl } from './transactions.ts'

/** How the batches of a record are compressed (Java: `compression.type`). */
export type CompressionType = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** Which replicas must have a batch before it counts: 0 none (no answer at all), 1 the leader, -1 all in sync. */
export type Acks = -1 | 0 | 1

/** What holds for everything one producer writes. */
export interface ProducerTransportOptions {
  readonly acks: Acks
  readonly compressionType: CompressionType
  /** Ask for producer id and sequences, so that a retried batch is stored once. Needs `acks: -1`. */
  readonly enableIdempotence: boolean
  /** Milliseconds that one write may wait for its answer. */
  readonly requestTimeoutMs: number
  /**
   * Write in transactions, under this name: of all producers with the same one, only the latest may write. Needs
   * `enableIdempotence`. Refused with `UNSUPPORTED` by a transport that has no transactions.
   */
  readonly transactionalId?: string | undefined
  /** Milliseconds after which the cluster aborts an open transaction. Default 60,000, as Java's. */
  readonly transactionTimeoutMs?: number | undefined
}

/** A batch is full when either is reached; one record alone is always taken, whatever its size. */
export interface BatchLimits {
  /** Bytes of the encoded batch, before compression. */
  readonly maxBytes: number
  readonly maxRecords: number
}

/**
 * The producer's way to a cluster. It retries nothing and orders nothing: the producer calls `write` for one batch of a
 * partition at a time, and calls it again with the *same* batch to retry.
 */
export interface ProducerTransport {
  /** `undefined` without a `transactionalId`. */
  readonly transactions?: TransactionControl | undefined
  /**
   * All partitions of a topic, by index: element `i` is partition `i`. May answer from a cache of some minutes unless
   * `refresh` asks for news. Rejects with `UNKNOWN_TOPIC_OR_PARTITION` (retriable) where there is no such topic, and
   * with `INVALID_TOPIC_EXCEPTION` (final) where there can be none.
   */
  partitionsFor(topic: string, options?: MetadataOptions): Promise<readonly PartitionInfo[]>
  openBatch(target: TopicPartition, limits: BatchLimits): BatchBuilder
  /**
   * Sends one sealed batch and waits for its answer, at most `requestTimeoutMs`. Rejects with a `PartitaError`:
   * `retriable` says whether the same batch may be sent again, `retryAtOnce` whether without a pause, `ambiguous` whether it
   * may have been stored already.
   *
   * Never two at once for one partition. Another batch of the partition only after this one succeeded, or after
   * `abandon` was called for it. With a `transactionalId`, only between `begin` and the transaction's end:
   * `INVALID_TXN_STATE` else.
   */
  write(batch: SealedBatch, options?: { readonly signal?: AbortSignal | undefined }): Promise<WriteResult>
  /**
   * Says that a batch whose last `write` failed will not be sent again. After an ambiguous failure the transport makes
   * sure that the next batch of the partition cannot be mistaken for it (a new producer id or epoch).
   */
  abandon(batch: SealedBatch): void
  /**
   * Says that a batch whose last `write` succeeded is done with: nothing will be asked of it any more, and its memory may
   * serve another. A transport that keeps none has nothing to do.
   */
  release?(batch: SealedBatch): void
  /** Closes the connections. Writes under way reject with `CLOSED`. Never rejects. */
  close(): Promise<void>
}

export interface MetadataOptions {
  /** Ask the cluster even where a cached answer is at hand. Default `false`. */
  readonly refresh?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** One record inside a batch, as it was appended. */
export interface BatchRecord {
  readonly timestamp: number
  readonly key: Bytes | null
  readonly value: Bytes | null
  readonly headers: Headers
}

/** A batch being filled. Appending may encode at once; nothing can be taken out again. */
export interface BatchBuilder {
  /**
   * Puts a record at the end. `false`: full, nothing was changed. What it needs of `key`, `value` and the headers it has
   * copied when it returns; a string is written as UTF-8.
   */
  append(timestamp: number, key: Bytes | null, value: Bytes | null, headers: Headers): boolean
  readonly count: number
  /** Bytes of the encoded batch so far, before compression. An estimate is enough where encoding comes later. */
  readonly byteLength: number
  /** Ends the filling; the builder is not to be used afterwards. At least one record must be in it. */
  seal(): SealedBatch
}

/**
 * A batch as it is sent: the same bytes at each attempt. It may also be dropped without ever being written, so sequence
 * numbers are given at the first `write`. Neither sealing nor reading back throws.
 */
export interface SealedBatch extends TopicPartition {
  readonly count: number
  readonly byteLength: number
  /** Reads the records back, in order: for the rare case that a batch failed and has to be split or sifted. */
  records(): Iterable<BatchRecord>
}

/** The broker's word on one batch. */
export interface WriteResult {
  /** The offset of the batch's first record, the others follow without a gap; -1 where unknown (`acks: 0`). */
  readonly baseOffset: number
  /** The timestamp of every record on a topic with `LogAppendTime`, else -1. Milliseconds since the epoch. */
  readonly logAppendTime: number
}
