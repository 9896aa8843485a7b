import {
  deleteGroupsApi,
  describeGroupsApi,
  findCoordinatorApi,
  heartbeatApi,
  joinGroupApi,
  leaveGroupApi,
  listGroupsApi,
  offsetCommitApi,
  offsetFetchApi,
  syncGroupApi,
} from '@partita/wire'
import { describe } from 'vitest'
import type { Row } from './kafkajs-response-rows.ts'
import { rows, testRows } from './kafkajs-response-rows.ts'

const bytes = Uint8Array.of(1, 2, 3)
const partitionErrors = [{ name: 'orders', partitions: [{ partitionIndex: 1, errorCode: 3 }] }]

const groupRows: readonly Row[] = [
  ...rows('findCoordinator', findCoordinatorApi, [0, 2], { errorCode: 0, nodeId: 2, host: 'h', port: 9092 }, () => ({
    errorCode: 0,
    coordinator: { nodeId: 2, host: 'h', port: 9092 },
  })),
  ...rows(
    'joinGroup',
    joinGroupApi,
    [0, 5],
    {
      errorCode: 0,
      generationId: 4,
      protocolName: 'RoundRobin',
      leader: 'm-1',
      memberId: 'm-2',
      members: [{ memberId: 'm-1', groupInstanceId: 'i', metadata: bytes }],
    },
    (version) => ({
      generationId: 4,
      groupProtocol: 'RoundRobin',
      leaderId: 'm-1',
      memberId: 'm-2',
      members: [
        { memberId: 'm-1', memberMetadata: Buffer.from(bytes), ...(version === 5 ? { groupInstanceId: 'i' } : {}) },
      ],
    }),
  ),
  ...rows('syncGroup', syncGroupApi, [0, 3], { errorCode: 0, assignment: bytes }, () => ({
    memberAssignment: Buffer.from(bytes),
  })),
  ...rows('heartbeat', heartbeatApi, [0, 3], { errorCode: 27 }, () => ({ errorCode: 27 })),
  ...rows(
    'leaveGroup',
    leaveGroupApi,
    [0, 3],
    { errorCode: 0, members: [{ memberId: 'm', errorCode: 25 }] },
    (version) =>
      version < 3 ? { errorCode: 0 } : { members: [{ memberId: 'm', groupInstanceId: null, errorCode: 25 }] },
  ),
  ...rows('offsetCommit', offsetCommitApi, [2, 5], { topics: partitionErrors }, () => ({
    responses: [{ topic: 'orders', partitions: [{ partition: 1, errorCode: 3 }] }],
  })),
  ...rows(
    'offsetFetch',
    offsetFetchApi,
    [1, 4],
    {
      topics: [
        {
          name: 'orders',
          partitions: [{ partitionIndex: 1, committedOffset: 9_000_000_000, metadata: 'm', errorCode: 0 }],
        },
      ],
    },
    () => ({
      responses: [
        { topic: 'orders', partitions: [{ partition: 1, offset: '9000000000', metadata: 'm', errorCode: 0 }] },
      ],
    }),
  ),
  ...rows(
    'describeGroups',
    describeGroupsApi,
    [0, 2],
    {
      groups: [
        {
          errorCode: 0,
          groupId: 'g',
          groupState: 'Stable',
          protocolType: 'consumer',
          protocolData: 'range',
          members: [{ memberId: 'm', clientId: 'c', clientHost: '/h', memberMetadata: bytes, memberAssignment: bytes }],
        },
      ],
    },
    () => ({
      groups: [
        {
          groupId: 'g',
          state: 'Stable',
          protocolType: 'consumer',
          protocol: 'range',
          members: [{ memberId: 'm', clientId: 'c', clientHost: '/h', memberAssignment: Buffer.from(bytes) }],
        },
      ],
    }),
  ),
  ...rows(
    'listGroups',
    listGroupsApi,
    [0, 2],
    { errorCode: 0, groups: [{ groupId: 'g', protocolType: 'consumer' }] },
    () => ({
      groups: [{ groupId: 'g', protocolType: 'consumer' }],
    }),
  ),
  ...rows('deleteGroups', deleteGroupsApi, [0, 1], { results: [{ groupId: 'g', errorCode: 68 }] }, () => ({
    results: [{ groupId: 'g', errorCode: 68 }],
  })),
]

describe('what we answer is read by kafkajs: groups', () => testRows(groupRows))
