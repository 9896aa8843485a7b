import type { DeterministicRow, NondeterministicRow } from './row.ts'

/** Go, and what is written with its clients: every key has one partition. */
export const goRows: {
  readonly [
    name in
      | 'sarama-hash'
      | 'sarama-reference-hash'
      | 'sarama-consistent-crc'
      | 'sarama-murmur2'
      | 'kafka-go-hash'
      | 'kafka-go-reference-hash'
      | 'kafka-go-crc32-consistent'
      | 'kafka-go-murmur2'
      | 'kafka-go-murmur2-consistent'
      | 'franz-go-default'
      | 'franz-go-sticky-key'
      | 'franz-go-sarama-compat-fnv1a'
      | 'franz-go-sarama-hasher-crc32'
      | 'franz-go-sarama-hasher-fnv1a'
  ]: DeterministicRow
} = {
  'sarama-hash': {
    client: 'Sarama, NewHashPartitioner',
    key: 'fnv1a-abs',
    nullKey: 'random',
    emptyKey: 'hash',
    isDefault: true,
    source: 'IBM/sarama bd98b3ae (2026-08-18), partitioner.go',
    note: 'Also Goka, CockroachDB changefeeds, Redpanda Connect (output kafka).',
  },
  'sarama-reference-hash': {
    client: 'Sarama, NewReferenceHashPartitioner',
    key: 'fnv1a-mask',
    nullKey: 'random',
    emptyKey: 'hash',
    isDefault: false,
    source: 'IBM/sarama bd98b3ae (2026-08-18), partitioner.go',
    note: 'Also the default of Elastic Beats.',
  },
  'sarama-consistent-crc': {
    client: 'Sarama, NewConsistentCRCHashPartitioner',
    key: 'crc32-unsigned',
    nullKey: 'random',
    emptyKey: 'hash',
    isDefault: false,
    source: 'IBM/sarama bd98b3ae (2026-08-18), partitioner.go',
    note: 'Unlike librdkafka, an empty key is hashed: partition 0.',
  },
  'sarama-murmur2': {
    client: 'Sarama, NewMurmur2Partitioner',
    key: 'murmur2-mask',
    nullKey: 'random',
    emptyKey: 'hash',
    isDefault: false,
    source: 'IBM/sarama bd98b3ae (2026-08-18), partitioner.go, murmur2.go',
  },
  'kafka-go-hash': {
    client: 'kafka-go, Hash',
    key: 'fnv1a-abs',
    nullKey: 'round-robin',
    emptyKey: 'hash',
    isDefault: false,
    strategy: { start: 0 },
    source: 'segmentio/kafka-go 3ce2979 (2026-01-15), balancer.go',
  },
  'kafka-go-reference-hash': {
    client: 'kafka-go, ReferenceHash',
    key: 'fnv1a-mask',
    nullKey: 'random',
    emptyKey: 'hash',
    isDefault: false,
    source: 'segmentio/kafka-go 3ce2979 (2026-01-15), balancer.go',
  },
  'kafka-go-crc32-consistent': {
    client: 'kafka-go, CRC32Balancer with Consistent',
    key: 'crc32-unsigned',
    nullKey: 'partition-0',
    emptyKey: 'hash',
    isDefault: false,
    source: 'segmentio/kafka-go 3ce2979 (2026-01-15), balancer.go',
  },
  'kafka-go-murmur2': {
    client: 'kafka-go, Murmur2Balancer',
    key: 'murmur2-mask',
    nullKey: 'random',
    emptyKey: 'hash',
    isDefault: false,
    source: 'segmentio/kafka-go 3ce2979 (2026-01-15), balancer.go',
  },
  'kafka-go-murmur2-consistent': {
    client: 'kafka-go, Murmur2Balancer with Consistent',
    key: 'murmur2-mask',
    nullKey: 'as-empty',
    emptyKey: 'hash',
    isDefault: false,
    source: 'segmentio/kafka-go 3ce2979 (2026-01-15), balancer.go',
  },
  'franz-go-default': {
    client: 'franz-go since 1.6, UniformBytesPartitioner',
    key: 'murmur2-mask',
    nullKey: 'sticky-by-bytes',
    emptyKey: 'hash',
    isDefault: true,
    strategy: { stickyBatchSize: 65536 },
    source: 'twmb/franz-go adb3a18a (2026-08-04), partitioner.go',
    note: 'Also rpk.',
  },
  'franz-go-sticky-key': {
    client: 'franz-go, StickyKeyPartitioner(nil)',
    key: 'murmur2-mask',
    nullKey: 'sticky-by-batch',
    emptyKey: 'hash',
    isDefault: false,
    source: 'twmb/franz-go adb3a18a (2026-08-04), partitioner.go',
    note: 'The default until 1.5.3; Redpanda Connect (outputs kafka_franz, redpanda).',
  },
  'franz-go-sarama-compat-fnv1a': {
    client: 'franz-go, SaramaCompatHasher(fnv1a)',
    key: 'fnv1a-abs',
    nullKey: 'sticky-by-batch',
    emptyKey: 'hash',
    isDefault: false,
    source: 'twmb/franz-go adb3a18a (2026-08-04), partitioner.go',
  },
  'franz-go-sarama-hasher-crc32': {
    client: 'franz-go, SaramaHasher(crc32), 64 bits',
    key: 'crc32-unsigned',
    nullKey: 'sticky-by-batch',
    emptyKey: 'hash',
    isDefault: false,
    source: 'twmb/franz-go adb3a18a (2026-08-04), partitioner.go',
  },
  'franz-go-sarama-hasher-fnv1a': {
    client: 'franz-go, SaramaHasher(fnv1a), 64 bits',
    key: 'fnv1a-unsigned',
    nullKey: 'sticky-by-batch',
    emptyKey: 'hash',
    isDefault: false,
    source: 'twmb/franz-go adb3a18a (2026-08-04), partitioner.go',
    note: 'Despite its name it is no partitioner of Sarama.',
  },
}

/** Go, and what is written with its clients: some keys are left to chance. */
export const goChanceRows: {
  readonly [name in 'kafka-go-crc32' | 'kafka-go-round-robin' | 'redpanda-http-proxy']: NondeterministicRow
} = {
  'kafka-go-crc32': {
    client: 'kafka-go, CRC32Balancer',
    key: 'crc32-unsigned',
    nullKey: 'random',
    emptyKey: 'as-null',
    isDefault: false,
    source: 'segmentio/kafka-go 3ce2979 (2026-01-15), balancer.go',
  },
  'kafka-go-round-robin': {
    client: 'kafka-go, RoundRobin',
    key: 'round-robin',
    nullKey: 'round-robin',
    emptyKey: 'as-other-keys',
    isDefault: true,
    strategy: { start: 0 },
    source: 'segmentio/kafka-go 3ce2979 (2026-01-15), balancer.go',
    note: "The Writer's default: it ignores keys.",
  },
  'redpanda-http-proxy': {
    client: "Redpanda's HTTP proxy (pandaproxy)",
    key: 'murmur2-unsigned',
    nullKey: 'round-robin',
    emptyKey: 'as-null',
    isDefault: true,
    source: 'redpanda-data/redpanda, kafka/client/partitioners.cc',
    note: 'The sign bit is not masked.',
  },
}
