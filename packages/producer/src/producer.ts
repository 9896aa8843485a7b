import type {
  Bytes,
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
   * Codes: `INVALID_TOPIC_EXCEPTION`, `INVALID_RECORD_FIELD`, `SERIALIZATION_FAILED`, `RECORD_TOO_LARGE`,
   * `UNKNOWN_TOPIC_OR_PARTITION`, `PARTITION_NOT_FOUND`, `BUFFER_EXHAUSTED`, `DELIVERY_TIMEOUT`, `HALTED`, `ABORTED`,
   * `CLOSED`, and what brokers answer.
   */
  send(this: void, record: ProducerRecord<K, V>, options?: SendOptions): Promise<RecordMetadata>
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
   * Takes no more records (`CLOSED`), waits for those that were sent, rejects what is left with `CLOSED`, and closes the
   * connections. A second call gives the first one's promise.
   */
  close(this: void, options?: CloseOptions): Promise<void>
}
