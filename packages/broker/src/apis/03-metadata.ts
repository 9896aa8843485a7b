import { kafkaErrorCodes } from '@partita/protocol'
import { metadataApi, type RequestOf, type ResponseInput, zeroUuid } from '@partita/wire'
import { noLeader } from '../cluster/leadership.ts'
import type { BrokerState } from '../core/broker-state.ts'
import type { RequestContext, ServedApi } from '../core/served-api.ts'
import { answering } from '../core/error-answer.ts'
import { serve } from '../core/served-api.ts'
import type { Topic } from '../topics/topic.ts'

type Request = RequestOf<typeof metadataApi>
type Response = ResponseInput<typeof metadataApi>
type TopicResponse = Response['topics'][number]

/**
 * The cluster and its topics. A topic that is made by being asked for is answered complete at once; Kafka answers with an
 * error first and lets the client ask again.
 */
export const metadata: ServedApi = serve<typeof metadataApi>({
  api: metadataApi,
  versions: [0, 13],
  handle: (request, context) => answer(context.broker, topicsOf(request, context)),
  refuse(request, errorCode, { broker }) {
    const topics = (request.topics ?? []).map(({ name, topicId }) => noTopic(errorCode, name, topicId))
    return answer(broker, topics)
  },
  *partitionsOf({ topics }, broker) {
    for (const { name, topicId } of topics ?? []) {
      const topic = broker.topics.getById(topicId) ?? broker.topics.get(name ?? '')
      // A topic without partitions is one that may be made now: rules for its name are to take the request.
      const count = topic?.partitions.length ?? 1
      for (let partition = 0; partition < count; partition++) yield { topic: topic?.name ?? name ?? '', partition }
    }
  },
})

function answer(broker: BrokerState, topics: TopicResponse[]): Response {
  const { clusterId, cluster } = broker
  const brokers = cluster.live().map(({ id, endpoint, rack }) => ({ nodeId: id, ...endpoint, rack }))
  return { brokers, clusterId, controllerId: cluster.controllerId, topics }
}

function topicsOf({ topics, allowAutoTopicCreation }: Request, { version, broker }: RequestContext): TopicResponse[] {
  // In version 0 an empty list asks for all; from 1 on it asks for none, and null for all.
  if (topics === null || (version === 0 && topics.length === 0)) {
    return Array.from(broker.topics.all(), (topic) => described(topic, broker))
  }
  return onceEach(topics).map(({ name, topicId }) => {
    if (name === null || topicId !== zeroUuid) {
      const topic = broker.topics.getById(topicId)
      return topic === undefined ? noTopic(kafkaErrorCodes.UNKNOWN_TOPIC_ID, name, topicId) : described(topic, broker)
    }
    return byName(name, allowAutoTopicCreation, broker)
  })
}

/** Each topic is described once, however often it was asked for. */
function onceEach(topics: NonNullable<Request['topics']>): NonNullable<Request['topics']> {
  return [...new Map(topics.map((topic) => [`${topic.name} ${topic.topicId}`, topic])).values()]
}

function byName(name: string, mayCreate: boolean, broker: BrokerState): TopicResponse {
  const { topics, configs } = broker
  const known = topics.get(name)
  if (known !== undefined) return described(known, broker)
  const create = mayCreate && configs.isTrue('auto.create.topics.enable')
  const { errorCode } = answering(() => void (create ? topics.create({ name }) : topics.check({ name })))
  const created = topics.get(name)
  if (created !== undefined) return described(created, broker)
  return noTopic(errorCode === kafkaErrorCodes.NONE ? kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION : errorCode, name)
}

/** A topic as answers describe it. */
export function described({ name, id, partitions }: Topic, { cluster }: BrokerState): TopicResponse {
  return {
    errorCode: kafkaErrorCodes.NONE,
    name,
    topicId: id,
    partitions: partitions.map(({ index, leadership: { leader, epoch, replicas, inSync } }) => ({
      errorCode: kafkaErrorCodes[leader === noLeader ? 'LEADER_NOT_AVAILABLE' : 'NONE'],
      partitionIndex: index,
      leaderId: leader,
      leaderEpoch: epoch,
      replicaNodes: replicas,
      isrNodes: inSync,
      offlineReplicas: replicas.filter((node) => !cluster.isUp(node)),
    })),
  }
}

function noTopic(errorCode: number, name: string | null, topicId: string = zeroUuid): TopicResponse {
  return { errorCode, name, topicId, partitions: [] }
}
