import {
  addOffsetsToTxnApi,
  addPartitionsToTxnApi,
  alterConfigsApi,
  apiVersionsApi,
  createPartitionsApi,
  createTopicsApi,
  deleteRecordsApi,
  deleteTopicsApi,
  describeConfigsApi,
  endTxnApi,
  initProducerIdApi,
  listOffsetsApi,
  listPartitionReassignmentsApi,
  metadataApi,
  produceApi,
  saslAuthenticateApi,
  saslHandshakeApi,
  txnOffsetCommitApi,
} from '@partita/wire'
import { describe } from 'vitest'
import type { Row } from './kafkajs-response-rows.ts'
import { rows, testRows } from './kafkajs-response-rows.ts'

const bytes = Uint8Array.of(1, 2, 3)
const partitionErrors = [{ name: 'orders', partitions: [{ partitionIndex: 1, errorCode: 3 }] }]

const dataRows: readonly Row[] = [
  ...rows(
    'apiVersions',
    apiVersionsApi,
    [0, 2],
    { errorCode: 0, apiKeys: [{ apiKey: 1, minVersion: 4, maxVersion: 17 }] },
    () => ({ errorCode: 0, apiVersions: [{ apiKey: 1, minVersion: 4, maxVersion: 17 }] }),
  ),
  ...rows(
    'metadata',
    metadataApi,
    [0, 6],
    {
      brokers: [{ nodeId: 1, host: 'h', port: 9092, rack: 'r' }],
      clusterId: 'c',
      controllerId: 1,
      topics: [
        {
          errorCode: 0,
          name: 'orders',
          isInternal: true,
          partitions: [
            { errorCode: 0, partitionIndex: 3, leaderId: 1, replicaNodes: [1, 2], isrNodes: [1], offlineReplicas: [2] },
          ],
        },
      ],
    },
    (version) => ({
      brokers: [{ nodeId: 1, host: 'h', port: 9092, ...(version >= 1 ? { rack: 'r' } : {}) }],
      topicMetadata: [
        {
          topic: 'orders',
          partitionMetadata: [
            {
              partitionId: 3,
              leader: 1,
              replicas: [1, 2],
              isr: [1],
              ...(version >= 5 ? { offlineReplicas: [2] } : {}),
            },
          ],
        },
      ],
      ...(version >= 2 ? { clusterId: 'c' } : {}),
    }),
  ),
  ...rows(
    'produce',
    produceApi,
    [3, 7],
    {
      responses: [
        {
          name: 'orders',
          partitionResponses: [{ index: 3, errorCode: 0, baseOffset: 9_000_000_000, logStartOffset: 7 }],
        },
      ],
    },
    (version) => ({
      topics: [
        {
          topicName: 'orders',
          partitions: [
            {
              partition: 3,
              errorCode: 0,
              baseOffset: '9000000000',
              logAppendTime: '-1',
              ...(version >= 5 ? { logStartOffset: '7' } : {}),
            },
          ],
        },
      ],
    }),
  ),
  ...rows(
    'listOffsets',
    listOffsetsApi,
    [1, 3],
    {
      topics: [
        { name: 'orders', partitions: [{ partitionIndex: 2, errorCode: 0, timestamp: 5, offset: 9_000_000_000 }] },
      ],
    },
    () => ({
      responses: [
        { topic: 'orders', partitions: [{ partition: 2, errorCode: 0, timestamp: '5', offset: '9000000000' }] },
      ],
    }),
  ),
  ...rows('saslHandshake', saslHandshakeApi, [0, 1], { errorCode: 0, mechanisms: ['PLAIN'] }, () => ({
    enabledMechanisms: ['PLAIN'],
  })),
  ...rows(
    'saslAuthenticate',
    saslAuthenticateApi,
    [1, 1],
    { errorCode: 0, authBytes: bytes, sessionLifetimeMs: 5 },
    () => ({
      errorCode: 0,
      authBytes: Buffer.of(0, 0, 0, 3, 1, 2, 3),
      sessionLifetimeMs: '5',
    }),
  ),
]

const adminRows: readonly Row[] = [
  ...rows(
    'createTopics',
    createTopicsApi,
    [2, 3],
    { topics: [{ name: 'orders', errorCode: 36, errorMessage: 'there' }] },
    () => ({
      topicErrors: [{ topic: 'orders', errorCode: 36, errorMessage: 'there' }],
    }),
  ),
  ...rows('deleteTopics', deleteTopicsApi, [1, 1], { responses: [{ name: 'orders', errorCode: 3 }] }, () => ({
    topicErrors: [{ topic: 'orders', errorCode: 3 }],
  })),
  ...rows(
    'deleteRecords',
    deleteRecordsApi,
    [0, 1],
    { topics: [{ name: 'orders', partitions: [{ partitionIndex: 1, lowWatermark: 8, errorCode: 0 }] }] },
    () => ({ topics: [{ topic: 'orders', partitions: [{ partition: 1, lowWatermark: 8n, errorCode: 0 }] }] }),
  ),
  ...rows('createPartitions', createPartitionsApi, [0, 1], { results: [{ name: 'orders', errorCode: 37 }] }, () => ({
    topicErrors: [{ topic: 'orders', errorCode: 37, errorMessage: null }],
  })),
  ...rows(
    'describeConfigs',
    describeConfigsApi,
    [1, 2],
    {
      results: [
        {
          errorCode: 0,
          resourceType: 2,
          resourceName: 'orders',
          configs: [
            {
              name: 'a',
              value: null,
              readOnly: true,
              configSource: 5,
              isSensitive: false,
              synonyms: [{ name: 'b', value: 'c', source: 4 }],
            },
          ],
        },
      ],
    },
    () => ({
      resources: [
        {
          resourceType: 2,
          resourceName: 'orders',
          configEntries: [
            {
              configName: 'a',
              configValue: null,
              readOnly: true,
              isDefault: true,
              isSensitive: false,
              configSynonyms: [{ configName: 'b', configValue: 'c', configSource: 4 }],
            },
          ],
        },
      ],
    }),
  ),
  ...rows(
    'alterConfigs',
    alterConfigsApi,
    [0, 1],
    { responses: [{ errorCode: 0, resourceType: 2, resourceName: 'o' }] },
    () => ({
      resources: [{ errorCode: 0, errorMessage: null, resourceType: 2, resourceName: 'o' }],
    }),
  ),
  ...rows(
    'initProducerId',
    initProducerIdApi,
    [0, 1],
    { errorCode: 0, producerId: 4_000_000_000, producerEpoch: 7 },
    () => ({
      producerId: '4000000000',
      producerEpoch: 7,
    }),
  ),
  ...rows(
    'addPartitionsToTxn',
    addPartitionsToTxnApi,
    [0, 1],
    {
      resultsByTopicV3AndBelow: [
        { name: 'orders', resultsByPartition: [{ partitionIndex: 1, partitionErrorCode: 3 }] },
      ],
    },
    () => ({ errors: [{ topic: 'orders', partitionErrors: [{ partition: 1, errorCode: 3 }] }] }),
  ),
  ...rows('addOffsetsToTxn', addOffsetsToTxnApi, [0, 1], { errorCode: 51 }, () => ({ errorCode: 51 })),
  ...rows('endTxn', endTxnApi, [0, 1], { errorCode: 48 }, () => ({ errorCode: 48 })),
  ...rows('txnOffsetCommit', txnOffsetCommitApi, [0, 1], { topics: partitionErrors }, () => ({
    topics: [{ topic: 'orders', partitions: [{ partition: 1, errorCode: 3 }] }],
  })),
  ...rows(
    'listPartitionReassignments',
    listPartitionReassignmentsApi,
    [0, 0],
    {
      errorCode: 0,
      topics: [
        { name: 'o', partitions: [{ partitionIndex: 1, replicas: [1], addingReplicas: [2], removingReplicas: [] }] },
      ],
    },
    () => ({
      topics: [{ name: 'o', partitions: [{ partition: 1, replicas: [1], addingReplicas: [2], removingReplicas: [] }] }],
    }),
  ),
]

describe('what we answer is read by kafkajs: data', () => testRows(dataRows))

describe('what we answer is read by kafkajs: administration and transactions', () => testRows(adminRows))
