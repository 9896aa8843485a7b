import type { Api } from '@partita/wire'
import {
  describeClientQuotasApi,
  describeClusterApi,
  describeLogDirsApi,
  describeTopicPartitionsApi,
  fetchApi,
  listConfigResourcesApi,
  listOffsetsApi,
  offsetCommitApi,
  offsetFetchApi,
  updateFeaturesApi,
} from '@partita/wire'

/** A frame, and what is in it. */
export type GoldenFrame = readonly [name: string, api: Api, version: number, body: unknown, frame: string]

const topicId = '000102030405060708090a0b0c0d0e0f'
const committed = { partitionIndex: 1, committedOffset: 9, committedLeaderEpoch: 2 }

// Written by the Java classes of kafka-clients 4.3.1, whole frames, with correlation id 258 and client id "java".
export const requestsOf4: readonly GoldenFrame[] = [
  [
    'Fetch v18, with a session, a forgotten partition and a high watermark',
    fetchApi,
    18,
    {
      maxWaitMs: 500,
      minBytes: 1,
      sessionId: 7,
      sessionEpoch: 2,
      topics: [{ topicId, partitions: [{ partition: 3, fetchOffset: 9, partitionMaxBytes: 10, highWatermark: 8 }] }],
      forgottenTopicsData: [{ topicId, partitions: [4] }],
    },
    '0000007b000100120000010200046a61766100000001f4000000017fffffff00000000070000000202000102030405060708090a0b0c0d0e0f' +
      '0200000003ffffffff0000000000000009ffffffffffffffffffffffff0000000a01010800000000000000080002000102030405060708090a' +
      '0b0c0d0e0f0200000004000100',
  ],
  [
    'ListOffsets v11',
    listOffsetsApi,
    11,
    {
      topics: [{ name: 'orders', partitions: [{ partitionIndex: 1, currentLeaderEpoch: 4, timestamp: -6 }] }],
      timeoutMs: 900,
    },
    '000000340002000b0000010200046a61766100ffffffff0002076f7264657273020000000100000004fffffffffffffffa00000000038400',
  ],
  [
    'OffsetCommit v10',
    offsetCommitApi,
    10,
    {
      groupId: 'g',
      generationIdOrMemberEpoch: 3,
      memberId: 'm',
      topics: [{ topicId, partitions: [{ ...committed, committedMetadata: 'x' }] }],
    },
    '0000003f0008000a0000010200046a61766100026700000003026d0002000102030405060708090a0b0c0d0e0f020000000100000000000000' +
      '09000000020278000000',
  ],
  [
    'OffsetFetch v10',
    offsetFetchApi,
    10,
    {
      groups: [{ groupId: 'g', memberId: 'm', memberEpoch: 3, topics: [{ topicId, partitionIndexes: [1, 2] }] }],
      requireStable: true,
    },
    '000000360009000a0000010200046a61766100020267026d0000000302000102030405060708090a0b0c0d0e0f030000000100000002000001' +
      '00',
  ],
  [
    'DescribeClientQuotas v1',
    describeClientQuotasApi,
    1,
    { components: [{ entityType: 'user', matchType: 1, match: null }], strict: true },
    '0000001a003000010000010200046a617661000205757365720100000100',
  ],
  [
    'UpdateFeatures v2',
    updateFeaturesApi,
    2,
    {
      featureUpdates: [{ feature: 'transaction.version', maxVersionLevel: 1, upgradeType: 2 }],
      validateOnly: true,
    },
    '0000002e003900020000010200046a617661000000ea6002147472616e73616374696f6e2e76657273696f6e000102000100',
  ],
  [
    'DescribeCluster v2',
    describeClusterApi,
    2,
    { includeFencedBrokers: true },
    '00000013003c00020000010200046a6176610000010100',
  ],
  [
    'DescribeTopicPartitions v0',
    describeTopicPartitionsApi,
    0,
    { topics: [{ name: 'orders' }], cursor: { topicName: 'orders', partitionIndex: 2 } },
    '0000002a004b00000000010200046a6176610002076f726465727300000007d001076f7264657273000000020000',
  ],
]

export const responsesOf4: readonly GoldenFrame[] = [
  [
    'OffsetCommit v10',
    offsetCommitApi,
    10,
    { topics: [{ topicId, partitions: [{ partitionIndex: 1, errorCode: 100 }] }] },
    '0000002400000102000000000002000102030405060708090a0b0c0d0e0f02000000010064000000',
  ],
  [
    'OffsetFetch v10',
    offsetFetchApi,
    10,
    {
      groups: [
        {
          groupId: 'g',
          topics: [{ topicId, partitions: [{ ...committed, metadata: 'x', errorCode: 0 }] }],
          errorCode: 0,
        },
      ],
    },
    '0000003800000102000000000002026702000102030405060708090a0b0c0d0e0f020000000100000000000000090000000202780000000000' +
      '000000',
  ],
  [
    'DescribeLogDirs v5',
    describeLogDirsApi,
    5,
    {
      results: [
        {
          errorCode: 0,
          logDir: '/data',
          topics: [
            {
              name: 'orders',
              partitions: [{ partitionIndex: 1, partitionSize: 77, offsetLag: 0, isFutureKey: false }],
            },
          ],
          totalBytes: 100,
          usableBytes: 60,
          isCordoned: true,
        },
      ],
    },
    '000000470000010200000000000000020000062f6461746102076f72646572730200000001000000000000004d000000000000000000000000' +
      '00000000000064000000000000003c010000',
  ],
  [
    'DescribeClientQuotas v1',
    describeClientQuotasApi,
    1,
    {
      errorCode: 0,
      errorMessage: '',
      entries: [{ entity: [{ entityType: 'user', entityName: null }], values: [{ key: 'k', value: 1.5 }] }],
    },
    '0000002300000102000000000000000102020575736572000002026b3ff8000000000000000000',
  ],
  [
    'UpdateFeatures v1',
    updateFeaturesApi,
    1,
    { errorCode: 95, errorMessage: 'no', results: [{ feature: 'f', errorCode: 95, errorMessage: 'n' }] },
    '00000017000001020000000000005f036e6f020266005f026e0000',
  ],
  [
    'DescribeCluster v2',
    describeClusterApi,
    2,
    { errorCode: 0, clusterId: 'c', controllerId: 1, brokers: [{ brokerId: 1, host: 'h', port: 9, isFenced: true }] },
    '000000260000010200000000000000000102630000000102000000010268000000090001008000000000',
  ],
  [
    'ListConfigResources v1',
    listConfigResourcesApi,
    1,
    { errorCode: 0, configResources: [{ resourceName: 'orders', resourceType: 2 }] },
    '00000016000001020000000000000002076f7264657273020000',
  ],
  [
    'DescribeTopicPartitions v0',
    describeTopicPartitionsApi,
    0,
    {
      topics: [
        {
          errorCode: 0,
          name: 'orders',
          topicId,
          partitions: [
            {
              errorCode: 0,
              partitionIndex: 1,
              leaderId: 1,
              leaderEpoch: 0,
              replicaNodes: [1],
              isrNodes: [1],
              eligibleLeaderReplicas: [],
            },
          ],
        },
      ],
      nextCursor: null,
    },
    '00000048000001020000000000020000076f7264657273000102030405060708090a0b0c0d0e0f000200000000000100000001000000000200' +
      '0000010200000001010001008000000000ff00',
  ],
]
