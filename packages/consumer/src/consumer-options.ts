import type {
  AutoOffsetReset,
  Clock,
  Deserializer,
  GroupProtocol,
  IsolationLevel,
  ManualPartition,
  PartitionAssignmentStrategy,
  Transport,
} from '@partita/protocol'
import type { OnExhausted, RetryPolicy } from './failure-policy.ts'
import type { Handler } from './handler.ts'
import type { ConsumerHooks } from './hooks.ts'
import type { Ordering } from './lane-table.ts'

/**
 * What a consumer is told. Names and defaults are Java's where Java has the option. Times in milliseconds, sizes in bytes.
 * Either it is a member of a group, with `groupId` and `topics`, or it reads the `partitions` that it is given.
 */
export type ConsumerOptions<K = Uint8Array, V = Uint8Array> = HandlingOptions<K, V> & (GroupOptions | ManualOptions)

/** A member of a group, which shares out the partitions of its topics. */
export interface GroupOptions {
  readonly groupId: string
  /** At least one. */
  readonly topics: readonly string[]
  readonly partitions?: undefined
  /**
   * `'classic'` (default): the members share out the partitions themselves. `'consumer'`: the brokers do (KIP-848; Kafka
   * 4), and a rebalance stops nobody but who gives something up. All members of a group need the same.
   */
  readonly groupProtocol?: GroupProtocol | undefined
  /** With `groupProtocol: 'consumer'`: the brokers' assignor, `uniform` or `range`. Default: the brokers' choice. */
  readonly groupRemoteAssignor?: string | undefined
  /**
   * With the classic protocol: how the members share out the partitions, the way liked best first. All members of a group
   * need one in common. `'range'` and `'roundrobin'` are eager: every partition is given up in every rebalance. Default: the
   * transport's, `['cooperative-sticky']` where it can.
   */
  readonly partitionAssignmentStrategy?: readonly PartitionAssignmentStrategy[] | undefined
  /** Default 45,000. With `groupProtocol: 'consumer'` the brokers have their own besides. */
  readonly sessionTimeoutMs?: number | undefined
  /** Default 3,000; with `groupProtocol: 'consumer'` the brokers say. Must be less than `sessionTimeoutMs`; a third of it or less leaves room for one that is late. */
  readonly heartbeatIntervalMs?: number | undefined
  /**
   * Default 60,000. Java sends `max.poll.interval.ms` (300,000) here, since a member there can only answer between two polls.
   * Here nothing but the draining of handlers delays the answer, and the whole group waits for it.
   */
  readonly rebalanceTimeoutMs?: number | undefined
  /** Makes the member a static one. Default: none. */
  readonly groupInstanceId?: string | undefined
}

/** Partitions that the application chose by itself: nobody shares them, and they are never taken away. Java: `assign`. */
export interface ManualOptions {
  /**
   * At least one. With an `offset` it is read from there; else from where the group committed, and without such from where
   * `autoOffsetReset` says.
   */
  readonly partitions: readonly ManualPartition[]
  /** Where progress is committed; no member may be in the group. Default: none, and nothing is committed. */
  readonly groupId?: string | undefined
  readonly topics?: undefined
}

/** What is done with the records, wherever they come from. */
export interface HandlingOptions<K = Uint8Array, V = Uint8Array> {
  /** The way to the cluster; the consumer opens its own session there and closes it. */
  readonly transport: Pick<Transport, 'clock' | 'openConsumer'>
  readonly handler: Handler<K, V>
  /** What is kept in order. Default `'key'`. */
  readonly ordering?: Ordering | undefined
  /** So many handlers run at once at most. Default 64. */
  readonly maxConcurrency?: number | undefined
  /** Default `bytesSerde`: keys are `Uint8Array`. */
  readonly keyDeserializer?: Deserializer<K> | undefined
  /** Default `bytesSerde`: values are `Uint8Array`. */
  readonly valueDeserializer?: Deserializer<V> | undefined

  /** Default: tries without end. */
  readonly retry?: Partial<RetryPolicy> | undefined
  /**
   * What becomes of a record whose attempts are used up, or that cannot be deserialized (which no attempt would change).
   * `'stop'` (default): the consumer closes and `run()` rejects with `HANDLER_FAILED`; the record is not committed.
   * `'skip'`: it counts as finished. A function takes it over; when that fails, it is one more failed attempt.
   */
  readonly onExhausted?: OnExhausted | undefined

  /** Where to start without a committed offset. Default `'latest'`. */
  readonly autoOffsetReset?: AutoOffsetReset | undefined
  /** Default `'read_uncommitted'`. */
  readonly isolationLevel?: IsolationLevel | undefined
  /** Default 1. */
  readonly fetchMinBytes?: number | undefined
  /** Default 52,428,800. */
  readonly fetchMaxBytes?: number | undefined
  /** Default 1,048,576. */
  readonly maxPartitionFetchBytes?: number | undefined
  /** Default 500. */
  readonly fetchMaxWaitMs?: number | undefined
  /** Default: none. */
  readonly clientRack?: string | undefined
  /** What is finished is committed so often; besides when partitions are given up. Default 5,000. */
  readonly autoCommitIntervalMs?: number | undefined
  /** The brokers' `offset.metadata.max.bytes`: so long may the map of finished records be. Default 4,096. */
  readonly offsetMetadataMaxBytes?: number | undefined

  /**
   * Keys and values that were fetched and are not finished. Each assigned partition has an even share, so that one that is
   * stuck leaves the others theirs: at its share fetching it pauses, at half of it it goes on. What one fetch brings may
   * overshoot it. Default 67,108,864.
   */
  readonly maxBufferedBytes?: number | undefined
  /** Records of one partition that were fetched and are not finished; works as `maxBufferedBytes` does. Default 10,000. */
  readonly maxBufferedRecords?: number | undefined
  /**
   * When more records than this wait for one key of a partition, nothing behind them is looked at until half of them are done:
   * so far may others overtake a key that is stuck. Default 5,000.
   */
  readonly maxBufferedRecordsPerKey?: number | undefined

  /** `close()` takes so long at most. Default 30,000. */
  readonly closeTimeoutMs?: number | undefined
  /** Closes the consumer when it fires. */
  readonly closeOn?: AbortSignal | undefined
  /** Signals of the process that close the consumer, such as `['SIGTERM', 'SIGINT']`. Default: none. */
  readonly closeOnSignals?: readonly string[] | undefined
  /** Default: the transport's. */
  readonly clock?: Clock | undefined
  readonly hooks?: ConsumerHooks | undefined
}
