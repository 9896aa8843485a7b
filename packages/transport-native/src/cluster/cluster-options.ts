import { integerOption, nameOption, PartitaError, systemClock, type Clock } from '@partita/protocol'
import type { Connector, Endpoint } from '../network/connector.ts'
import type { ConnectionSettings } from '../network/open-connection.ts'
import { parseAddress } from '../network/parse-address.ts'
import { checkSasl, type SaslOptions } from '../network/sasl/sasl-options.ts'

/** How a session reaches its cluster. Times in milliseconds. */
export interface ClusterOptions {
  /** Where to begin (Java: `bootstrap.servers`): `host:port`, or `[::1]:9092`. The other nodes are learnt from these. */
  readonly brokers: readonly string[]
  readonly connector: Connector
  /** The name under which brokers log and count this client. Default `partita`. */
  readonly clientId?: string | undefined
  /** Default: no authentication. */
  readonly sasl?: SaslOptions | undefined
  /** From a request's call to its answer. Default 30,000. */
  readonly requestTimeoutMs?: number | undefined
  /** How long metadata is good for. Default 300,000. */
  readonly metadataMaxAgeMs?: number | undefined
  /** A connection that is not used for so long is closed. Default 540,000: brokers do so after ten minutes. */
  readonly connectionsMaxIdleMs?: number | undefined
  /** The pause after the first attempt to connect to a node that failed; it doubles with each. Default 50. */
  readonly reconnectBackoffMs?: number | undefined
  /** Default 1,000. */
  readonly reconnectBackoffMaxMs?: number | undefined
  /** How long a connection may take until bytes can be sent. Default 10,000. */
  readonly socketConnectionSetupTimeoutMs?: number | undefined
  /** Whether asking for an unknown topic may create it, where the broker allows that too. Default `false`. */
  readonly allowAutoTopicCreation?: boolean | undefined
  /** Default: the host's. */
  readonly clock?: Clock | undefined
}

/** {@link ClusterOptions}, checked and complete. */
export interface ClusterSettings extends ConnectionSettings {
  readonly bootstrap: readonly Endpoint[]
  readonly metadataMaxAgeMs: number
  readonly reconnectBackoffMs: number
  readonly reconnectBackoffMaxMs: number
  readonly allowAutoTopicCreation: boolean
}

/** Timers of a host fire at once beyond this. */
const longestMs = 0x7fffffff

/** @throws PartitaError `INVALID_OPTION` naming the option */
export function clusterSettings(options: ClusterOptions): ClusterSettings {
  const { connector, allowAutoTopicCreation = false, clientId = 'partita', clock = systemClock, sasl } = options
  if (typeof connector?.connect !== 'function') {
    throw new PartitaError('INVALID_OPTION', 'connector must be an object with a connect method.', { api: 'connector' })
  }
  const reconnectBackoffMs = milliseconds('reconnectBackoffMs', options.reconnectBackoffMs ?? 50, 0)
  return {
    bootstrap: addresses(options.brokers),
    connector,
    clientId: nameOption('clientId', clientId),
    clock,
    sasl: sasl === undefined ? undefined : checkSasl(sasl),
    requestTimeoutMs: milliseconds('requestTimeoutMs', options.requestTimeoutMs ?? 30_000),
    metadataMaxAgeMs: milliseconds('metadataMaxAgeMs', options.metadataMaxAgeMs ?? 300_000, 0),
    connectionsMaxIdleMs: milliseconds('connectionsMaxIdleMs', options.connectionsMaxIdleMs ?? 540_000),
    reconnectBackoffMs,
    reconnectBackoffMaxMs: milliseconds(
      'reconnectBackoffMaxMs',
      options.reconnectBackoffMaxMs ?? Math.max(1_000, reconnectBackoffMs),
      reconnectBackoffMs,
    ),
    socketConnectionSetupTimeoutMs: milliseconds(
      'socketConnectionSetupTimeoutMs',
      options.socketConnectionSetupTimeoutMs ?? 10_000,
    ),
    allowAutoTopicCreation,
  }
}

function milliseconds(name: string, value: number, min = 1): number {
  return integerOption(name, value, { min, max: longestMs })
}

function addresses(brokers: readonly string[]): Endpoint[] {
  if (Array.isArray(brokers) && brokers.length > 0) return brokers.map((address) => parseAddress('brokers', address))
  throw new PartitaError('INVALID_OPTION', 'brokers must be a list of at least one "host:port".', { api: 'brokers' })
}
