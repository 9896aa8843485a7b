import type { ConfigDefinition } from './config-definition.ts'

const longMax = '9223372036854775807'

/**
 * Every setting that a topic can have, with Kafka 4.1's defaults. The README says which the broker acts on; the others
 * are kept and told, no more.
 */
export const topicConfigTable: readonly ConfigDefinition[] = [
  {
    name: 'cleanup.policy',
    type: 'list',
    default: 'delete',
    choices: ['compact', 'delete'],
    brokerDefault: 'log.cleanup.policy',
  },
  { name: 'compression.gzip.level', type: 'int', default: '-1' },
  { name: 'compression.lz4.level', type: 'int', default: '9' },
  {
    name: 'compression.type',
    type: 'string',
    default: 'producer',
    choices: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
    brokerDefault: 'compression.type',
  },
  { name: 'compression.zstd.level', type: 'int', default: '3' },
  { name: 'delete.retention.ms', type: 'long', default: '86400000', min: 0 },
  { name: 'file.delete.delay.ms', type: 'long', default: '60000', min: 0 },
  { name: 'flush.messages', type: 'long', default: longMax, min: 1 },
  { name: 'flush.ms', type: 'long', default: longMax, min: 0 },
  { name: 'follower.replication.throttled.replicas', type: 'list', default: '' },
  { name: 'index.interval.bytes', type: 'int', default: '4096', min: 0 },
  { name: 'leader.replication.throttled.replicas', type: 'list', default: '' },
  { name: 'local.retention.bytes', type: 'long', default: '-2', min: -2 },
  { name: 'local.retention.ms', type: 'long', default: '-2', min: -2 },
  { name: 'max.compaction.lag.ms', type: 'long', default: longMax, min: 1 },
  { name: 'max.message.bytes', type: 'int', default: '1048588', min: 0, brokerDefault: 'message.max.bytes' },
  {
    name: 'message.timestamp.after.max.ms',
    type: 'long',
    default: '3600000',
    min: 0,
    brokerDefault: 'log.message.timestamp.after.max.ms',
  },
  {
    name: 'message.timestamp.before.max.ms',
    type: 'long',
    default: longMax,
    min: 0,
    brokerDefault: 'log.message.timestamp.before.max.ms',
  },
  {
    name: 'message.timestamp.type',
    type: 'string',
    default: 'CreateTime',
    choices: ['CreateTime', 'LogAppendTime'],
    brokerDefault: 'log.message.timestamp.type',
  },
  { name: 'min.cleanable.dirty.ratio', type: 'double', default: '0.5', min: 0 },
  { name: 'min.compaction.lag.ms', type: 'long', default: '0', min: 0 },
  { name: 'min.insync.replicas', type: 'int', default: '1', min: 1, brokerDefault: 'min.insync.replicas' },
  { name: 'preallocate', type: 'boolean', default: 'false' },
  { name: 'remote.storage.enable', type: 'boolean', default: 'false' },
  { name: 'retention.bytes', type: 'long', default: '-1', brokerDefault: 'log.retention.bytes' },
  {
    name: 'retention.ms',
    type: 'long',
    default: '604800000',
    min: -1,
    brokerDefault: 'log.retention.ms',
    // `log.retention.hours` is 168.
    brokerDefaultIsUnset: true,
  },
  { name: 'segment.bytes', type: 'int', default: '1073741824', min: 14, brokerDefault: 'log.segment.bytes' },
  { name: 'segment.index.bytes', type: 'int', default: '10485760', min: 4 },
  { name: 'segment.jitter.ms', type: 'long', default: '0', min: 0 },
  { name: 'segment.ms', type: 'long', default: '604800000', min: 1 },
  { name: 'unclean.leader.election.enable', type: 'boolean', default: 'false' },
]
