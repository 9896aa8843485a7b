import { choiceOption, type Partitioner } from '@partita/protocol'
import type { ClockOption } from './keyless/strategy.ts'
import type { StickyByTimeOptions } from './keyless/sticky-by-time.ts'
import type { StickyOptions } from './keyless/sticky.ts'
import { type NamedPartitioner, partitionerFor } from './partitioner-for.ts'

/**
 * The Java producer's partitioner since 3.3: `(murmur2(key) & 0x7fffffff) % n` over all partitions; records without key
 * are sticky by bytes (KIP-794, without its adaptive weights). For `partitioner.ignore.keys=true` use `stickyByBytes()`.
 * @throws PartitaError `INVALID_OPTION`
 */
export function java(options: StickyOptions = {}): NamedPartitioner<'java'> {
  return partitionerFor('java', options)
}

/** librdkafka's option `partitioner`. */
export type LibrdkafkaPartitioner =
  | 'consistent'
  | 'consistent_random'
  | 'murmur2'
  | 'murmur2_random'
  | 'fnv1a'
  | 'fnv1a_random'
  | 'random'

export interface LibrdkafkaOptions extends StickyByTimeOptions {
  /** Default `consistent_random`: CRC-32; an empty key counts as none. `murmur2_random` agrees with Java on keys. */
  readonly partitioner?: LibrdkafkaPartitioner | undefined
}

const librdkafkaNames = {
  consistent: 'librdkafka-consistent',
  consistent_random: 'librdkafka-consistent-random',
  murmur2: 'librdkafka-murmur2',
  murmur2_random: 'librdkafka-murmur2-random',
  fnv1a: 'librdkafka-fnv1a',
  fnv1a_random: 'librdkafka-fnv1a-random',
  random: 'librdkafka-random',
} as const

/**
 * The partitioners of librdkafka, and so of confluent-kafka-python, -go and -dotnet, node-rdkafka, rust-rdkafka and the
 * other bindings. `deterministic` depends on which.
 * @throws PartitaError `INVALID_OPTION`
 */
export function librdkafka(options: LibrdkafkaOptions = {}): Partitioner {
  const { partitioner = 'consistent_random', ...rest } = options
  const choices = Object.keys(librdkafkaNames) as LibrdkafkaPartitioner[]
  return partitionerFor(librdkafkaNames[choiceOption('partitioner', partitioner, choices)], rest)
}

/** Sarama's default, `NewHashPartitioner`: `|int32(fnv1a(key))| % n`; records without key go anywhere. */
export function sarama(options: ClockOption = {}): NamedPartitioner<'sarama'> {
  return partitionerFor('sarama', options)
}
