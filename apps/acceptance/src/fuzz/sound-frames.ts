import { isPartitaError } from '@partita/protocol'
import { type Api, apis, createBatchWriter, encodeRequest, encodeSubscription } from '@partita/wire'

const topic = 't'
const group = 'g'
const transactionalId = 'tx'
const producer = { producerId: 1, producerEpoch: 0 }
const partitions = [{ topic, name: topic, partitions: [0, 1], partitionIndexes: [0, 1] }]
const configs = [{ name: 'retention.ms', value: '1000', configOperation: 0 }]
const resources = [{ resourceType: 2, resourceName: topic, configs, configurationKeys: null }]
const member = { groupId: group, generationId: 1, memberId: 'm', groupInstanceId: null }
const timeoutMs = 100

const offsets = [
  {
    name: topic,
    partitionIndexes: [0, 1],
    partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: 'x', offset: 1, timestamp: -1 }],
  },
]

/** A request of each API that the broker serves, with something in every part of it. */
const requests: Readonly<Record<string, object>> = {
  Produce: {
    acks: -1,
    timeoutMs,
    topicData: [
      {
        name: topic,
        partitionData: [
          { index: 0, records: batch({}) },
          { index: 1, records: batch(producer) },
        ],
      },
    ],
  },
  Fetch: {
    maxWaitMs: timeoutMs,
    minBytes: 1,
    topics: [{ topic, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000 }] }],
    forgottenTopicsData: [{ topic, partitions: [1] }],
  },
  ListOffsets: { topics: offsets },
  Metadata: { topics: [{ name: topic }, { name: 'made-by-asking' }] },
  OffsetCommit: { groupId: group, topics: offsets },
  OffsetFetch: { groupId: group, topics: offsets, groups: [{ groupId: group, topics: offsets }] },
  FindCoordinator: { key: group, keyType: 0, coordinatorKeys: [group, 'h'] },
  JoinGroup: {
    groupId: group,
    sessionTimeoutMs: 1_000,
    rebalanceTimeoutMs: 1_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: encodeSubscription(1, { topics: [topic], userData: null }) }],
  },
  Heartbeat: member,
  LeaveGroup: { groupId: group, memberId: 'm', members: [{ memberId: 'm' }] },
  SyncGroup: { ...member, assignments: [{ memberId: 'm', assignment: new Uint8Array(9) }] },
  DescribeGroups: { groups: [group, 'unknown'] },
  ListGroups: { statesFilter: ['Empty'], typesFilter: ['classic'] },
  ApiVersions: { clientSoftwareName: 'fuzz', clientSoftwareVersion: '1' },
  CreateTopics: {
    topics: [
      { name: 'new', numPartitions: 2, replicationFactor: 1, configs },
      {
        name: 'placed',
        numPartitions: -1,
        replicationFactor: -1,
        assignments: [{ partitionIndex: 0, brokerIds: [1] }],
      },
    ],
  },
  DeleteTopics: { topics: [{ name: 'new' }], topicNames: ['new'], timeoutMs },
  DeleteRecords: { topics: offsets, timeoutMs },
  InitProducerId: { transactionalId, transactionTimeoutMs: 1_000 },
  OffsetForLeaderEpoch: { topics: [{ topic, partitions: [{ partition: 0, leaderEpoch: 0 }] }] },
  AddPartitionsToTxn: {
    transactions: [],
    v3AndBelowTransactionalId: transactionalId,
    v3AndBelowProducerId: 1,
    v3AndBelowProducerEpoch: 0,
    v3AndBelowTopics: partitions,
  },
  AddOffsetsToTxn: { transactionalId, ...producer, groupId: group },
  EndTxn: { transactionalId, ...producer, committed: true },
  TxnOffsetCommit: { transactionalId, ...producer, groupId: group, topics: offsets },
  DescribeConfigs: { resources, includeSynonyms: true, includeDocumentation: true },
  AlterConfigs: { resources },
  CreatePartitions: { topics: [{ name: topic, count: 3 }], timeoutMs },
  DeleteGroups: { groupsNames: [group, 'h'] },
  IncrementalAlterConfigs: { resources },
  ListPartitionReassignments: { topics: partitions },
  OffsetDelete: { groupId: group, topics: offsets },
  DescribeCluster: { includeClusterAuthorizedOperations: true },
  DescribeProducers: { topics: partitions },
  DescribeTransactions: { transactionalIds: [transactionalId, 'unknown'] },
  ListTransactions: { stateFilters: ['Ongoing'], producerIdFilters: [1] },
}

/** Whole frames of sound requests: each of the above in every version that it can be written in. */
export function soundFrames(): Uint8Array[] {
  const frames: Uint8Array[] = []
  for (const api of apis as readonly Api[]) {
    const body = requests[api.name]
    for (let version = api.versions[0]; body !== undefined && version <= api.versions[1]; version++) {
      const frame = written(api, version, body)
      if (frame !== undefined) frames.push(frame)
    }
  }
  return frames
}

/** `undefined`: a version lacks what the request says. */
function written(api: Api, version: number, body: object): Uint8Array | undefined {
  try {
    return encodeRequest(api, version, { correlationId: 1, clientId: 'fuzz' }, body as never)
  } catch (error) {
    if (isPartitaError(error)) return undefined
    throw error
  }
}

function batch(fields: { producerId?: number; producerEpoch?: number }): Uint8Array {
  const writer = createBatchWriter()
  for (const value of ['a', 'b', 'c']) writer.append(1_700_000_000_000, 'key', value, [])
  return writer.finish({ ...fields, baseSequence: 0 })
}
