import kafkajs, { type KafkaConfig } from 'kafkajs'
import { PartitaError } from '@partita/protocol'
import type { BrokerApi } from './broker-api.ts'
import { careForPool, destroyPool, type ConnectionPool } from './connection-care.ts'
import { connectFailure } from './errors.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** A connection to one broker, through kafkajs. */
export interface BrokerLink {
  readonly api: BrokerApi
  /** True once it broke or was closed: it does not come back, a new one has to be opened. */
  readonly broken: boolean
  /** Connects and authenticates. Rejects with `CONNECTION_FAILED`, `AUTHENTICATION_FAILED` or `UNSUPPORTED`. */
  connect(): Promise<void>
  /** Ends the connection; requests under way fail with `error`. Never rejects. */
  destroy(error: PartitaError): Promise<void>
}

/** Where a session's brokers come from; tests bring their own. */
export interface BrokerSource {
  /** The addresses to begin with. */
  seeds(): Promise<readonly Address[]>
  open(address: Address): Promise<BrokerLink>
}

/** What one session wants of kafkajs, on top of the user's configuration. */
export interface SessionSettings {
  readonly requestTimeoutMs: number
  /** Whether asking for a topic's metadata may create it, where the broker's `auto.create.topics.enable` says so. */
  readonly allowAutoTopicCreation: boolean
}

/** kafkajs's own second is too short for a TLS handshake across regions; Java's `socket.connection.setup.timeout.ms`. */
const defaultConnectionTimeoutMs = 10_000

/** The parts of kafkajs's `Cluster` that are used: its makers of connections and of brokers. */
interface Cluster {
  readonly rootLogger: object
  readonly connectionPoolBuilder: { build(address: Address): Promise<ConnectionPool> }
  readonly brokerPool: {
    createBroker(parts: { connectionPool: ConnectionPool; logger: object }): BrokerApi & { connect(): Promise<void> }
  }
}

/**
 * kafkajs's connections (sockets, TLS, SASL, request timeouts, throttling) and its codecs, without its producer,
 * consumer and admin. Each session has a `Kafka` of its own: one object's clients share their state.
 */
export function kafkajsBrokers(config: KafkaConfig, settings: SessionSettings): BrokerSource {
  const cluster = openCluster(config, settings)
  return {
    async seeds() {
      return parseBrokers(typeof config.brokers === 'function' ? await callForBrokers(config.brokers) : config.brokers)
    },
    async open(address) {
      const connectionPool = await cluster.connectionPoolBuilder.build(address)
      checkShape(connectionPool)
      return link(cluster, connectionPool, address)
    },
  }
}

function link(cluster: Cluster, pool: ConnectionPool, address: Address): BrokerLink {
  const name = `${address.host}:${address.port}`
  const broker = cluster.brokerPool.createBroker({ connectionPool: pool, logger: cluster.rootLogger })
  let broken = false
  const destroy = async (error: Error): Promise<void> => {
    if (broken) return
    broken = true
    await destroyPool(pool, error)
  }
  careForPool(
    pool,
    () => broken,
    (error) => void destroy(error),
  )
  return {
    api: broker,
    get broken() {
      return broken
    },
    async connect() {
      try {
        await broker.connect()
      } catch (error) {
        const failure = connectFailure(error, name)
        await destroy(failure)
        throw failure
      }
    },
    destroy,
  }
}

/**
 * The `Cluster` that kafkajs's clients are made of. The factory of it is a member of every `Kafka` under a symbol; that
 * and what is used of it have been the same since 2.0, and there will be no other version (the last was in 2023).
 */
function openCluster(config: KafkaConfig, settings: SessionSettings): Cluster {
  const kafka: object = new kafkajs.Kafka({
    connectionTimeout: defaultConnectionTimeoutMs,
    // Nothing: kafkajs logs an error for each failed attempt, also those after which all goes well. What matters
    // arrives as a rejection, an event or a hook.
    logLevel: kafkajs.logLevel.NOTHING,
    ...config,
    // It writes into the object; a user may share it between transports.
    ...(config.sasl === undefined ? {} : { sasl: { ...config.sasl } }),
    requestTimeout: settings.requestTimeoutMs,
    enforceRequestTimeout: true,
  })
  const symbol = Object.getOwnPropertySymbols(kafka).find((each) => each.description === 'private:Kafka:createCluster')
  const create = symbol === undefined ? undefined : (kafka as { [key: symbol]: unknown })[symbol]
  if (typeof create !== 'function') throw otherKafkajs('`Kafka` has no maker of clusters')
  const cluster = create({ allowAutoTopicCreation: settings.allowAutoTopicCreation }) as Partial<Cluster>
  if (typeof cluster.connectionPoolBuilder?.build !== 'function') throw otherKafkajs('no maker of connections')
  if (typeof cluster.brokerPool?.createBroker !== 'function') throw otherKafkajs('no maker of brokers')
  return cluster as Cluster
}

function checkShape(pool: Partial<ConnectionPool>): void {
  const connection = pool.pool?.[0]
  const methods = [
    pool.send,
    pool.getConnectionByRequest,
    connection?.connect,
    connection?.disconnect,
    connection?.rejectRequests,
    connection?.requestQueue.scheduleCheckPendingRequests,
    connection?.requestQueue.scheduleRequestTimeoutCheck,
  ]
  if (methods.some((each) => typeof each !== 'function')) throw otherKafkajs('its connections are made otherwise')
}

function otherKafkajs(what: string): PartitaError {
  const text = `This transport is made for kafkajs 2.2.4 and the installed one is another: ${what}. Install kafkajs@2.2.4.`
  return new PartitaError('UNSUPPORTED', text, { api: 'kafkajsTransport' })
}

async function callForBrokers(brokers: () => unknown): Promise<unknown> {
  try {
    return await brokers()
  } catch (cause) {
    const text = 'The function given as `brokers` threw; see the cause.'
    throw new PartitaError('CONNECTION_FAILED', text, { api: 'brokers', retriable: true, cause })
  }
}

/** `host:port` each, `[address]:port` for IPv6. */
export function parseBrokers(list: unknown): readonly Address[] {
  if (!Array.isArray(list) || list.length === 0) {
    throw new PartitaError('INVALID_OPTION', '`brokers` must be a list of `host:port`, with at least one in it.', {
      api: 'brokers',
    })
  }
  return list.map((each: unknown) => {
    const match = typeof each === 'string' ? /^\[?([^\]\s]+?)\]?:(\d{1,5})$/.exec(each.trim()) : null
    const port = Number(match?.[2])
    if (match !== null && port > 0 && port < 65_536) return { host: match[1]!, port }
    throw new PartitaError('INVALID_OPTION', `\`brokers\` must hold \`host:port\` only; got ${JSON.stringify(each)}.`, {
      api: 'brokers',
    })
  })
}
