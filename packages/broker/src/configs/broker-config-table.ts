import type { ConfigDefinition } from './config-definition.ts'

/** What Kafka writes for "no limit" in settings of 64 bits. */
const longMax = '9223372036854775807'

/**
 * The broker's settings by Kafka's own names, with Kafka 4.1's defaults but where a reason stands beside. `node.id` and
 * the topics' defaults among them are told to clients as well; what the broker has no use for is not listed.
 */
export const brokerConfigTable: readonly ConfigDefinition[] = [
  { name: 'auto.create.topics.enable', type: 'boolean', default: 'true' },
  { name: 'compression.type', type: 'string', default: 'producer' },
  { name: 'default.replication.factor', type: 'int', default: '1', min: 1 },
  { name: 'delete.topic.enable', type: 'boolean', default: 'true' },
  { name: 'fetch.max.bytes', type: 'int', default: '57671680', min: 1024 },
  { name: 'group.consumer.heartbeat.interval.ms', type: 'int', default: '5000', min: 1 },
  { name: 'group.consumer.max.size', type: 'int', default: '2147483647', min: 1 },
  { name: 'group.consumer.session.timeout.ms', type: 'int', default: '45000', min: 1 },
  // Kafka waits 3000 ms for a first generation to gather. Here a test would wait: nearly every test setup sets it to 0.
  { name: 'group.initial.rebalance.delay.ms', type: 'int', default: '0', min: 0 },
  { name: 'group.max.session.timeout.ms', type: 'int', default: '1800000', min: 1 },
  { name: 'group.max.size', type: 'int', default: '2147483647', min: 1 },
  // Kafka's is 6000. Tests like sessions of a second or less.
  { name: 'group.min.session.timeout.ms', type: 'int', default: '1', min: 1 },
  // How often compaction looks whether there is something for it.
  { name: 'log.cleaner.backoff.ms', type: 'long', default: '15000', min: 0 },
  { name: 'log.cleanup.policy', type: 'list', default: 'delete', choices: ['delete', 'compact'] },
  { name: 'log.message.timestamp.after.max.ms', type: 'long', default: '3600000', min: 0 },
  { name: 'log.message.timestamp.before.max.ms', type: 'long', default: longMax, min: 0 },
  {
    name: 'log.message.timestamp.type',
    type: 'string',
    default: 'CreateTime',
    choices: ['CreateTime', 'LogAppendTime'],
  },
  { name: 'log.retention.bytes', type: 'long', default: '-1', min: -1 },
  { name: 'log.retention.check.interval.ms', type: 'long', default: '300000', min: 1 },
  { name: 'log.retention.ms', type: 'long', default: '604800000', min: -1 },
  { name: 'log.segment.bytes', type: 'int', default: '1073741824', min: 14 },
  { name: 'max.incremental.fetch.session.cache.slots', type: 'int', default: '1000', min: 0 },
  { name: 'message.max.bytes', type: 'int', default: '1048588', min: 0 },
  { name: 'min.insync.replicas', type: 'int', default: '1', min: 1 },
  { name: 'num.partitions', type: 'int', default: '1', min: 1 },
  { name: 'offset.metadata.max.bytes', type: 'int', default: '4096', min: 0 },
  { name: 'producer.id.expiration.ms', type: 'int', default: '86400000', min: 1 },
  { name: 'socket.request.max.bytes', type: 'int', default: '104857600', min: 1024 },
  { name: 'transaction.max.timeout.ms', type: 'int', default: '900000', min: 1 },
  { name: 'transactional.id.expiration.ms', type: 'int', default: '604800000', min: 1 },
]
