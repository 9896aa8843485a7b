import type {
  Bytes,
  ConsumedOffsets,
  PartitaError,
  PartitionInfo,
  ProducerRecord,
  RecordMetadata,
  TopicPartition,
} from '@partita/protocol'

export interface SendOptions {
  /**
   * Takes the record back while it waits for metadata or for buffer memory: `ABORTED`. Once it is in a batch the signal
   * has no effect, because what is in a batch may already be on its way.
   */
  readonly signal?: AbortSignal | undefined
}

export interface FlushOptions {
  /** Ends the waiting with `ABORTED`; the records themselves go on. */
  readonly signal?: AbortSignal | undefined
}

export interface CloseOptions {
  /** Milliseconds that records may still take to be settled. Default: `deliveryTimeoutMs`. 0: none. */
  readonly timeoutMs?: number | undefined
}

export interface TransactionOptions {
  /**
   * Aborts the transaction: it rejects with `ABORTED`, whatever its work is doing. Once it is being committed the signal has
   * no effect.
   */
  readonly signal?: AbortSignal | undefined
}

/** A transaction, as the work of `producer.transaction` sees it. The methods may be taken off the object. */
export interface Transaction<K = Bytes, V = Bytes> {
  /**
   * As the producer's `send`. Settles when the record is stored: with its offset, but before anybody who reads committed
   * records sees it. A send that fails fails the transaction, also where nobody awaits it.
   */
  send(this: void, record: ProducerRecord<K, V>): Promise<RecordMetadata>
  /**
   * Takes consumed work along: a handler's `context.consumed`. It counts as handled exactly if the transaction commits.
   * @throws PartitaError `INVALID_TXN_STATE` where the transaction is over
   */
  sendOffsets(this: void, consumed: ConsumedOffsets): void
}

/** What `resume` opens again: one key, one partition with all its keys, or a whole topic. */
export type ResumeTarget<K = Bytes> =
  | { readonly topic: string; readonly key: K }
  | { readonly topic: string; readonly partition: number }
  | { readonly topic: string }

/** A key, or a whole partition, that takes no records at the moment. */
export interface Halted extends TopicPartition {
  /** The serialized key; `null` where the whole partition is halted. */
  readonly key: Uint8Array | null
  /** The failure that did it. */
  readonly cause: PartitaError
}

/** Figures since the producer was made. `recordsSent = recordsAcknowledged + recordsFailed + recordsPending`. */
export interface ProducerMetrics {
  /** Calls of `send`. */
  readonly recordsSent: number
  readonly recordsAcknowledged: number
  /** Rejected, for whatever reason. */
  readonly recordsFailed: number
  /** Without a result yet: waiting, in a batch or in flight. */
  readonly recordsPending: number
  /** Waiting for metadata or for buffer memory: not taken into a batch yet. A waiting `partitionsFor` counts too. */
  readonly recordsWaiting: number
  /** Bytes of the batches that have no result yet; at most about `bufferMemory`. */
  readonly bufferedBytes: number
  readonly batchesWritten: number
  /** Writes beyond the first of each batch. */
  readonly retries: number
  /** Batches that the broker refused as too large and that went on in parts. */
  readonly splits: number
  /** Keys and partitions that are halted now. */
  readonly halted: number
  readonly transactionsCommitted: number
  readonly transactionsAborted: number
  /** Their commit was sent and had no answer. */
  readonly transactionsInDoubt: number
  /** Calls of a hook that threw. */
  readonly hookErrors: number
}

/**
 * Sends records. Made by `createProducer`. The methods may be taken off the object (`const { send } = producer`).
 *
 * Records of one partition are appended in the order of the `send` calls, however many are in flight.
 */
export interface Producer<K = Bytes, V = Bytes> extends AsyncDisposable {
  /**
   * Sends one record; settles when it is acknowledged or has failed for good. It never throws: whatever is wrong is a
   * rejection with a `PartitaError`. While `bufferMemory` is used up, or the topic's partitions are not known yet, the
   * record is not taken and the promise waits: awaiting it is the back-pressure.
   *
   * With a `transactionalId` records are sent in transactions only: `INVALID_TXN_STATE`.
   *
   * Codes: `INVALID_TOPIC_EXCEPTION`, `INVALID_RECORD_FIELD`, `SERIALIZATION_FAILED`, `RECORD_TOO_LARGE`,
   * `UNKNOWN_TOPIC_OR_PARTITION`, `PARTITION_NOT_FOUND`, `BUFFER_EXHAUSTED`, `DELIVERY_TIMEOUT`, `HALTED`, `ABORTED`,
   * `CLOSED`, and what brokers answer.
   */
  send(this: void, record: ProducerRecord<K, V>, options?: SendOptions): Promise<RecordMetadata>
  /**
   * Does the work in a transaction (needs `transactionalId`): what it sends, and the consumed offsets that it takes along,
   * count together when this resolves, with what the work returned. Where the work throws, or anything that it sent
   * fails, none of it ever counts, and this rejects with that. Transactions run one at a time, in the order of the calls:
   * one that is waited for inside the work of another never begins.
   *
   * Codes besides: `PRODUCER_FENCED` (make another producer, where nobody else has the id), `ILLEGAL_GENERATION`,
   * `UNKNOWN_MEMBER_ID`, `PARTITION_LOST` (the consumed work is another member's by now), `ABORTED`, `CLOSED`, and
   * `REQUEST_TIMEOUT`. An error of the commit with `ambiguous` says that nobody knows whether the transaction counts; the
   * next one is safe to begin.
   */
  transaction<T>(this: void, work: (tx: Transaction<K, V>) => Promise<T> | T, options?: TransactionOptions): Promise<T>
  /**
   * Settles when every record that was sent before the call is settled, whether it was acknowledged or failed. Nothing
   * lingers meanwhile. Rejects only with `ABORTED`.
   */
  flush(this: void, options?: FlushOptions): Promise<void>
  /**
   * Opens what a failure halted: a key in all partitions, a partition with the keys halted in it, or all of a topic.
   * Records that were rejected are not sent by it: send them again, in order, right after.
   * @returns whether anything was halted there
   * @throws PartitaError `INVALID_TOPIC_EXCEPTION`, `SERIALIZATION_FAILED`
   */
  resume(this: void, target: ResumeTarget<K>): boolean
  /** What is halted, and why. */
  halted(this: void): readonly Halted[]
  /** All partitions of a topic, by index. Waits at most `maxBlockMs`. */
  partitionsFor(this: void, topic: string): Promise<readonly PartitionInfo[]>
  metrics(this: void): ProducerMetrics
  /**
   * Aborts a transaction that is open (`CLOSED`), takes no more records (`CLOSED`), waits for those that were sent, rejects what is left with `CLOSED`, and closes the
   * connections. A second call gives the first one's promise.
   */
  close(this: void, options?: CloseOptions): Promise<void>
}
