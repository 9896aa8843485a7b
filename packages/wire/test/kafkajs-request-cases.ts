import type { KnownApi } from '@partita/wire'

/** What kafkajs is told to ask, and what must come out of the bytes that it makes. */
export interface RequestCase {
  readonly folder: string
  readonly api: KnownApi['name']
  readonly versions: readonly [number, number]
  readonly parameters: unknown
  readonly body: (version: number) => unknown
}

const topics = [{ topic: 'orders', partitions: [{ partition: 3, offset: '9000000000', metadata: 'm' }] }]
const metadata = Buffer.from([1, 2, 3])

/** Data and classic groups. */
export const dataAndGroupCases: readonly RequestCase[] = [
  {
    folder: 'metadata',
    api: 'Metadata',
    versions: [0, 6],
    parameters: { topics: ['orders', 'größe'], allowAutoTopicCreation: false },
    body: (version) => ({
      topics: [{ name: 'orders' }, { name: 'größe' }],
      allowAutoTopicCreation: version < 4,
    }),
  },
  {
    folder: 'metadata',
    api: 'Metadata',
    versions: [1, 6],
    parameters: { topics: [] },
    body: () => ({ topics: null }),
  },
  { folder: 'apiVersions', api: 'ApiVersions', versions: [0, 2], parameters: {}, body: () => ({}) },
  {
    folder: 'listOffsets',
    api: 'ListOffsets',
    versions: [1, 3],
    parameters: {
      isolationLevel: 1,
      topics: [
        {
          topic: 'orders',
          partitions: [
            { partition: 2, timestamp: '1700000000000' },
            { partition: 0, timestamp: -2 },
          ],
        },
      ],
    },
    body: (version) => ({
      replicaId: -1,
      isolationLevel: version >= 2 ? 1 : 0,
      topics: [
        {
          name: 'orders',
          partitions: [
            { partitionIndex: 2, timestamp: 1_700_000_000_000 },
            { partitionIndex: 0, timestamp: -2 },
          ],
        },
      ],
    }),
  },
  {
    folder: 'fetch',
    api: 'Fetch',
    versions: [4, 11],
    parameters: {
      maxWaitTime: 100,
      minBytes: 1,
      maxBytes: 1_000_000,
      isolationLevel: 1,
      rackId: 'r1',
      topics: [{ topic: 'orders', partitions: [{ partition: 3, fetchOffset: '9000000000', maxBytes: 65_536 }] }],
    },
    body: (version) => ({
      replicaId: -1,
      maxWaitMs: 100,
      minBytes: 1,
      maxBytes: 1_000_000,
      isolationLevel: 1,
      rackId: version >= 11 ? 'r1' : '',
      sessionEpoch: -1,
      topics: [
        { topic: 'orders', partitions: [{ partition: 3, fetchOffset: 9_000_000_000, partitionMaxBytes: 65_536 }] },
      ],
    }),
  },
  {
    folder: 'offsetCommit',
    api: 'OffsetCommit',
    versions: [2, 5],
    parameters: { groupId: 'g', groupGenerationId: 4, memberId: 'm-1', retentionTime: 86_400_000, topics },
    body: (version) => ({
      groupId: 'g',
      generationIdOrMemberEpoch: 4,
      memberId: 'm-1',
      retentionTimeMs: version < 5 ? 86_400_000 : -1,
      topics: [
        {
          name: 'orders',
          partitions: [{ partitionIndex: 3, committedOffset: 9_000_000_000, committedMetadata: 'm' }],
        },
      ],
    }),
  },
  {
    folder: 'offsetFetch',
    api: 'OffsetFetch',
    versions: [1, 4],
    parameters: { groupId: 'g', topics: [{ topic: 'orders', partitions: [{ partition: 1 }, { partition: 2 }] }] },
    body: () => ({ groupId: 'g', topics: [{ name: 'orders', partitionIndexes: [1, 2] }] }),
  },
  {
    folder: 'findCoordinator',
    api: 'FindCoordinator',
    versions: [0, 2],
    parameters: { coordinatorKey: 'g', coordinatorType: 1, groupId: 'g' },
    body: (version) => ({ key: 'g', keyType: version >= 1 ? 1 : 0 }),
  },
  {
    folder: 'joinGroup',
    api: 'JoinGroup',
    versions: [0, 5],
    parameters: {
      groupId: 'g',
      sessionTimeout: 30_000,
      rebalanceTimeout: 60_000,
      memberId: 'm-1',
      groupInstanceId: 'i-1',
      protocolType: 'consumer',
      groupProtocols: [{ name: 'RoundRobin', metadata }],
    },
    body: (version) => ({
      groupId: 'g',
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: version >= 1 ? 60_000 : -1,
      memberId: 'm-1',
      groupInstanceId: version >= 5 ? 'i-1' : null,
      protocolType: 'consumer',
      protocols: [{ name: 'RoundRobin', metadata: new Uint8Array(metadata) }],
    }),
  },
  {
    folder: 'syncGroup',
    api: 'SyncGroup',
    versions: [0, 3],
    parameters: {
      groupId: 'g',
      generationId: 4,
      memberId: 'm-1',
      groupInstanceId: 'i-1',
      groupAssignment: [{ memberId: 'm-1', memberAssignment: metadata }],
    },
    body: (version) => ({
      generationId: 4,
      groupInstanceId: version >= 3 ? 'i-1' : null,
      assignments: [{ memberId: 'm-1', assignment: new Uint8Array(metadata) }],
    }),
  },
  {
    folder: 'heartbeat',
    api: 'Heartbeat',
    versions: [0, 3],
    parameters: { groupId: 'g', groupGenerationId: 4, memberId: 'm-1', groupInstanceId: 'i-1' },
    body: (version) => ({
      groupId: 'g',
      generationId: 4,
      memberId: 'm-1',
      groupInstanceId: version >= 3 ? 'i-1' : null,
    }),
  },
  {
    folder: 'leaveGroup',
    api: 'LeaveGroup',
    versions: [0, 3],
    parameters: { groupId: 'g', memberId: 'm-1', members: [{ memberId: 'm-1' }] },
    body: (version) =>
      version < 3
        ? { groupId: 'g', memberId: 'm-1', members: [] }
        : { groupId: 'g', memberId: '', members: [{ memberId: 'm-1', groupInstanceId: null }] },
  },
]
