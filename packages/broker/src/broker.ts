import type { FetchedRecord } from '@partita/protocol'
import type { BrokerControl } from './control/broker-control.ts'
import type { GroupState } from './groups/group.ts'
import type { MemoryConnection } from './memory-connection.ts'
import type { ConfigValues } from './options.ts'

/** A topic as it is now. */
export interface TopicSnapshot {
  readonly name: string
  readonly partitions: number
}

/** A node as it is now. */
export interface NodeSnapshot {
  readonly id: number
  /** Where clients are told to find it. */
  readonly host: string
  readonly port: number
  readonly rack: string | null
  readonly isUp: boolean
}

/** A group as it is now. */
export interface GroupSnapshot {
  readonly groupId: string
  readonly state: GroupState
  /** By the new protocol (KIP-848): the group's epoch. */
  readonly generation: number
  readonly members: readonly {
    readonly memberId: string
    readonly groupInstanceId: string | null
    readonly clientId: string
  }[]
  /** What the group has committed. */
  readonly offsets: readonly {
    readonly topic: string
    readonly partition: number
    readonly offset: number
    readonly metadata: string
  }[]
}

/** What to wait for; everything that is given must hold. */
export interface GroupExpectation {
  readonly members?: number | undefined
  readonly state?: GroupState | undefined
  /** Default 10,000 milliseconds. */
  readonly timeoutMs?: number | undefined
}

/**
 * Names that nobody else on the broker has, for one test. What begins with the prefix belongs to it: also topics that
 * clients made by asking for them.
 */
export interface Namespace extends Disposable {
  /** What all its names begin with: `test-3-`. */
  readonly prefix: string
  /** The name with the prefix before it, the same each time: for topics, groups, transactional ids, whatever you need. */
  name(name: string): string
  /**
   * Creates a topic and gives its whole name: `topic('orders', 12)` is `test-3-orders`.
   * @param partitions default: the broker's `num.partitions`
   * @throws PartitaError as `createTopic` of the broker
   */
  topic(name: string, partitions?: number, configs?: ConfigValues): string
  /** The whole name of a group, which comes to be when somebody joins it. Default `group`. */
  group(name?: string): string
  topics(): TopicSnapshot[]
  groups(): GroupSnapshot[]
  /**
   * Deletes its topics, and its groups but for those that still have members: those are in `groups()` then, and somebody
   * has not closed a consumer. New topics and groups may follow.
   */
  delete(): void
}

/** A Kafka broker in this process, reached in memory. Without a data folder what it keeps is gone when it is closed. */
export interface MemoryBroker extends AsyncDisposable {
  /** Faults to cause, nodes to stop and leaders to move, requests to watch. */
  readonly control: BrokerControl
  /**
   * A connection that needs no socket.
   * @param address the node with this address, as `nodes()` or metadata tells it. Default, and for any other address: the
   *   first node that is up.
   * @throws PartitaError `CLOSED` once the broker is closed; `CONNECTION_FAILED` where the node is down
   */
  connect(address?: { readonly host: string; readonly port: number }): MemoryConnection
  /** The nodes, by id, whether up or not. Unless the broker listens over TCP, their addresses are `node-1:9092` and so on. */
  nodes(): NodeSnapshot[]
  /**
   * @param partitions default: the broker's `num.partitions`
   * @throws PartitaError `TOPIC_ALREADY_EXISTS`, `INVALID_TOPIC_EXCEPTION`, `INVALID_PARTITIONS`, `INVALID_CONFIG`
   */
  createTopic(name: string, partitions?: number, configs?: ConfigValues): void
  /** Throws `UNKNOWN_TOPIC_OR_PARTITION`. */
  deleteTopic(name: string): void
  topics(): TopicSnapshot[]
  /**
   * All records of a partition, in order, read from the log itself: also those of transactions that are open or aborted.
   * @throws PartitaError `UNKNOWN_TOPIC_OR_PARTITION`; `MISSING_PACKAGE` for a compression whose package is not installed
   */
  log(topic: string, partition: number): Promise<FetchedRecord[]>
  groups(): GroupSnapshot[]
  group(groupId: string): GroupSnapshot | undefined
  /** Settles when the group is as expected. Rejects with `REQUEST_TIMED_OUT`, and with `CLOSED` when the broker closes. */
  waitForGroup(groupId: string, expected: GroupExpectation): Promise<GroupSnapshot>
  /**
   * Names of its own for a test, so that tests can share the broker.
   * @param label what the names begin with, before a number. Default `test`.
   */
  namespace(label?: string): Namespace
  /** Closes all connections and ends everything that waits; settles when all is written. Never rejects; may be called twice. */
  close(): Promise<void>
}

/** A broker that listens over TCP as well. */
export interface Broker extends MemoryBroker {
  /** Where clients find it, an address per node: `['127.0.0.1:51234']`. */
  readonly bootstrap: string[]
  /** What it listens at: the same, or for `localhost` `['127.0.0.1:51234', '[::1]:51234']`. */
  readonly addresses: string[]
  /** Of the first node. */
  readonly port: number
}
