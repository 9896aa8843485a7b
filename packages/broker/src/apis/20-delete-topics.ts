import type { KafkaErrorName } from '@partita/protocol'
import { deleteTopicsApi, type RequestOf, type ResponseInput, zeroUuid } from '@partita/wire'
import type { BrokerState } from '../core/broker-state.ts'
import type { ServedApi } from '../core/served-api.ts'
import { errorAnswer, noError } from '../core/error-answer.ts'
import { serve } from '../core/served-api.ts'

type Request = RequestOf<typeof deleteTopicsApi>
type TopicRequest = Request['topics'][number]
type TopicResponse = ResponseInput<typeof deleteTopicsApi>['responses'][number]

/** Topics go, by name or (from version 6 on) by id, and with them what groups committed for them. */
export const deleteTopics: ServedApi = serve<typeof deleteTopicsApi>({
  api: deleteTopicsApi,
  versions: [1, 6],
  controllerUpTo: 5,
  handle: (request, { version, broker }) => ({
    responses: askedOf(request, version).map((topic) => deleteOne(topic, broker)),
  }),
  refuse: (request, errorCode, { version }) => ({
    responses: askedOf(request, version).map((topic) => ({ ...topic, errorCode })),
  }),
})

function askedOf({ topics, topicNames }: Request, version: number): readonly TopicRequest[] {
  return version >= 6 ? topics : topicNames.map((name) => ({ name, topicId: zeroUuid }))
}

function deleteOne({ name, topicId }: TopicRequest, { topics, configs }: BrokerState): TopicResponse {
  if (!configs.isTrue('delete.topic.enable')) {
    return { name, topicId, ...errorAnswer('TOPIC_DELETION_DISABLED', 'delete.topic.enable is false.') }
  }
  const topic = name === null ? topics.getById(topicId) : topics.get(name)
  if (topic === undefined) {
    const error: KafkaErrorName = name === null ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION'
    return { name, topicId, ...errorAnswer(error, `There is no topic ${name ?? `with the id ${topicId}`}.`) }
  }
  topics.delete(topic)
  return { name: topic.name, topicId: topic.id, ...noError }
}
