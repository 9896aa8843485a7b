import type { KafkaErrorName } from '@partita/protocol'
import { isPartitaError, kafkaErrorCodes } from '@partita/protocol'
import { batchHeaders, fetchApi } from '@partita/wire'
import type { ClusterNode } from '../cluster/cluster-node.ts'
import { endpointsOf, type LeaderHint, leaderHint } from '../cluster/leader-hints.ts'
import { preferredReplica } from '../cluster/preferred-replica.ts'
import { leaderError, replicaError } from '../cluster/replica-error.ts'
import type { RequestContext, ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'
import { noFaults } from '../control/fault-plan.ts'
import { waitForNews } from '../core/wait-for-news.ts'
import type { NewsSource } from '../core/watch.ts'
import { type FetchedAll, type FetchScope, fetchScope, partitionsAsked } from '../fetch-sessions/fetch-scope.ts'
import type { AskedTopic, FetchRequest as Request, FetchResponse as Response } from '../fetch-sessions/fetch-session.ts'
import type { Isolation, PartitionLog } from '../log/partition-log.ts'
import type { Partition } from '../topics/partition.ts'

type PartitionRequest = AskedTopic['partitions'][number]
type PartitionResponse = Response['responses'][number]['partitions'][number]
type AbortedTransaction = NonNullable<PartitionResponse['abortedTransactions']>[number]

/** What is asked of one partition, and the partition, or why it cannot be read. */
interface Target {
  readonly asked: PartitionRequest
  readonly partition: Partition | undefined
  readonly error: KafkaErrorName
}

type TargetTopic = Pick<Response['responses'][number], 'topic' | 'topicId'> & { readonly targets: readonly Target[] }

const noBytes = new Uint8Array(0)

/** Batches out of partitions. */
export const fetch: ServedApi = serve<typeof fetchApi>({
  api: fetchApi,
  versions: [4, 18],
  settlesStorage: true,
  handle(request, context) {
    const scope = fetchScope(request, context)
    if (typeof scope === 'string') return { errorCode: kafkaErrorCodes[scope], responses: [] }
    // Most requests that wait find nothing new since the last. But a fault rule may be about any partition.
    const isQuiet = scope.isQuiet && mayWait(request) && context.injectedError === noFaults.errorFor
    if (isQuiet) return readLater(request, scope, [], context)
    const topics = targetsIn(scope, context)
    if (mustAnswerAtOnce(request, topics, context)) return scope.answer(read(request, topics, context))
    scope.watch.over(newsOf(topics, context))
    return readLater(request, scope, topics, context)
  },
  partitionsOf: (request, { topics, fetchSessions }) =>
    partitionsAsked(request, fetchSessions, ({ topic, topicId }) => topics.getById(topicId)?.name ?? topic),
})

/** @param found what was found so far; none where it is known that there is nothing to find */
async function readLater(
  request: Request,
  scope: FetchScope,
  found: readonly TargetTopic[],
  context: RequestContext,
): Promise<Response> {
  const { onClose, broker } = context
  let topics = found
  // Whatever it was that happened, a topic may have gone: everything is looked up again.
  function isEnough(): boolean {
    topics = targetsIn(scope, context)
    return mustAnswerAtOnce(request, topics, context)
  }
  const { waitTimers: timers, clock } = broker
  await waitForNews(scope.watch, isEnough, request.maxWaitMs, { timers, clock, onClose })
  return scope.answer(read(request, topics, context))
}

/** Whatever makes a difference to what was found. Who leads may be another: then it is no longer for this node to answer. */
function newsOf(topics: readonly TargetTopic[], { broker }: RequestContext): NewsSource[] {
  const logs = topics.flatMap(({ targets }) => targets.map(({ partition }) => partition!.log))
  return [...logs.map((log) => (listener: () => void) => log.changes.add(listener)), broker.cluster.onMove]
}

function targetsIn(scope: FetchScope, context: RequestContext): TargetTopic[] {
  return scope.asked().map((topic) => targetsOf(topic, context))
}

function targetsOf({ topic, topicId, partitions }: AskedTopic, context: RequestContext): TargetTopic {
  const { topics } = context.broker
  const byId = context.version >= 13
  const found = byId ? topics.getById(topicId) : topics.get(topic)
  const unknown = byId && found === undefined ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION'
  const targets = partitions.map((asked) => {
    const partition = found?.partitions[asked.partition]
    const injected = context.injectedError(found?.name ?? topic, asked.partition)
    const error = injected ?? (partition === undefined ? unknown : errorOf(asked, partition, context))
    return { asked, partition, error }
  })
  return { topic, topicId, targets }
}

function errorOf(
  { currentLeaderEpoch, fetchOffset }: PartitionRequest,
  { log, leadership }: Partition,
  { version, node }: RequestContext,
): KafkaErrorName {
  // From version 11 on a consumer may read from any replica (KIP-392).
  const fault = (version >= 11 ? replicaError : leaderError)(leadership, node, currentLeaderEpoch)
  if (fault !== 'NONE') return fault
  if (log.diskFault !== undefined) return 'KAFKA_STORAGE_ERROR'
  return fetchOffset < log.startOffset || fetchOffset > log.endOffset ? 'OFFSET_OUT_OF_RANGE' : 'NONE'
}

function isolationOf({ isolationLevel }: Pick<Request, 'isolationLevel'>): Isolation {
  return isolationLevel === 1 ? 'read_committed' : 'read_uncommitted'
}

function mayWait({ maxWaitMs, minBytes, maxBytes }: Request): boolean {
  return maxWaitMs > 0 && minBytes > 0 && maxBytes > 0
}

function mustAnswerAtOnce(request: Request, topics: readonly TargetTopic[], context: RequestContext): boolean {
  if (!mayWait(request)) return true
  const targets = topics.flatMap((topic) => topic.targets)
  const isolation = isolationOf(request)
  let bytes = 0
  for (const { asked, partition, error } of targets) {
    if (error !== 'NONE' || partition === undefined) return true
    if (betterReplica(request, partition, context) !== undefined) return true
    bytes += partition.log.bytesFrom(asked.fetchOffset, partition.log.limitFor(isolation))
  }
  return targets.length === 0 || bytes >= Math.min(request.minBytes, request.maxBytes)
}

/** The follower that a consumer should read from rather than from this node, its leader. */
function betterReplica(
  { rackId }: Request,
  { leadership }: Partition,
  { node, broker }: RequestContext,
): ClusterNode | undefined {
  return leadership.leader === node.id ? preferredReplica(leadership, rackId, broker.cluster) : undefined
}

/** Reads in the order of the request, as far as its bytes go. The very first batch comes whatever its size (KIP-74). */
function read(request: Request, topics: readonly TargetTopic[], context: RequestContext): FetchedAll {
  const { broker, version } = context
  const { warn, cluster } = broker
  const leaders: number[] = []
  let left = Math.min(request.maxBytes, broker.configs.number('fetch.max.bytes'))
  let isEmpty = true
  const isolation = isolationOf(request)

  function readFrom(log: PartitionLog, offset: number, maxBytes: number, limit: number): Uint8Array | undefined {
    try {
      return log.read(offset, maxBytes, isEmpty, limit)
    } catch (error) {
      if (!isPartitaError(error) || error.code !== 'KAFKA_STORAGE_ERROR') throw error
      warn(error.message)
      return undefined
    }
  }

  function readOne({ asked, partition, error }: Target): PartitionResponse {
    if (partition === undefined) return failed(asked.partition, error)
    const { log } = partition
    if (error !== 'NONE') return { ...failed(asked.partition, error), ...hintFor(error, partition) }
    const better = betterReplica(request, partition, context)
    if (better !== undefined) return answerFrom(log, asked.partition, noBytes, null, better.id)
    const maxBytes = Math.min(asked.partitionMaxBytes, left)
    const records = readFrom(log, asked.fetchOffset, maxBytes, log.limitFor(isolation))
    if (records === undefined) return failed(asked.partition, 'KAFKA_STORAGE_ERROR')
    left = Math.max(0, left - records.length)
    isEmpty &&= records.length === 0
    const aborted = isolation === 'read_committed' ? abortedAmong(records, asked.fetchOffset, log) : null
    return answerFrom(log, asked.partition, records, aborted)
  }

  /** From version 16 on, who leads instead (KIP-951). */
  function hintFor(error: KafkaErrorName, { leadership }: Partition): { currentLeader?: LeaderHint } {
    if (version < 16 || cluster.nodes.length === 1 || !leaderErrors.includes(error)) return {}
    const hint = leaderHint(leadership)
    leaders.push(hint.leaderId)
    return { currentLeader: hint }
  }

  const responses = topics.map(({ topic, topicId, targets }) => ({ topic, topicId, partitions: targets.map(readOne) }))
  return leaders.length === 0 ? { responses } : { responses, nodeEndpoints: endpointsOf(leaders, cluster) }
}

const leaderErrors: readonly KafkaErrorName[] = ['NOT_LEADER_OR_FOLLOWER', 'FENCED_LEADER_EPOCH']

function answerFrom(
  log: PartitionLog,
  partitionIndex: number,
  records: Uint8Array,
  abortedTransactions: AbortedTransaction[] | null,
  preferredReadReplica = -1,
): PartitionResponse {
  return {
    partitionIndex,
    errorCode: kafkaErrorCodes.NONE,
    highWatermark: log.highWatermark,
    lastStableOffset: log.lastStableOffset,
    logStartOffset: log.startOffset,
    abortedTransactions,
    preferredReadReplica,
    records,
  }
}

/** The transactions whose records a reader has to skip in an answer. Usually there are none, and nothing is looked at. */
function abortedAmong(
  records: Uint8Array,
  fetchOffset: number,
  { transactions, lastStableOffset }: PartitionLog,
): AbortedTransaction[] {
  if (transactions.abortedIn(fetchOffset, lastStableOffset).length === 0) return []
  let end = fetchOffset
  for (const { lastOffset } of batchHeaders(records)) end = lastOffset + 1
  return transactions.abortedIn(fetchOffset, end)
}

/** The records are empty and never null: librdkafka takes a null for a malformed answer. */
function failed(partitionIndex: number, error: KafkaErrorName): PartitionResponse {
  return {
    partitionIndex,
    errorCode: kafkaErrorCodes[error],
    highWatermark: -1,
    // Where there is no log to look into; null where there is one.
    abortedTransactions: error === 'UNKNOWN_TOPIC_OR_PARTITION' || error === 'UNKNOWN_TOPIC_ID' ? [] : null,
    records: noBytes,
  }
}
