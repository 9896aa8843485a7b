import type { RequestCase } from './kafkajs-request-cases.ts'

const topics = [{ topic: 'orders', partitions: [{ partition: 3, offset: '9000000000', metadata: 'm' }] }]
const partitionTopics = [{ topic: 'orders', partitions: [1, 2] }]
const transaction = { transactionalId: 'tx', producerId: 4_000_000_000, producerEpoch: 7 }

const acl = {
  resourceType: 2,
  resourceName: 'orders',
  resourcePatternType: 4,
  principal: 'User:ann',
  host: '*',
  operation: 3,
  permissionType: 2,
}

function aclFilter(version: number): object {
  return {
    resourceTypeFilter: 2,
    resourceNameFilter: 'orders',
    patternTypeFilter: version === 0 ? 3 : 4,
    principalFilter: 'User:ann',
    hostFilter: '*',
    operation: 3,
    permissionType: 2,
  }
}

/** Administration and transactions. */
export const adminCases: readonly RequestCase[] = [
  {
    folder: 'describeGroups',
    api: 'DescribeGroups',
    versions: [0, 2],
    parameters: { groupIds: ['g', 'h'] },
    body: () => ({ groups: ['g', 'h'] }),
  },
  { folder: 'listGroups', api: 'ListGroups', versions: [0, 2], parameters: {}, body: () => ({ statesFilter: [] }) },
  {
    folder: 'deleteGroups',
    api: 'DeleteGroups',
    versions: [0, 1],
    parameters: ['g', 'h'],
    body: () => ({ groupsNames: ['g', 'h'] }),
  },
  {
    folder: 'saslHandshake',
    api: 'SaslHandshake',
    versions: [0, 1],
    parameters: { mechanism: 'PLAIN' },
    body: () => ({ mechanism: 'PLAIN' }),
  },
  {
    folder: 'createTopics',
    api: 'CreateTopics',
    versions: [2, 3],
    parameters: {
      timeout: 5_000,
      validateOnly: true,
      topics: [
        {
          topic: 'orders',
          numPartitions: 6,
          configEntries: [{ name: 'cleanup.policy', value: 'compact' }],
          replicaAssignment: [{ partition: 0, replicas: [1, 2] }],
        },
      ],
    },
    body: () => ({
      timeoutMs: 5_000,
      validateOnly: true,
      topics: [
        {
          name: 'orders',
          numPartitions: 6,
          replicationFactor: -1,
          configs: [{ name: 'cleanup.policy', value: 'compact' }],
          assignments: [{ partitionIndex: 0, brokerIds: [1, 2] }],
        },
      ],
    }),
  },
  {
    folder: 'deleteTopics',
    api: 'DeleteTopics',
    versions: [1, 1],
    parameters: { topics: ['orders'], timeout: 5_000 },
    body: () => ({ topicNames: ['orders'], timeoutMs: 5_000 }),
  },
  {
    folder: 'deleteRecords',
    api: 'DeleteRecords',
    versions: [0, 1],
    parameters: { topics, timeout: 5_000 },
    body: () => ({
      topics: [{ name: 'orders', partitions: [{ partitionIndex: 3, offset: 9_000_000_000 }] }],
      timeoutMs: 5_000,
    }),
  },
  {
    folder: 'createPartitions',
    api: 'CreatePartitions',
    versions: [0, 1],
    parameters: { topicPartitions: [{ topic: 'orders', count: 12 }], timeout: 5_000, validateOnly: true },
    body: () => ({ topics: [{ name: 'orders', count: 12, assignments: null }], timeoutMs: 5_000, validateOnly: true }),
  },
  {
    folder: 'describeConfigs',
    api: 'DescribeConfigs',
    versions: [1, 2],
    parameters: { resources: [{ type: 2, name: 'orders', configNames: ['retention.ms'] }], includeSynonyms: true },
    body: () => ({
      resources: [{ resourceType: 2, resourceName: 'orders', configurationKeys: ['retention.ms'] }],
      includeSynonyms: true,
    }),
  },
  {
    folder: 'alterConfigs',
    api: 'AlterConfigs',
    versions: [0, 1],
    parameters: {
      resources: [{ type: 2, name: 'orders', configEntries: [{ name: 'retention.ms', value: '1000' }] }],
      validateOnly: true,
    },
    body: () => ({
      resources: [{ resourceType: 2, resourceName: 'orders', configs: [{ name: 'retention.ms', value: '1000' }] }],
      validateOnly: true,
    }),
  },
  { folder: 'describeAcls', api: 'DescribeAcls', versions: [0, 1], parameters: acl, body: aclFilter },
  {
    folder: 'createAcls',
    api: 'CreateAcls',
    versions: [0, 1],
    parameters: { creations: [acl] },
    body: (version) => ({ creations: [version === 0 ? { ...acl, resourcePatternType: 3 } : acl] }),
  },
  {
    folder: 'deleteAcls',
    api: 'DeleteAcls',
    versions: [0, 1],
    parameters: { filters: [acl] },
    body: (version) => ({ filters: [aclFilter(version)] }),
  },
  {
    folder: 'initProducerId',
    api: 'InitProducerId',
    versions: [0, 1],
    parameters: { transactionalId: 'tx', transactionTimeout: 60_000 },
    body: () => ({ transactionalId: 'tx', transactionTimeoutMs: 60_000, producerId: -1 }),
  },
  {
    folder: 'addPartitionsToTxn',
    api: 'AddPartitionsToTxn',
    versions: [0, 1],
    parameters: { ...transaction, topics: partitionTopics },
    body: () => ({
      v3AndBelowTransactionalId: 'tx',
      v3AndBelowProducerId: 4_000_000_000,
      v3AndBelowProducerEpoch: 7,
      v3AndBelowTopics: [{ name: 'orders', partitions: [1, 2] }],
    }),
  },
  {
    folder: 'addOffsetsToTxn',
    api: 'AddOffsetsToTxn',
    versions: [0, 1],
    parameters: { ...transaction, groupId: 'g' },
    body: () => ({ ...transaction, groupId: 'g' }),
  },
  {
    folder: 'endTxn',
    api: 'EndTxn',
    versions: [0, 1],
    parameters: { ...transaction, transactionResult: true },
    body: () => ({ ...transaction, committed: true }),
  },
  {
    folder: 'txnOffsetCommit',
    api: 'TxnOffsetCommit',
    versions: [0, 1],
    parameters: { ...transaction, groupId: 'g', topics },
    body: () => ({
      ...transaction,
      groupId: 'g',
      topics: [
        {
          name: 'orders',
          partitions: [{ partitionIndex: 3, committedOffset: 9_000_000_000, committedMetadata: 'm' }],
        },
      ],
    }),
  },
  {
    folder: 'listPartitionReassignments',
    api: 'ListPartitionReassignments',
    versions: [0, 0],
    parameters: { topics: [{ topic: 'orders', partitions: [1, 2] }], timeout: 5_000 },
    body: () => ({ topics: [{ name: 'orders', partitionIndexes: [1, 2] }], timeoutMs: 5_000 }),
  },
]
