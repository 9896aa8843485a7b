import type { DeterministicRow, NondeterministicRow } from './row.ts'

/** librdkafka and its bindings: every key has one partition. */
export const librdkafkaRows: {
  readonly [
    name in
      | 'librdkafka-consistent'
      | 'librdkafka-murmur2'
      | 'librdkafka-murmur2-random'
      | 'librdkafka-fnv1a'
      | 'librdkafka-fnv1a-random'
      | 'librdkafka-murmur2@0.11.4'
      | 'librdkafka-murmur2-random@0.11.4'
  ]: DeterministicRow
} = {
  'librdkafka-consistent': {
    client: 'librdkafka, partitioner=consistent',
    key: 'crc32-unsigned',
    nullKey: 'partition-0',
    emptyKey: 'hash',
    isDefault: false,
    source: 'librdkafka 2.0.2, rdkafka_msg.c',
  },
  'librdkafka-murmur2': {
    client: 'librdkafka, partitioner=murmur2',
    key: 'murmur2-mask',
    nullKey: 'as-empty',
    emptyKey: 'hash',
    isDefault: false,
    source: 'librdkafka 2.0.2, rdkafka_msg.c, rdmurmur2.c',
  },
  'librdkafka-murmur2-random': {
    client: 'librdkafka, partitioner=murmur2_random',
    key: 'murmur2-mask',
    nullKey: 'sticky-by-time',
    emptyKey: 'hash',
    isDefault: false,
    source: 'librdkafka 2.0.2, rdkafka_msg.c, rdmurmur2.c',
    note: 'The KafkaJS API of confluent-kafka-javascript sets it.',
  },
  'librdkafka-fnv1a': {
    client: 'librdkafka, partitioner=fnv1a',
    key: 'fnv1a-abs',
    nullKey: 'as-empty',
    emptyKey: 'hash',
    isDefault: false,
    source: 'librdkafka 2.0.2, rdkafka_msg.c, rdfnv1a.c',
  },
  'librdkafka-fnv1a-random': {
    client: 'librdkafka, partitioner=fnv1a_random',
    key: 'fnv1a-abs',
    nullKey: 'sticky-by-time',
    emptyKey: 'hash',
    isDefault: false,
    source: 'librdkafka 2.0.2, rdkafka_msg.c, rdfnv1a.c',
  },
  'librdkafka-murmur2@0.11.4': {
    client: 'librdkafka 0.11.4, partitioner=murmur2',
    key: 'murmur2-unsigned',
    nullKey: 'as-empty',
    emptyKey: 'hash',
    isDefault: false,
    source: 'librdkafka pull request 1816',
    note: 'The sign bit was not masked; 0.11.5 masks it.',
  },
  'librdkafka-murmur2-random@0.11.4': {
    client: 'librdkafka 0.11.4, partitioner=murmur2_random',
    key: 'murmur2-unsigned',
    nullKey: 'random',
    emptyKey: 'hash',
    isDefault: false,
    source: 'librdkafka pull request 1816',
    note: 'The sign bit was not masked; 0.11.5 masks it.',
  },
}

/** librdkafka and its bindings: some keys are left to chance. */
export const librdkafkaChanceRows: {
  readonly [
    name in
      | 'librdkafka-consistent-random'
      | 'librdkafka-consistent-random@1.5'
      | 'librdkafka-random'
      | 'rdkafka-ruby-partition-key'
  ]: NondeterministicRow
} = {
  'librdkafka-consistent-random': {
    client: 'librdkafka, partitioner=consistent_random',
    key: 'crc32-unsigned',
    nullKey: 'sticky-by-time',
    emptyKey: 'as-null',
    isDefault: true,
    source: 'librdkafka 2.0.2, rdkafka_msg.c, rdcrc32.h',
    note: 'An empty key counts as none. Also the default of every binding.',
  },
  'librdkafka-consistent-random@1.5': {
    client: 'librdkafka before 1.6, partitioner=consistent_random',
    key: 'crc32-unsigned',
    nullKey: 'random',
    emptyKey: 'as-null',
    isDefault: true,
    source: 'librdkafka 2.0.2, rdkafka_msg.c',
    note: 'Before sticky.partitioning.linger.ms.',
  },
  'librdkafka-random': {
    client: 'librdkafka, partitioner=random',
    key: 'random',
    nullKey: 'sticky-by-time',
    emptyKey: 'as-other-keys',
    isDefault: false,
    source: 'librdkafka 2.0.2, rdkafka_msg.c',
    note: 'Only a record without key is sticky.',
  },
  'rdkafka-ruby-partition-key': {
    client: 'rdkafka-ruby and WaterDrop, partition_key: with consistent_random',
    key: 'crc32-cut-unsigned',
    nullKey: 'random',
    emptyKey: 'as-null',
    isDefault: false,
    source: 'karafka/rdkafka-ruby 81be258f, bindings.rb; issue 629',
    note: 'Hashes as many bytes as the text has characters: as librdkafka for ASCII only. The key given here has to be the partition_key.',
  },
}
