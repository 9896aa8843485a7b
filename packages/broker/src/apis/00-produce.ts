import type { TopicPartition } from '@partita/protocol'
import { kafkaErrorCodes, PartitaError } from '@partita/protocol'
import { type BatchHeader, produceApi, type RequestOf, type ResponseInput } from '@partita/wire'
import type { ClusterNode } from '../cluster/cluster-node.ts'
import { endpointsOf, leaderHint } from '../cluster/leader-hints.ts'
import type { RequestContext, ServedApi } from '../core/served-api.ts'
import { olderError } from '../core/older-error.ts'
import { serve } from '../core/served-api.ts'
import { batchRulesOf, isRefusal, type Refusal } from '../log/check-batch.ts'
import { findKeylessRecord } from '../log/find-keyless-record.ts'
import type { Partition } from '../topics/partition.ts'
import type { Topic } from '../topics/topic.ts'

type Request = RequestOf<typeof produceApi>
type Response = ResponseInput<typeof produceApi>
type TopicRequest = Request['topicData'][number]
type PartitionRequest = TopicRequest['partitionData'][number]
type PartitionResponse = Response['responses'][number]['partitionResponses'][number]

/** What is to be written to one topic, and the topic, if there is one. */
interface Target {
  readonly asked: TopicRequest
  /** As the request, or the topic, has it; empty where an id leads nowhere. */
  readonly name: string
  readonly topic: Topic | undefined
}

type TopicResponse = Pick<TopicRequest, 'name' | 'topicId'> & { readonly partitionResponses: PartitionResponse[] }

/** Batches into partitions. Served from version 3 on, but advertised from 0: see `advertisedFrom`. */
export const produce: ServedApi = serve<typeof produceApi>({
  api: produceApi,
  versions: [3, 13],
  // librdkafka before 2.11.1 takes a broker without version 0 for one that cannot compress. Kafka 4 does the same.
  advertisedFrom: 0,
  settlesStorage: true,
  handle(request, context) {
    const targets = targetsIn(request, context)
    const compacted = targets.some(({ topic }) => isCompacted(topic))
    return compacted ? checkKeysThenAppend(request, context) : appendAndSettle(request, targets, context)
  },
  *partitionsOf({ topicData }, { topics }) {
    for (const { name, topicId, partitionData } of topicData) {
      const topic = topics.getById(topicId)?.name ?? name
      yield* partitionData.map(({ index }) => ({ topic, partition: index }))
    }
  },
})

/** From version 13 on, topics go by their ids. */
function targetsIn({ topicData }: Request, { version, broker }: RequestContext): Target[] {
  return topicData.map((asked) => {
    const topic = version < 13 ? broker.topics.get(asked.name) : broker.topics.getById(asked.topicId)
    return { asked, name: topic?.name ?? asked.name, topic }
  })
}

/** An answer says of a batch that it is there only when it is as safe as it has been asked to be: also of a retry. */
function appendAndSettle(
  request: Request,
  targets: readonly Target[],
  context: RequestContext,
  keyless?: ReadonlyMap<string, Refusal>,
): Response | undefined | Promise<Response | undefined> {
  const responses = appendAll(request, targets, context, keyless)
  const flushed = context.broker.storage.flushed()
  if (flushed === undefined) return answerOf(request, responses, context)
  return flushed.then(() => {
    responses.forEach(({ partitionResponses }, i) => {
      const partitions = targets[i]!.topic?.partitions
      partitionResponses.forEach(({ index, errorCode }, j) => {
        const failure = partitions?.[index]?.log.failure
        if (failure === undefined || errorCode !== kafkaErrorCodes.NONE) return
        partitionResponses[j] = refused(index, { error: 'KAFKA_STORAGE_ERROR', message: failure })
      })
    })
    return answerOf(request, responses, context)
  })
}

function answerOf({ acks }: Request, responses: TopicResponse[], { broker }: RequestContext): Response | undefined {
  if (acks === 0) return silence(responses)
  const { cluster } = broker
  if (cluster.nodes.length === 1) return { responses }
  const leaders = responses.flatMap(({ partitionResponses }) =>
    partitionResponses.flatMap(({ currentLeader }) => currentLeader?.leaderId ?? []),
  )
  return leaders.length === 0 ? { responses } : { responses, nodeEndpoints: endpointsOf(leaders, cluster) }
}

function appendAll(
  request: Request,
  targets: readonly Target[],
  context: RequestContext,
  keyless?: ReadonlyMap<string, Refusal>,
): TopicResponse[] {
  return targets.map((target) => {
    const { name, topicId, partitionData } = target.asked
    const partitionResponses = partitionData.map((partition) =>
      appendOne(request, target, partition, context, keyless?.get(`${target.name}-${partition.index}`)),
    )
    return { name, topicId, partitionResponses }
  })
}

function appendOne(
  { acks, transactionalId }: Request,
  { asked, name: topicName, topic }: Target,
  { index, records }: PartitionRequest,
  context: RequestContext,
  keyless: Refusal | undefined,
): PartitionResponse {
  const injected = context.injectedError(topicName, index)
  if (injected !== undefined) return refused(index, { error: injected, message: 'A fault rule refuses it.' })
  if (acks < -1 || acks > 1) return refused(index, { error: 'INVALID_REQUIRED_ACKS', message: `acks is ${acks}.` })
  if (topic === undefined && context.version >= 13) {
    return refused(index, { error: 'UNKNOWN_TOPIC_ID', message: `There is no topic with the id ${asked.topicId}.` })
  }
  const partition = topic?.partitions[index]
  if (topic === undefined || partition === undefined) {
    return refused(index, { error: 'UNKNOWN_TOPIC_OR_PARTITION', message: `${topicName} has no partition ${index}.` })
  }
  const fault = faultOfReplicas(partition, acks, topic, context.node)
  if (fault !== undefined) return fault
  if (keyless !== undefined) return refused(index, { ...keyless, logStartOffset: partition.log.startOffset })
  const result = partition.append(records, batchRulesOf(topic.configs, context.version >= 7), (header) =>
    faultOfTransaction(transactionalId, header, { topic: topicName, partition: index }, context),
  )
  if (isRefusal(result)) return refused(index, result)
  const { baseOffset, logAppendTime } = result
  return {
    index,
    errorCode: kafkaErrorCodes.NONE,
    baseOffset,
    logAppendTimeMs: logAppendTime,
    logStartOffset: partition.log.startOffset,
  }
}

/** Whether this node leads the partition, and whether there are copies enough for who wants one in each. */
function faultOfReplicas(
  { index, leadership }: Partition,
  acks: number,
  { name, configs }: Topic,
  { id }: ClusterNode,
): PartitionResponse | undefined {
  if (leadership.leader !== id) {
    const message = `Node ${id} does not lead ${name}-${index}; ${leadership.leader} does (-1: none).`
    return { ...refused(index, { error: 'NOT_LEADER_OR_FOLLOWER', message }), currentLeader: leaderHint(leadership) }
  }
  const { replicas, inSync } = leadership
  if (acks !== -1 || inSync.length === replicas.length) return undefined
  // No more can be asked for than there are replicas. (Java: `effectiveMinIsr`.)
  const needed = Math.min(configs.number('min.insync.replicas'), replicas.length)
  if (inSync.length >= needed) return undefined
  const message = `${name}-${index} has ${inSync.length} of its replicas in sync; min.insync.replicas is ${needed}.`
  return refused(index, { error: 'NOT_ENOUGH_REPLICAS', message })
}

/** Whether a batch belongs to a transaction that is open and has the partition: version 12 adds it by itself (KIP-890). */
function faultOfTransaction(
  transactionalId: string | null,
  { producerId, producerEpoch }: BatchHeader,
  place: TopicPartition,
  { broker, version }: RequestContext,
): Refusal | undefined {
  if (transactionalId === null) {
    const message = 'The batch belongs to a transaction, and the request names no transactional id.'
    return { error: 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED', message }
  }
  const producer = { transactionalId, producerId, producerEpoch }
  const error =
    version < 12
      ? broker.transactions.verifyPartition(producer, place)
      : broker.transactions.joinPartition(producer, place)
  if (error === 'NONE') return undefined
  const message =
    `Producer ${producerId} (epoch ${producerEpoch}) cannot write to ${place.topic}-${place.partition} in a transaction ` +
    `of ${JSON.stringify(transactionalId)}: it was fenced or forgotten, or the partition was not added.`
  return { error: olderError(error, 'TRANSACTION_ABORTABLE', version >= 11), message }
}

/** Records of a compacted topic need keys; whether they have them takes reading, and perhaps decompressing, all of them. */
async function checkKeysThenAppend(request: Request, context: RequestContext): Promise<Response | undefined> {
  const keyless = new Map<string, Refusal>()
  for (const { asked, name, topic } of targetsIn(request, context)) {
    if (!isCompacted(topic)) continue
    for (const { index, records } of asked.partitionData) {
      const refusal = await findKeylessRecord(records)
      if (refusal !== undefined) keyless.set(`${name}-${index}`, refusal)
    }
  }
  // A topic may have gone meanwhile: all are looked up again.
  return appendAndSettle(request, targetsIn(request, context), context, keyless)
}

/** Without acks there is no answer: a failure can be told only by closing the connection, which is what Kafka does. */
function silence(responses: Response['responses']): undefined {
  for (const { name, partitionResponses } of responses) {
    for (const { index, errorMessage } of partitionResponses) {
      if (errorMessage === undefined || errorMessage === null) continue
      const message = `A Produce with acks=0 failed: ${errorMessage}`
      throw new PartitaError('UNSUPPORTED', message, { topic: name ?? '', partition: index })
    }
  }
  return undefined
}

function refused(index: number, { error, message, logStartOffset = -1 }: Refusal): PartitionResponse {
  return { index, errorCode: kafkaErrorCodes[error], baseOffset: -1, logStartOffset, errorMessage: message }
}

function isCompacted(topic: Topic | undefined): boolean {
  return topic !== undefined && topic.configs.includes('cleanup.policy', 'compact')
}
