/**
 * Key bytes to partition, for every Kafka client in use.
 *
 * @packageDocumentation
 */

// For everyone.
export type { NamedPartitioner } from './partitioner-for.ts'
export { partitionerFor } from './partitioner-for.ts'
export type { NamedPartitionerOptions } from './from-row.ts'
export type { LibrdkafkaOptions, LibrdkafkaPartitioner } from './clients.ts'
export { java, librdkafka, sarama } from './clients.ts'
export type { RoundRobinOptions } from './keyless/round-robin.ts'
export { roundRobin } from './keyless/round-robin.ts'
export type { StickyOptions } from './keyless/sticky.ts'
export { stickyByBatch, stickyByBytes } from './keyless/sticky.ts'
export type { StickyByTimeOptions } from './keyless/sticky-by-time.ts'
export { stickyByTime } from './keyless/sticky-by-time.ts'
export { random } from './keyless/random.ts'
export type { ClockOption, KeylessStrategy } from './keyless/strategy.ts'
export { partition } from './partition.ts'
export type { PartitionerDescription } from './list-partitioners.ts'
export { listPartitioners } from './list-partitioners.ts'
export type {
  DeterministicName,
  ImplementationName,
  NondeterministicName,
  PartitionerName,
  PresetName,
} from './catalog/names.ts'
export { partitionerName } from './partitioner-name.ts'

// For other clients' producers.
export type { KafkajsPartitionerArgs } from './adapters/kafkajs.ts'
export { toKafkajs } from './adapters/kafkajs.ts'
export type { PlatformaticContext, PlatformaticMessage } from './adapters/platformatic.ts'
export { toPlatformatic } from './adapters/platformatic.ts'
export { toNodeRdkafka } from './adapters/node-rdkafka.ts'

// For those who make a partitioner, or a tool.
export type { Formula, FormulaClass, FormulaName } from './formula.ts'
export { formulas } from './formula.ts'
export type {
  EmptyKeyPolicy,
  FixedHash,
  HashPartitioner,
  HashPartitionerOptions,
  NullKeyPolicy,
} from './hash-partitioner.ts'
export { hashPartitioner, isHashPartitioner } from './hash-partitioner.ts'
export type { NullKeyRule, StrategyRule } from './catalog/row.ts'
export { crc32 } from './hashes/crc32.ts'
export { fnv1a } from './hashes/fnv1a.ts'
export { kafkajsLegacyMurmur2 } from './hashes/kafkajs-legacy-murmur2.ts'
export { murmur2 } from './hashes/murmur2.ts'
export { xxhash32 } from './hashes/xxhash32.ts'
