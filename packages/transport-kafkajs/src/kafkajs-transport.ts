import { systemClock, type Clock, type Transport } from '@partita/protocol'
import type { KafkaConfig } from 'kafkajs'
import { KafkajsAdmin } from './admin-session.ts'
import { ClusterSession } from './cluster-session.ts'
import { KafkajsConsumer } from './consumer-session.ts'
import { kafkajsGuarantees } from './guarantees.ts'
import { kafkajsBrokers, parseBrokers } from './kafkajs-brokers.ts'
import { KafkajsProducer } from './producer-session.ts'

/**
 * What kafkajs's `new Kafka(…)` takes, as it is: `brokers` (a list of `host:port`, or a function that gives one), `ssl`,
 * `sasl`, `clientId`, `authenticationTimeout`, `reauthenticationThreshold`, `socketFactory`, `logCreator` and
 *
 * - `connectionTimeout`: milliseconds; default 10,000 rather than kafkajs's 1,000, which is short for a TLS handshake
 *   with a broker that is far or busy;
 * - `requestTimeout`: milliseconds; default 30,000. A producer's is its own `requestTimeoutMs`;
 * - `logLevel`: default `NOTHING`. kafkajs logs an error for each attempt that failed, also where the next succeeds; what
 *   matters arrives as a rejection or an event;
 * - `retry` and `enforceRequestTimeout` have no effect: whoever stands on the transport retries, and every request ends.
 */
export interface KafkajsTransportConfig extends KafkaConfig {
  /** Where time and chance come from. Default: the host's. */
  readonly clock?: Clock | undefined
}

/** kafkajs's default for `requestTimeout`, and Java's for `request.timeout.ms`. */
const defaultRequestTimeoutMs = 30_000

/**
 * Partita's ports over kafkajs 2.2.4. Opens nothing by itself: each session connects when it is first used, with a
 * `Kafka` of its own.
 *
 * @throws PartitaError `INVALID_OPTION` where `brokers` is not a list of `host:port`
 */
export function kafkajsTransport(config: KafkajsTransportConfig): Transport {
  const { clock = systemClock, ...kafka } = config
  if (typeof kafka.brokers !== 'function') parseBrokers(kafka.brokers)
  const open = (allowAutoTopicCreation: boolean, requestTimeoutMs?: number): ClusterSession => {
    const timeout = requestTimeoutMs ?? kafka.requestTimeout ?? defaultRequestTimeoutMs
    return new ClusterSession(kafkajsBrokers(kafka, { requestTimeoutMs: timeout, allowAutoTopicCreation }), clock)
  }
  return {
    name: 'kafkajs',
    guarantees: kafkajsGuarantees,
    clock,
    // As Java's producer: whether an unknown topic is created is the broker's `auto.create.topics.enable` to say.
    openProducer: (options) => new KafkajsProducer(open(true, options.requestTimeoutMs), options),
    openConsumer: () => new KafkajsConsumer(open(false)),
    openAdmin: () => new KafkajsAdmin(open(false)),
  }
}
