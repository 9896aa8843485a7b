import type { Clock } from '@partita/protocol'
import type { Api, RequestInput, ResponseOf } from '@partita/wire'
import type { FrameMemory } from '../network/frame-memory.ts'

/** A partition as the cluster's metadata tells it. */
export interface PartitionMetadata {
  readonly partition: number
  /** Node id, -1 where there is none at the moment. */
  readonly leader: number
  /** -1 where the broker is too old to tell. */
  readonly leaderEpoch: number
}

export interface TopicMetadata {
  readonly topic: string
  /** As wire's uuid; all zeros where the broker is too old to tell. */
  readonly topicId: string
  /** Element `i` is partition `i`. */
  readonly partitions: readonly PartitionMetadata[]
}

/**
 * Requests of one lane to one node share a connection and are answered in order, so a request that the broker keeps
 * waiting holds up those behind it. What may wait long has a lane of its own.
 */
export type Lane = 'main' | 'fetch' | 'group'

export interface RequestOptions {
  /** Milliseconds from the call to the answer, connecting included. Default: the transport's `requestTimeoutMs`. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Default `main`. */
  readonly lane?: Lane | undefined
  /** Of the request. Default: the highest that both sides know. */
  readonly atMostVersion?: number | undefined
  /** Where a long answer is put, for whoever says when its bytes are no longer needed. Default: new memory. */
  readonly memory?: FrameMemory | undefined
}

/**
 * The cluster as a session sees it: its nodes, who leads what, and a way to ask them. It retries nothing; whoever asks
 * knows whether asking again is safe.
 */
export interface Cluster {
  readonly clock: Clock
  readonly clientId: string
  /**
   * Sends one request to a node and gives the decoded answer; error codes inside the answer are the caller's to read.
   * Rejects with a `PartitaError`: `CONNECTION_FAILED` or `REQUEST_TIMEOUT` (retriable), `ABORTED` or `CLOSED`, each
   * ambiguous once the request's bytes were handed to the connection; `AUTHENTICATION_FAILED`, `UNSUPPORTED_VERSION`, or
   * `INVALID_OPTION` for a body that cannot be written. A request that times out takes its connection with it: no answer
   * behind it could come before its own.
   */
  request<A extends Api>(node: number, api: A, body: RequestInput<A>, options?: RequestOptions): Promise<ResponseOf<A>>
  /**
   * The same without an answer: Produce with `acks: 0`. Settles when the bytes were handed to the connection.
   */
  send<A extends Api>(node: number, api: A, body: RequestInput<A>, options?: RequestOptions): Promise<void>
  /** The version that `request` would use with a node; connects where that is not known yet. */
  versionOf(node: number, api: Api): Promise<number>
  /** The level of a feature that the cluster has agreed on, as a node tells it (KIP-584); 0 where there is none. */
  featureLevel(node: number, feature: string): Promise<number>
  /** Node ids that are known at the moment. */
  nodes(): readonly number[]
  /** Any node that can be reached; connects to the bootstrap addresses where nothing is known yet. */
  anyNode(options?: RequestOptions): Promise<number>
  /**
   * The controller, as the latest metadata tells it; `refresh` asks for news. Rejects with `NOT_CONTROLLER` (retriable)
   * where there is none.
   */
  controller(options?: RequestOptions & { readonly refresh?: boolean | undefined }): Promise<number>
  /** The group's (or transaction's) coordinator, from a cache until `forgetCoordinator`. */
  coordinator(type: 'group' | 'transaction', key: string, options?: RequestOptions): Promise<number>
  forgetCoordinator(type: 'group' | 'transaction', key: string): void
  /**
   * A topic's partitions: from a cache of `metadataMaxAgeMs` unless `refresh`; one request at a time, which asks for all
   * topics that are wanted at that moment. Rejects with `UNKNOWN_TOPIC_OR_PARTITION` (retriable), `INVALID_TOPIC_EXCEPTION`,
   * `TOPIC_AUTHORIZATION_FAILED`: one topic's error is not another's.
   */
  topic(name: string, options?: RequestOptions & { readonly refresh?: boolean | undefined }): Promise<TopicMetadata>
  /** What is known of a topic without asking. */
  cachedTopic(name: string): TopicMetadata | undefined
  /** The name of a topic by its id, where it is known. */
  topicName(topicId: string): string | undefined
  /**
   * Somebody learnt from an answer who leads a partition now (KIP-951). Ignored unless the epoch is newer than what is
   * known. `endpoint` comes with it where the node was not known.
   */
  learnLeader(
    topic: string,
    partition: number,
    leader: { readonly node: number; readonly leaderEpoch: number },
    endpoint?: { readonly host: string; readonly port: number },
  ): void
  /** Closes every connection; requests under way reject with `CLOSED`. Never rejects. */
  close(): Promise<void>
}

/** Makes a cluster for one session: a session's connections are its own. */
export type OpenCluster = () => Cluster
