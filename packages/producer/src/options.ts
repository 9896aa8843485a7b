import type { Acks, Bytes, Clock, CompressionType, Partitioner, Serializer, Transport } from '@partita/protocol'
import type { ProducerHooks } from './hooks.ts'

/**
 * What happens behind a record that failed for good.
 *
 * - `halt-key`: records of the same key that are queued or sent later are rejected with `HALTED`, until `resume`. Other
 *   keys, and records without key, go on.
 * - `halt-partition`: the same for everything of the partition.
 * - `continue`: nothing; the log then has a hole, as it would with Java's client.
 */
export type FailurePolicyName = 'halt-key' | 'halt-partition' | 'continue'

/** Options of `createProducer`. Names and defaults are Java's unless a reason is given. */
export interface ProducerOptions<K = Bytes, V = Bytes> {
  /** The way to the cluster: `kafkajsTransport(…)`, `nativeTransport(…)`. */
  readonly transport: Transport
  /** Places records that name no partition. Default: `java()` of `@partita/partitioners`. */
  readonly partitioner?: Partitioner | undefined
  /** Key to bytes. Default: strings as UTF-8, bytes as they are, anything else refused. */
  readonly keySerializer?: Serializer<K> | undefined
  /** Value to bytes. Default: as for keys. */
  readonly valueSerializer?: Serializer<V> | undefined
  /** Which replicas must have a record: `'all'` (-1), `1` the leader, `0` none (offsets are then -1). Default `'all'`. */
  readonly acks?: 'all' | Acks | undefined
  /**
   * Have a retried batch stored once. Needs `acks: 'all'` and a transport that can. Default: `true` where both hold.
   * `true` where they do not is refused: `INVALID_OPTION`, or `UNSUPPORTED` with the transport's reason.
   */
  readonly enableIdempotence?: boolean | undefined
  /**
   * Write in transactions, with `producer.transaction`, under this name: whoever opens a producer with the same one fences
   * this one, and aborts what it left open. One for each producer that runs at the same time, and the same after a restart.
   * Needs idempotence, and a transport with transactions: `UNSUPPORTED`.
   */
  readonly transactionalId?: string | undefined
  /** Milliseconds after which the cluster aborts a transaction that is not ended. Default 60,000. */
  readonly transactionTimeoutMs?: number | undefined
  /** Default `'none'`. */
  readonly compressionType?: CompressionType | undefined
  /**
   * Milliseconds that a batch of an idle partition waits for company. Default 0 (Java 4: 5): one batch is in flight per
   * partition and the next fills meanwhile, so batches grow with the load without anybody waiting.
   */
  readonly lingerMs?: number | undefined
  /**
   * The most bytes of one batch, before compression. Default 1,000,000 (Java: 16,384, which it also allocates): here a
   * batch grows only while its predecessor is in flight, and this stays under a broker's `max.message.bytes` of
   * 1,048,588. `maxRequestSize` bounds it too.
   */
  readonly batchSize?: number | undefined
  /** The most records of one batch. Default 10,000 (Java has no such limit; it bounds one turn of the event loop). */
  readonly maxBatchRecords?: number | undefined
  /** Bytes of the records that are in batches without a result yet. Default 33,554,432. */
  readonly bufferMemory?: number | undefined
  /** Milliseconds that one `send` may wait for metadata and for buffer memory together. Default 60,000. */
  readonly maxBlockMs?: number | undefined
  /** The most bytes of one record, encoded and before compression. Default 1,048,576. */
  readonly maxRequestSize?: number | undefined
  /**
   * Milliseconds from a batch's first record until it is given up. At least `lingerMs + requestTimeoutMs`. Default
   * 120,000, or that sum where it is more. A write that is under way then is waited for, at most `requestTimeoutMs`.
   */
  readonly deliveryTimeoutMs?: number | undefined
  /** Milliseconds that one write may wait for its answer. Default 30,000. */
  readonly requestTimeoutMs?: number | undefined
  /**
   * Milliseconds before the first retry; doubles with each, ±20 % by chance. Where the transport already knows the
   * partition's new leader there is no pause, as in Java (KIP-951). Default 100.
   */
  readonly retryBackoffMs?: number | undefined
  /** The longest pause between two attempts, in milliseconds. Default 1,000. */
  readonly retryBackoffMaxMs?: number | undefined
  /** Attempts after the first. Default: as many as `deliveryTimeoutMs` allows (Java: 2,147,483,647, the same). */
  readonly retries?: number | undefined
  /** Milliseconds after which a topic's partitions are asked for again. Default 300,000. */
  readonly metadataMaxAgeMs?: number | undefined
  /** What happens behind a record that failed for good. Default `'halt-key'` (Java's client can only `continue`). */
  readonly onFailure?: FailurePolicyName | undefined
  /**
   * The most keys of one topic that are remembered as halted. Where a failure would pass it, its whole partition is
   * halted instead, so that memory stays bounded and the promise stays kept. Default 100,000.
   */
  readonly maxHaltedKeys?: number | undefined
  /** Time and chance. Default: the transport's. */
  readonly clock?: Clock | undefined
  /** Observers. Default: none, at no cost. */
  readonly hooks?: ProducerHooks | undefined
}
