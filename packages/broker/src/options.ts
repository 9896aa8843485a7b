import type { Clock } from '@partita/protocol'
import type { SaslOptions } from './sasl/sasl-options.ts'

/** A topic that is there from the start. */
export interface TopicOptions {
  /** Default: `numPartitions`. */
  readonly partitions?: number | undefined
  /** On how many nodes it is. Default: the broker's `default.replication.factor`. */
  readonly replicationFactor?: number | undefined
  /** Settings by Kafka's own names: `{ 'cleanup.policy': 'compact' }`. */
  readonly configs?: ConfigValues | undefined
}

/** Settings by Kafka's own names. */
export type ConfigValues = Readonly<Record<string, string | number | boolean>>

/** One of several nodes. */
export interface NodeOptions {
  /** Where it stands (Kafka's `broker.rack`): consumers with the same `client.rack` may read from it. Default: nowhere. */
  readonly rack?: string | undefined
}

/** What a broker is to be, however it is reached. */
export interface BrokerOptions {
  /** Topics that are there from the start, each with its number of partitions or more. Default: none. */
  readonly topics?: Readonly<Record<string, number | TopicOptions>> | undefined
  /** Whether asking for the metadata of an unknown topic creates it. Default `true`, as Kafka's. */
  readonly autoCreateTopics?: boolean | undefined
  /** The partitions of a topic that is created without saying how many. Default 1, as Kafka's. */
  readonly numPartitions?: number | undefined
  /**
   * How many nodes to be, or what each of them is: a cluster in one process, each node with an address of its own. Leaders,
   * coordinators and the controller are spread over them; what they know they share. At most 100. Default 1.
   */
  readonly nodes?: number | readonly NodeOptions[] | undefined
  /** The id of the first node; the others count on from it. Default 1. */
  readonly nodeId?: number | undefined
  /** The broker's settings by Kafka's own names: `{ 'message.max.bytes': 2000 }`. Default: see the README. */
  readonly configs?: ConfigValues | undefined
  /** Who may connect, over TCP as in memory. Default: everyone, and nobody is asked who they are. */
  readonly sasl?: SaslOptions | undefined
  /** Time and chance. Default: the host's. */
  readonly clock?: Clock | undefined
  /**
   * Gets one line about each connection that the broker closes because of what came over it (a frame it cannot read, an
   * API or version that it does not serve), and about what it takes otherwise than Kafka. Default: nothing is said.
   */
  readonly onWarning?: ((message: string) => void) | undefined
}

/** TLS: keys and certificates in PEM, as text or as the bytes of a file. */
export interface TlsOptions {
  /** The private key. */
  readonly key: string | Uint8Array
  /** The certificate, with those between it and the authority behind it. */
  readonly cert: string | Uint8Array
  /** For a key that is encrypted. */
  readonly passphrase?: string | undefined
  /** Whose certificates of clients are taken, with `requestCert`. Default: the authorities that Node knows. */
  readonly ca?: string | Uint8Array | undefined
  /** Clients have to show a certificate, too (`ssl.client.auth=required`). Default `false`. */
  readonly requestCert?: boolean | undefined
}

/** Where a broker listens, besides what it is. */
export interface ListenOptions extends BrokerOptions {
  /**
   * The address to listen at. `localhost` is both loopback addresses, of IPv4 and IPv6. Default `127.0.0.1`.
   */
  readonly host?: string | undefined
  /**
   * What clients are told to connect to. Default: the address that is listened at; of `localhost` 127.0.0.1, which every
   * client reaches; of `0.0.0.0` and `::` the name of this machine, as Kafka's `advertised.listeners`.
   */
  readonly advertisedHost?: string | undefined
  /** TLS on all connections over TCP. Default: none. */
  readonly tls?: TlsOptions | undefined
  /** Of the first node; the others take those that follow. Default 0: for each node one that is free. */
  readonly port?: number | undefined
  /** Allows an address that other machines can reach. See `tls` and `sasl` for who may come and who may listen in. Default `false`. */
  readonly allowRemote?: boolean | undefined
  /**
   * A folder for all that the broker keeps: it is there again at the next start. It is made where it does not exist, and
   * used by one broker at a time. Default: everything is in memory, and gone when the broker is closed.
   */
  readonly dataDir?: string | undefined
  /**
   * With `dataDir`: when what was written is made to outlive the machine, not just the process. `never`: when the broker is
   * closed; `interval`: every second as well; `always`: before it is acknowledged. Default `never`, as Kafka's.
   */
  readonly fsync?: 'never' | 'interval' | 'always' | undefined
}
