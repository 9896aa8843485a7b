import {
  choiceOption,
  integerOption,
  nameOption,
  PartitaError,
  topicName,
  type AssignOptions,
  type ConsumerTransport,
  type FetchOptions,
  type GroupListener,
  type GroupMembership,
  type IsolationLevel,
  type SubscribeOptions,
} from '@partita/protocol'
import type { ConsumerOptions, GroupOptions, HandlingOptions, ManualOptions } from './consumer-options.ts'

/** Where records come from: as a member of a group, or from partitions that were given. */
export interface RecordSource {
  /** The group's, where there is one. */
  readonly groupId: string | undefined
  /** Whether progress can be committed. */
  readonly commits: boolean
  /** How long giving up partitions may take. */
  readonly rebalanceTimeoutMs: number
  readonly isolationLevel: IsolationLevel
  open(session: ConsumerTransport, listener: GroupListener, signal: AbortSignal): Promise<GroupMembership>
}

/** @throws PartitaError `INVALID_OPTION`, `INVALID_TOPIC_EXCEPTION` */
export function recordSource<K, V>(options: ConsumerOptions<K, V>): RecordSource {
  if (options.partitions === undefined) return groupSource(subscription(options))
  if (options.topics !== undefined) throw invalid('topics', 'left out where partitions is given: it is either of them')
  return manualSource(assignment(options))
}

function groupSource(options: Omit<SubscribeOptions, 'signal'>): RecordSource {
  const { groupId, rebalanceTimeoutMs, isolationLevel } = options
  return {
    groupId,
    rebalanceTimeoutMs,
    isolationLevel,
    commits: true,
    open: (session, listener, signal) => session.subscribe({ ...options, signal }, listener),
  }
}

function manualSource(options: Omit<AssignOptions, 'signal'>): RecordSource {
  const { groupId, isolationLevel } = options
  return {
    groupId,
    isolationLevel,
    commits: groupId !== undefined,
    // Nobody takes them away.
    rebalanceTimeoutMs: 0,
    open: (session, listener, signal) => session.assign({ ...options, signal }, listener),
  }
}

function subscription<K, V>(options: HandlingOptions<K, V> & GroupOptions): Omit<SubscribeOptions, 'signal'> {
  const { topics, groupInstanceId, sessionTimeoutMs = 45_000, heartbeatIntervalMs = 3_000 } = options
  if (!Array.isArray(topics) || topics.length === 0) throw invalid('topics', 'a list of at least one topic')
  const { groupProtocol, groupRemoteAssignor, partitionAssignmentStrategy, rebalanceTimeoutMs = 60_000 } = options
  integerOption('sessionTimeoutMs', sessionTimeoutMs, { min: 1 })
  integerOption('heartbeatIntervalMs', heartbeatIntervalMs, { min: 1, max: Math.max(1, sessionTimeoutMs - 1) })
  if (groupInstanceId !== undefined) nameOption('groupInstanceId', groupInstanceId)
  return {
    ...fetches(options),
    groupId: nameOption('groupId', options.groupId),
    topics: [...new Set((topics as readonly string[]).map(topicName))],
    sessionTimeoutMs,
    heartbeatIntervalMs,
    rebalanceTimeoutMs: integerOption('rebalanceTimeoutMs', rebalanceTimeoutMs, { min: 1 }),
    groupInstanceId,
    // The transport knows which of these there are.
    groupProtocol,
    groupRemoteAssignor,
    partitionAssignmentStrategy,
  }
}

function assignment<K, V>(options: HandlingOptions<K, V> & ManualOptions): Omit<AssignOptions, 'signal'> {
  const { groupId, partitions } = options
  if (!Array.isArray(partitions) || partitions.length === 0) {
    throw invalid('partitions', 'a list of at least one { topic, partition }')
  }
  if (groupId !== undefined) nameOption('groupId', groupId)
  return { ...fetches(options), groupId, partitions }
}

function fetches<K, V>(options: HandlingOptions<K, V>): FetchOptions {
  const { autoOffsetReset = 'latest', isolationLevel = 'read_uncommitted', clientRack } = options
  const { fetchMinBytes = 1, fetchMaxBytes = 52_428_800 } = options
  const { maxPartitionFetchBytes = 1_048_576, fetchMaxWaitMs = 500 } = options
  return {
    autoOffsetReset: choiceOption('autoOffsetReset', autoOffsetReset, ['earliest', 'latest', 'none']),
    isolationLevel: choiceOption('isolationLevel', isolationLevel, ['read_committed', 'read_uncommitted']),
    fetchMinBytes: integerOption('fetchMinBytes', fetchMinBytes, { min: 1 }),
    fetchMaxBytes: integerOption('fetchMaxBytes', fetchMaxBytes, { min: 1 }),
    maxPartitionFetchBytes: integerOption('maxPartitionFetchBytes', maxPartitionFetchBytes, { min: 1 }),
    fetchMaxWaitMs: integerOption('fetchMaxWaitMs', fetchMaxWaitMs, { min: 0 }),
    clientRack: clientRack === undefined ? undefined : nameOption('clientRack', clientRack),
  }
}

function invalid(name: string, expected: string): PartitaError {
  return new PartitaError('INVALID_OPTION', `${name} must be ${expected}.`, { api: name })
}
