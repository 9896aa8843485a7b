import type { DeterministicRow, NondeterministicRow } from './row.ts'

/** Python, Elixir, Erlang, PHP, Ruby, Rust and .NET: every key has one partition. */
export const othersRows: {
  readonly [
    name in
      | 'kafka-python-default'
      | 'kafka-python-sticky'
      | 'aiokafka-default'
      | 'pykafka-hashing-sha1'
      | 'kafkaex-default'
      | 'kafkaex-legacy'
      | 'brod-hash-phash2'
      | 'kaffe-md5'
      | 'phpkafka-default'
      | 'ruby-kafka-crc32'
      | 'ruby-kafka-murmur2'
  ]: DeterministicRow
} = {
  'kafka-python-default': {
    client: 'kafka-python since 0.10, DefaultPartitioner',
    key: 'murmur2-mask',
    nullKey: 'random',
    emptyKey: 'hash',
    isDefault: true,
    source: 'dpkp/kafka-python a3b3836f, partitioner/default.py',
  },
  'kafka-python-sticky': {
    client: 'kafka-python, StickyPartitioner',
    key: 'murmur2-mask',
    nullKey: 'sticky-by-batch',
    emptyKey: 'hash',
    isDefault: false,
    source: 'dpkp/kafka-python a3b3836f, partitioner/sticky.py',
  },
  'aiokafka-default': {
    client: 'aiokafka, DefaultPartitioner',
    key: 'murmur2-mask',
    nullKey: 'random',
    emptyKey: 'hash',
    isDefault: true,
    source: 'aio-libs/aiokafka 672947af, partitioner.py',
  },
  'pykafka-hashing-sha1': {
    client: 'pykafka, HashingPartitioner',
    key: 'sha1-modulo',
    nullKey: 'error',
    emptyKey: 'hash',
    isDefault: false,
    source: 'Parsely/pykafka e7665bf, partitioners.py',
  },
  'kafkaex-default': {
    client: 'KafkaEx since 0.11, Partitioner.Default',
    key: 'murmur2-mask',
    nullKey: 'random',
    emptyKey: 'hash',
    isDefault: true,
    source: 'kafkaex/kafka_ex 7f51188, producer/default.ex',
  },
  'kafkaex-legacy': {
    client: 'KafkaEx before 0.11, Partitioner.Legacy',
    key: 'murmur2-unsigned',
    nullKey: 'random',
    emptyKey: 'hash',
    isDefault: false,
    source: 'kafkaex/kafka_ex 7f51188, producer/legacy.ex',
    note: 'The sign bit is not masked. The default before 0.11.',
  },
  'brod-hash-phash2': {
    client: 'brod, partitioner hash',
    key: 'phash2',
    nullKey: 'hash-of-undefined',
    emptyKey: 'hash',
    isDefault: false,
    source: 'kafka4beam/brod 33075eb, brod_utils.erl; OTP 25',
    note: 'It hashes the Erlang term: here a binary, or undefined where there is no key.',
  },
  'kaffe-md5': {
    client: 'Kaffe, partition_strategy :md5',
    key: 'md5-byte-sum',
    nullKey: 'error',
    emptyKey: 'hash',
    isDefault: true,
    source: 'spreedly/kaffe 1e0facb, partition_selector.ex',
    note: 'Beyond some 500 partitions it fills them unevenly; above 4081 the rest is never used.',
  },
  'phpkafka-default': {
    client: 'longlang/phpkafka, DefaultPartitioner',
    key: 'crc32-unsigned',
    nullKey: 'round-robin',
    emptyKey: 'hash',
    isDefault: true,
    source: 'longlang/phpkafka b5f72b0, DefaultPartitioner.php',
  },
  'ruby-kafka-crc32': {
    client: 'ruby-kafka, hash_function :crc32',
    key: 'crc32-unsigned',
    nullKey: 'random',
    emptyKey: 'hash',
    isDefault: true,
    source: 'zendesk/ruby-kafka de2ac2a, partitioner.rb',
    note: 'A partition_key, where one is given, is hashed in place of the key. Also fluent-plugin-kafka.',
  },
  'ruby-kafka-murmur2': {
    client: 'ruby-kafka, hash_function :murmur2',
    key: 'murmur2-mask',
    nullKey: 'random',
    emptyKey: 'hash',
    isDefault: false,
    source: 'zendesk/ruby-kafka de2ac2a, partitioner.rb',
  },
}

/** Python, Elixir, Erlang, PHP, Ruby, Rust and .NET: some keys are left to chance. */
export const othersChanceRows: {
  readonly [
    name in 'kafka-python-hashed@0.9' | 'pykafka-random' | 'kafka-rust-default' | 'dekaf-default' | 'dekaf-unmasked'
  ]: NondeterministicRow
} = {
  'kafka-python-hashed@0.9': {
    client: 'kafka-python before 0.10, HashedPartitioner',
    key: 'process-random',
    nullKey: 'as-empty',
    emptyKey: 'as-other-keys',
    isDefault: true,
    source: 'dpkp/kafka-python issue 374',
    note: "Python's hash(), which has another seed in every process: so has every partitioner made here.",
  },
  'pykafka-random': {
    client: 'pykafka, RandomPartitioner',
    key: 'round-robin',
    nullKey: 'round-robin',
    emptyKey: 'as-other-keys',
    isDefault: true,
    strategy: { start: 1 },
    source: 'Parsely/pykafka e7665bf, partitioners.py',
    note: 'Despite its name a round robin; it begins at partition 1.',
  },
  'kafka-rust-default': {
    client: 'kafka-rust, DefaultPartitioner',
    key: 'xxhash32-unsigned',
    nullKey: 'round-robin',
    emptyKey: 'as-null',
    isDefault: true,
    strategy: { start: 0 },
    source: 'kafka-rust/kafka-rust 6c9c1f2, producer.rs',
    note: 'An empty key counts as none.',
  },
  'dekaf-default': {
    client: 'Dekaf, since issue 1336',
    key: 'murmur2-mask',
    nullKey: 'round-robin',
    emptyKey: 'as-null',
    isDefault: true,
    source: 'thomhurst/Dekaf issue 1336',
  },
  'dekaf-unmasked': {
    client: 'Dekaf, before issue 1336',
    key: 'murmur2-unsigned',
    nullKey: 'round-robin',
    emptyKey: 'as-null',
    isDefault: false,
    source: 'thomhurst/Dekaf issue 1336',
    note: 'The sign bit was not masked.',
  },
}
