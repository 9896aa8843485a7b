import { PartitaError } from '@partita/protocol'
import { createTopicsApi, type RequestOf, type ResponseInput } from '@partita/wire'
import type { Cluster } from '../cluster/cluster.ts'
import { type Assignment, checkAssignment } from '../cluster/place-replicas.ts'
import { configSources, describeConfigs } from '../configs/describe-configs.ts'
import type { BrokerState } from '../core/broker-state.ts'
import type { RequestContext, ServedApi } from '../core/served-api.ts'
import { answering, errorAnswer } from '../core/error-answer.ts'
import { namedOnce } from '../core/named-once.ts'
import { serve } from '../core/served-api.ts'
import type { Topic } from '../topics/topic.ts'
import type { NewTopicRequest } from '../topics/topic-registry.ts'

type Request = RequestOf<typeof createTopicsApi>
type TopicRequest = Request['topics'][number]
type TopicResponse = ResponseInput<typeof createTopicsApi>['topics'][number]

/** Stands for the broker's default, of partitions and of replicas. */
const standard = -1

/** New topics, each made or refused by itself. Of a broker of one node more replicas are accepted, and there is one. */
export const createTopics: ServedApi = serve<typeof createTopicsApi>({
  api: createTopicsApi,
  versions: [2, 7],
  controllerUpTo: 6,
  handle({ topics, validateOnly }, context) {
    return {
      topics: namedOnce(topics).map(({ first, isRepeated }) => createOne(first, isRepeated, validateOnly, context)),
    }
  },
  refuse: ({ topics }, errorCode) => ({ topics: topics.map(({ name }) => ({ name, errorCode })) }),
})

function createOne(
  topic: TopicRequest,
  isRepeated: boolean,
  validateOnly: boolean,
  { broker }: RequestContext,
): TopicResponse {
  const { name } = topic
  if (isRepeated) {
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
  { cluster, warn }: BrokerState,
): NewTopicRequest {
  const given = configs.map(({ name: key, value }) => {
    if (value !== null) return [key, value] as const
    throw new PartitaError('INVALID_CONFIG', `There is no value for ${key}.`, { topic: name })
  })
  if (assignments.length > 0) {
    const replicas = checkAssignments(name, assignments, numPartitions, replicationFactor, cluster)
    return { name, partitions: replicas.length, configs: given, replicas }
  }
  const isOneForAll = replicationFactor > 1 && cluster.nodes.length === 1
  if (isOneForAll) {
    warn(`The topic ${name} was asked for with ${replicationFactor} replicas; this is one node, and it gets one.`)
  }
  return {
    name,
    partitions: numPartitions === standard ? undefined : numPartitions,
    replicationFactor: replicationFactor === standard || isOneForAll ? undefined : replicationFactor,
    configs: given,
  }
}

/** Replicas that are placed by hand: every partition once. */
function checkAssignments(
  topic: string,
  assignments: TopicRequest['assignments'],
  numPartitions: number,
  replicationFactor: number,
  cluster: Cluster,
): Assignment {
  if (numPartitions !== standard || replicationFactor !== standard) {
    const message = 'Either counts or assignments of replicas may be given, not both.'
    throw new PartitaError('INVALID_REQUEST', message, { topic })
  }
  const byIndex = new Map(assignments.map(({ partitionIndex, brokerIds }) => [partitionIndex, brokerIds]))
  const replicas = assignments.map((_, index) => byIndex.get(index) ?? [])
  return checkAssignment(topic, replicas, cluster)
}

function describe({ name, id, partitions, configs }: Topic, broker: BrokerState): Omit<TopicResponse, 'errorCode'> {
  return {
    name,
    topicId: id,
    numPartitions: partitions.length,
    replicationFactor: partitions[0]!.leadership.replicas.length,
    configs: describeConfigs(configs, configSources.topic, broker.configs).map((config) => ({
      name: config.name,
      value: config.value,
      readOnly: false,
      configSource: config.source,
      isSensitive: false,
    })),
  }
}
