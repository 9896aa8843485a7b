import type { ConnectionOptions } from 'node:tls'
import { PartitaError, systemClock, type Clock, type Transport } from '@partita/protocol'
import { createAdminSession } from './admin/admin-session.ts'
import type { Cluster } from './cluster/cluster.ts'
import { clusterSettings } from './cluster/cluster-options.ts'
import { createCluster } from './cluster/create-cluster.ts'
import { createConsumerSession } from './consumer/consumer-session.ts'
import { nativeGuarantees } from './guarantees.ts'
import type { Connector } from './network/connector.ts'
import { tcpConnector } from './network/tcp-connector.ts'
import type { SaslOptions } from './network/sasl/sasl-options.ts'
import { createProducerSession } from './producer/producer-session.ts'

/** How to reach a cluster. Times in milliseconds; names and defaults are those of Java's clients. */
export interface NativeTransportOptions {
  /** Where to begin (Java: `bootstrap.servers`): `['kafka-1:9092', '[::1]:9092']`. The other nodes are learnt from these. */
  readonly brokers: readonly string[]
  /** The name under which brokers log and count this client. Default `partita`. */
  readonly clientId?: string | undefined
  /**
   * TLS: `true`, or Node's options for it (`ca`, `cert`, `key`, `servername`…). Certificates are verified unless
   * `rejectUnauthorized` is `false`. Default `false`: plain TCP.
   */
  readonly ssl?: boolean | ConnectionOptions | undefined
  /** Who we are: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER. Default: nobody. */
  readonly sasl?: SaslOptions | undefined
  /** From a request's call to its answer; a producer's is its own `requestTimeoutMs`. Default 30,000. */
  readonly requestTimeoutMs?: number | undefined
  /** How long metadata is good for. Default 300,000. */
  readonly metadataMaxAgeMs?: number | undefined
  /** A connection that is not used for so long is closed. Default 540,000. */
  readonly connectionsMaxIdleMs?: number | undefined
  /** The pause after the first attempt to connect to a node that failed; it doubles with each. Default 50. */
  readonly reconnectBackoffMs?: number | undefined
  /** Default 1,000. */
  readonly reconnectBackoffMaxMs?: number | undefined
  /** How long a connection may take until bytes can be sent. Default 10,000. */
  readonly socketConnectionSetupTimeoutMs?: number | undefined
  /** What carries the bytes; it takes the place of `ssl`. Default: TCP. See `memoryConnector`. */
  readonly connector?: Connector | undefined
  /** Where time and chance come from. Default: the host's. */
  readonly clock?: Clock | undefined
}

/**
 * Partita's ports over Kafka's own protocol. Opens nothing by itself: each session connects when it is first used, with
 * connections of its own.
 *
 * @throws PartitaError `INVALID_OPTION` naming the option
 */
export function nativeTransport(options: NativeTransportOptions): Transport {
  const { ssl, clock = systemClock, connector = tcpConnector(tlsOptions(ssl)), ...rest } = options
  if (options.connector !== undefined && ssl !== undefined) {
    const text = 'ssl and connector cannot both be given: what carries the bytes decides whether they are encrypted.'
    throw new PartitaError('INVALID_OPTION', text, { api: 'ssl' })
  }
  const shared = { ...rest, connector, clock }
  const open = (own: { allowAutoTopicCreation?: boolean; requestTimeoutMs?: number } = {}): Cluster =>
    createCluster({ ...shared, ...own })
  const { requestTimeoutMs } = clusterSettings(shared)
  return {
    name: 'native',
    guarantees: nativeGuarantees,
    clock,
    openProducer(producer) {
      // As Java's producer: whether an unknown topic is created is the broker's `auto.create.topics.enable` to say.
      const cluster = open({ allowAutoTopicCreation: true, requestTimeoutMs: producer.requestTimeoutMs })
      return createProducerSession(cluster, producer)
    },
    openConsumer: () => createConsumerSession(open()),
    openAdmin: () => createAdminSession(open(), requestTimeoutMs),
  }
}

function tlsOptions(ssl: boolean | ConnectionOptions | undefined): ConnectionOptions | undefined {
  if (ssl === undefined || ssl === false) return undefined
  if (ssl === true) return {}
  if (typeof ssl === 'object' && ssl !== null) return ssl
  throw new PartitaError('INVALID_OPTION', `ssl must be true, false, or Node's TLS options; got ${String(ssl)}.`, {
    api: 'ssl',
  })
}
