import { PartitaError } from '@partita/protocol'
import { createTopicsApi, type RequestOf, type ResponseInput } from '@partita/wire'
import { configSources, describeConfigs } from '../configs/describe-configs.ts'
import type { BrokerState } from '../core/broker-state.ts'
import type { RequestContext, ServedApi } from '../core/served-api.ts'
import { answering, errorAnswer } from '../core/error-answer.ts'
import { serve } from '../core/served-api.ts'
import type { Topic } from '../topics/topic.ts'
import type { NewTopicRequest } from '../topics/topic-registry.ts'

type Request = RequestOf<typeof createTopicsApi>
type TopicRequest = Request['topics'][number]
type TopicResponse = ResponseInput<typeof createTopicsApi>['topics'][number]

/** Stands for the broker's default, of partitions and of replicas. */
const standard = -1

/** New topics, each made or refused by itself. More replicas than there are nodes are accepted, and there is one. */
export const createTopics: ServedApi = serve<typeof createTopicsApi>({
  api: createTopicsApi,
  versions: [2, 7],
  handle({ topics, validateOnly }, context) {
    return { topics: topics.map((topic) => createOne(topic, topics, validateOnly, context)) }
  },
  refuse: ({ topics }, errorCode) => ({ topics: topics.map(({ name }) => ({ name, errorCode })) }),
})

function createOne(
  topic: TopicRequest,
  all: readonly TopicRequest[],
  validateOnly: boolean,
  { broker }: RequestContext,
): TopicResponse {
  const { name } = topic
  if (all.some((other) => other !== topic && other.name === name)) {
    return { name, ...errorAnswer('INVALID_REQUEST', `The request names the topic ${name} twice.`) }
  }
  const result = answering(() => {
    const wanted = wantedOf(topic, broker)
    if (validateOnly) broker.topics.check(wanted)
    else broker.topics.create(wanted)
  })
  const created = result.errorCode === 0 ? broker.topics.get(name) : undefined
  return created === undefined ? { name, ...result } : { ...result, ...describe(created, broker) }
}

function wantedOf(
  { name, numPartitions, replicationFactor, assignments, configs }: TopicRequest,
  { nodeId, warn }: BrokerState,
): NewTopicRequest {
  const given = configs.flatMap((one) => (one.value === null ? [] : [[one.name, one.value] as const]))
  if (assignments.length > 0) {
    checkAssignments(name, assignments, numPartitions, replicationFactor, nodeId)
    return { name, partitions: assignments.length, configs: given }
  }
  if (replicationFactor !== standard && replicationFactor < 1) {
    const message = `A topic has 1 replica or more; asked for ${replicationFactor}.`
    throw new PartitaError('INVALID_REPLICATION_FACTOR', message, { topic: name })
  }
  if (replicationFactor > 1) {
    warn(`The topic ${name} was asked for with ${replicationFactor} replicas; this is one node, and it gets one.`)
  }
  return { name, partitions: numPartitions === standard ? undefined : numPartitions, configs: given }
}

/** Replicas that are placed by hand: every partition once, each on this node. */
function checkAssignments(
  topic: string,
  assignments: TopicRequest['assignments'],
  numPartitions: number,
  replicationFactor: number,
  nodeId: number,
): void {
  if (numPartitions !== standard || replicationFactor !== standard) {
    const message = 'Either counts or assignments of replicas may be given, not both.'
    throw new PartitaError('INVALID_REQUEST', message, { topic })
  }
  const indexes = new Set(assignments.map(({ partitionIndex }) => partitionIndex))
  const complete = assignments.every((_, index) => indexes.has(index))
  if (!complete || !assignments.every(({ brokerIds }) => brokerIds.includes(nodeId))) {
    const message = `Every partition from 0 on has to be assigned once, to node ${nodeId}.`
    throw new PartitaError('INVALID_REPLICA_ASSIGNMENT', message, { topic })
  }
}

function describe({ name, id, partitions, configs }: Topic, broker: BrokerState): Omit<TopicResponse, 'errorCode'> {
  return {
    name,
    topicId: id,
    numPartitions: partitions.length,
    replicationFactor: 1,
    configs: describeConfigs(configs, configSources.topic, broker.configs).map((config) => ({
      name: config.name,
      value: config.value,
      readOnly: false,
      configSource: config.source,
      isSensitive: false,
    })),
  }
}
