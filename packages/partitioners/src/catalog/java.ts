import type { DeterministicRow, NondeterministicRow } from './row.ts'

/** Java, and what stands on the JVM: every key has one partition. */
export const javaRows: {
  readonly [
    name in
      | 'java-murmur2'
      | 'java-default-partitioner@2.4'
      | 'java-default-partitioner@0.9'
      | 'java-bytearray-hashcode'
      | 'java-string-hashcode'
      | 'spring-cloud-stream'
      | 'maxwell'
  ]: DeterministicRow
} = {
  'java-murmur2': {
    client: 'Java producer since 3.3',
    key: 'murmur2-mask',
    nullKey: 'sticky-by-bytes',
    emptyKey: 'hash',
    isDefault: true,
    source: 'apache/kafka 1eb7644349c (2024-10-25), Utils.murmur2, BuiltInPartitioner',
    note: 'Also Kafka Streams, Connect, ksqlDB, Debezium, Flink, Logstash. Not here: the adaptive weights of the sticky choice.',
  },
  'java-default-partitioner@2.4': {
    client: 'Java producer 2.4 to 3.2, DefaultPartitioner',
    key: 'murmur2-mask',
    nullKey: 'sticky-by-batch',
    emptyKey: 'hash',
    isDefault: true,
    source: 'apache/kafka 1eb7644349c (2024-10-25), DefaultPartitioner, StickyPartitionCache',
  },
  'java-default-partitioner@0.9': {
    client: 'Java producer 0.8.2 to 2.3, DefaultPartitioner',
    key: 'murmur2-mask',
    nullKey: 'round-robin',
    emptyKey: 'hash',
    isDefault: true,
    source: 'apache/kafka branches 0.8.2, 0.9.0 and 2.3',
    note: 'Before 2.3 its counter was one for all topics; here it is one a topic.',
  },
  'java-bytearray-hashcode': {
    client: 'Scala producer 0.8, ByteArrayPartitioner',
    key: 'arrays-hashcode-abs0',
    nullKey: 'sticky-by-time',
    emptyKey: 'hash',
    isDefault: false,
    strategy: { stickyPartitioningLingerMs: 600000 },
    source: 'apache/kafka branch 0.8.2, ByteArrayPartitioner.scala',
    note: 'A record without key goes to one partition until metadata is refreshed: ten minutes.',
  },
  'java-string-hashcode': {
    client: 'Scala producer 0.8, DefaultPartitioner, with String keys',
    key: 'string-hashcode-abs0',
    nullKey: 'sticky-by-time',
    emptyKey: 'hash',
    isDefault: true,
    strategy: { stickyPartitioningLingerMs: 600000 },
    source: 'apache/kafka branch 0.8.2, DefaultPartitioner.scala',
    note: 'It hashes the key object, here the text that the key bytes hold. Without key as java-bytearray-hashcode.',
  },
  'spring-cloud-stream': {
    client: 'Spring Cloud Stream, DefaultPartitionSelector, with a String partition key',
    key: 'string-hashcode-abs0',
    nullKey: 'error',
    emptyKey: 'hash',
    isDefault: true,
    source: 'spring-cloud-stream, PartitionHandler.java',
    note: 'It hashes the value of partitionKeyExpression; the key has to be that text.',
  },
  maxwell: {
    client: 'Maxwell, producer_partition_hash=default',
    key: 'string-hashcode-abs',
    nullKey: 'error',
    emptyKey: 'hash',
    isDefault: true,
    source: 'zendesk/maxwell, MaxwellKafkaPartitioner.java',
    note: 'It hashes what producer_partition_by names; the key has to be that text.',
  },
}

/** Java, and what stands on the JVM: some keys are left to chance. */
export const javaChanceRows: { readonly [name in 'java-round-robin' | 'java-uniform-sticky']: NondeterministicRow } = {
  'java-round-robin': {
    client: 'Java producer, RoundRobinPartitioner',
    key: 'round-robin',
    nullKey: 'round-robin',
    emptyKey: 'as-other-keys',
    isDefault: false,
    strategy: { start: 0 },
    source: 'apache/kafka 1eb7644349c (2024-10-25), RoundRobinPartitioner',
    note: "Without Java's defect of skipping every second partition (KAFKA-9965).",
  },
  'java-uniform-sticky': {
    client: 'Java producer 2.4 to 3.x, UniformStickyPartitioner',
    key: 'sticky-by-batch',
    nullKey: 'sticky-by-batch',
    emptyKey: 'as-other-keys',
    isDefault: false,
    source: 'apache/kafka 1eb7644349c (2024-10-25), UniformStickyPartitioner',
  },
}
