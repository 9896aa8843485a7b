import type { KafkaErrorName, TopicPartition } from '@partita/protocol'
import type { Api, RequestOf, ResponseInput } from '@partita/wire'
import type { ClusterNode } from '../cluster/cluster-node.ts'
import type { CoordinatorKind } from '../cluster/cluster.ts'
import type { ConnectionSasl } from '../sasl/connection-sasl.ts'
import type { BrokerState } from './broker-state.ts'

/** Who sends a request, as far as they say. */
export interface Client {
  /** The address of the other end of the connection. */
  readonly address: string
  readonly host: string
  /** From the request; a client may use several. */
  readonly id: string | null
  /** Name and version of the client library, once an ApiVersions request (version 3 or later) told them. */
  readonly software: string | undefined
}

/** What a handler may look at besides the request. */
export interface RequestContext {
  readonly version: number
  readonly client: Client
  /** The node that the request came to. */
  readonly node: ClusterNode
  readonly broker: BrokerState
  /** What a fault rule wants one partition of the request to be refused with. */
  readonly injectedError: (topic: string, partition: number) => KafkaErrorName | undefined
  /** Calls back when the connection closes, unless the returned function is called before. */
  readonly onClose: (listener: () => void) => () => void
  /** Where the connection stands in proving who it is; `undefined` where nobody is asked. */
  readonly sasl: ConnectionSasl | undefined
  /** Remembers what an ApiVersions request tells of the client. */
  readonly introduce: (software: string) => void
}

/** `undefined`: there is nothing to answer. A handler that throws has the connection closed, with a warning. */
export type Answer<A extends Api> = ResponseInput<A> | undefined

/** A group or a transactional id, which one node keeps for all. */
export interface Coordinated {
  readonly kind: CoordinatorKind
  readonly key: string
}

/** One API as this broker serves it. Each is declared in the file of its handler. */
export interface ServedApi<A extends Api = Api> {
  readonly api: A
  /** The first and the last version that are answered. */
  readonly versions: readonly [first: number, last: number]
  /** Where more has to be advertised than is served. Default: the first of `versions`. */
  readonly advertisedFrom?: number
  /**
   * Of a handler that waits for the storage by itself, or never writes: its answer is not held back. Default: an answer is
   * held back until what was written since the request came is as safe as it has been asked to be.
   */
  readonly settlesStorage?: true
  handle(request: RequestOf<A>, context: RequestContext): Answer<A> | Promise<Answer<A>>
  /**
   * The answer that refuses the request as a whole. Left out by the APIs that answer for each partition by itself: their
   * handlers ask `injectedError` instead.
   */
  refuse?(request: RequestOf<A>, errorCode: number, context: RequestContext): ResponseInput<A>
  /**
   * Of an API whose requests are about one group or transactional id: any node but its coordinator refuses them, also
   * those that still wait when the coordinator moves. `undefined`: this one is for any node.
   */
  coordinated?(request: RequestOf<A>, version: number): Coordinated | undefined
  /**
   * Up to this version any node but the controller refuses: clients of that time look for it. Since KIP-590 (Kafka 2.8)
   * nodes hand such requests on, and clients send them anywhere. Default: any node serves all versions.
   */
  readonly controllerUpTo?: number
  /** The partitions that a request is about, for fault rules that name a topic. */
  partitionsOf?(request: RequestOf<A>, broker: BrokerState): Iterable<TopicPartition>
}

/** Declares how an API is served, checked against its schema; from here on it is one of many. */
export function serve<A extends Api>(served: ServedApi<A>): ServedApi {
  return served as unknown as ServedApi
}
