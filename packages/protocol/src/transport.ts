import type { Clock } from './clock.ts'
import type { AdminTransport } from './admin-transport.ts'
import type { ConsumerTransport } from './consumer-transport.ts'
import type { ProducerTransport, ProducerTransportOptions } from './producer-transport.ts'

/**
 * What a transport can keep, each by name. A compliance case that needs one is skipped, by that name and with the
 * transport's own reason, where it is missing; the documentation's table is made of the same fields.
 */
export interface TransportGuarantees {
  /** A batch that is written again after an ambiguous failure is stored once. */
  readonly idempotentWrites: Guarantee
  /** One partition's failure leaves the other partitions' results of the same moment untouched. */
  readonly resultPerBatch: Guarantee
  /** `revoked` is awaited before a partition is given up. */
  readonly drainBeforeRevoke: Guarantee
  /** Partitions that stay with a member go on through a rebalance (KIP-429, KIP-848). */
  readonly cooperativeRebalance: Guarantee
  /** Groups whose coordinator shares out the partitions (KIP-848): `groupProtocol: 'consumer'`. */
  readonly consumerGroupProtocol: Guarantee
  /** Heartbeats go on while handlers run. */
  readonly backgroundHeartbeat: Guarantee
  /** Commit metadata travels both ways. */
  readonly commitMetadata: Guarantee
  /** Header names may repeat, and their order across different names is kept. */
  readonly orderedHeaders: Guarantee
  /** What a producer writes, and the offsets of what was consumed for it, count together or not at all (KIP-98, KIP-447). */
  readonly transactions: Guarantee
}

/** `true`, or the reason why not: a sentence for the documentation and for the skipped test. */
export type Guarantee = true | string

/**
 * A way to a Kafka cluster. It opens nothing by itself: each session connects when it is first used, belongs to whoever
 * opened it, and is closed by them. Made by a factory: `kafkajsTransport(…)`, `nativeTransport(…)`.
 */
export interface Transport {
  /** For people: `kafkajs`, `native`. */
  readonly name: string
  readonly guarantees: TransportGuarantees
  /** The time and chance that whoever stands on the transport shares with it. */
  readonly clock: Clock
  openProducer(options: ProducerTransportOptions): ProducerTransport
  openConsumer(): ConsumerTransport
  openAdmin(): AdminTransport
}
