import type { DeterministicRow, NondeterministicRow } from './row.ts'

/** JavaScript: every key has one partition. */
export const javascriptRows: {
  readonly [
    name in
      | 'kafkajs-default'
      | 'kafkajs-legacy'
      | 'platformatic-default'
      | 'platformatic-compatibility'
      | 'kafka-node-default'
      | 'kafka-node-keyed'
      | 'no-kafka-default'
      | 'no-kafka-crc32-string'
      | 'azure-event-hubs-native'
  ]: DeterministicRow
} = {
  'kafkajs-default': {
    client: 'KafkaJS since 2.0, DefaultPartitioner',
    key: 'murmur2-mask',
    nullKey: 'round-robin',
    emptyKey: 'hash',
    isDefault: true,
    source: 'kafkajs 2.2.4, producer/partitioners/default',
    note: 'Called JavaCompatiblePartitioner before 2.0.',
  },
  'kafkajs-legacy': {
    client: 'KafkaJS before 2.0, LegacyPartitioner',
    key: 'kafkajs-legacy-mask',
    nullKey: 'round-robin',
    emptyKey: 'hash',
    isDefault: false,
    source: 'kafkajs 2.2.4 and 1.16.0, producer/partitioners/legacy',
    note: 'The default before 2.0.',
  },
  'platformatic-default': {
    client: '@platformatic/kafka, default',
    key: 'murmur2-unsigned',
    nullKey: 'round-robin',
    emptyKey: 'hash',
    isDefault: true,
    strategy: { start: 0 },
    source: '@platformatic/kafka 2.12.1 and 1.35.0',
    note: "The sign bit is not masked: half of the keys miss Java's partition unless n is a power of two.",
  },
  'platformatic-compatibility': {
    client: '@platformatic/kafka since 1.32, compatibilityPartitioner',
    key: 'murmur2-mask',
    nullKey: 'partition-0',
    emptyKey: 'hash',
    isDefault: false,
    source: '@platformatic/kafka 2.12.1 and 1.35.0',
    note: 'Every record without key goes to partition 0.',
  },
  'kafka-node-default': {
    client: 'kafka-node, DefaultPartitioner',
    key: 'zero',
    nullKey: 'partition-0',
    emptyKey: 'hash',
    isDefault: true,
    source: 'kafka-node 5.0.0, lib/partitioner.js',
    note: 'Everything goes to the first partition.',
  },
  'kafka-node-keyed': {
    client: 'kafka-node, KeyedPartitioner',
    key: 'kafka-node-31',
    nullKey: 'as-empty',
    emptyKey: 'hash',
    isDefault: false,
    source: 'kafka-node 5.0.0, lib/partitioner.js',
  },
  'no-kafka-default': {
    client: 'no-kafka, DefaultPartitioner',
    key: 'murmur2-mask',
    nullKey: 'round-robin',
    emptyKey: 'hash',
    isDefault: true,
    source: 'no-kafka 3.4.4, assignment/partitioners/default.js',
  },
  'no-kafka-crc32-string': {
    client: 'no-kafka, HashCRC32Partitioner',
    key: 'crc32-low-bytes-abs',
    nullKey: 'partition-0',
    emptyKey: 'hash',
    isDefault: false,
    source: 'no-kafka 3.4.4, assignment/partitioners/hash_crc32.js',
    note: 'It takes string keys only; bytes are read as UTF-8.',
  },
  'azure-event-hubs-native': {
    client: 'Azure Event Hubs SDK, partitionKey',
    key: 'event-hubs-abs',
    nullKey: 'round-robin',
    emptyKey: 'hash',
    isDefault: true,
    source: '@azure/event-hubs 6.0.4, partitionKeyToIdMapper',
    note: 'Not the Kafka endpoint, where the Kafka client places records. It takes string keys only.',
  },
}

/** JavaScript: some keys are left to chance. */
export const javascriptChanceRows: { readonly [name in 'kafka-node-cyclic']: NondeterministicRow } = {
  'kafka-node-cyclic': {
    client: 'kafka-node, CyclicPartitioner (HighLevelProducer)',
    key: 'round-robin',
    nullKey: 'round-robin',
    emptyKey: 'as-other-keys',
    isDefault: false,
    strategy: { start: 0 },
    source: 'kafka-node 5.0.0, lib/partitioner.js',
  },
}
