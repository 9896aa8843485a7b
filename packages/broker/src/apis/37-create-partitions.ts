import { PartitaError } from '@partita/protocol'
import { createPartitionsApi, type RequestOf, type ResponseInput } from '@partita/wire'
import { checkAssignment } from '../cluster/place-replicas.ts'
import type { BrokerState } from '../core/broker-state.ts'
import type { ServedApi } from '../core/served-api.ts'
import { answering, errorAnswer } from '../core/error-answer.ts'
import { namedOnce } from '../core/named-once.ts'
import { serve } from '../core/served-api.ts'

type TopicRequest = RequestOf<typeof createPartitionsApi>['topics'][number]
type TopicResponse = ResponseInput<typeof createPartitionsApi>['results'][number]

/** Topics grow to a total number of partitions. */
export const createPartitions: ServedApi = serve<typeof createPartitionsApi>({
  api: createPartitionsApi,
  versions: [0, 3],
  controllerUpTo: 2,
  handle: ({ topics, validateOnly }, { broker }) => ({
    results: namedOnce(topics).map(({ first, isRepeated }) => growOne(first, isRepeated, validateOnly, broker)),
  }),
  refuse: ({ topics }, errorCode) => ({ results: topics.map(({ name }) => ({ name, errorCode })) }),
})

function growOne(
  { name, count, assignments }: TopicRequest,
  isRepeated: boolean,
  validateOnly: boolean,
  broker: BrokerState,
): TopicResponse {
  if (isRepeated) return { name, ...errorAnswer('INVALID_REQUEST', `The request names the topic ${name} twice.`) }
  const { topics, cluster } = broker
  const result = answering(() => {
    const topic = topics.get(name)
    if (topic === undefined) {
      throw new PartitaError('UNKNOWN_TOPIC_OR_PARTITION', `There is no topic named ${name}.`, { topic: name })
    }
    topics.checkGrowth(topic, count)
    const added = count - topic.partitions.length
    if (assignments !== null && assignments.length !== added) {
      const message = `There are to be ${added} new partitions; ${assignments.length} are assigned.`
      throw new PartitaError('INVALID_REPLICA_ASSIGNMENT', message, { topic: name })
    }
    const replicas = assignments?.map(({ brokerIds }) => brokerIds)
    const checked = replicas && checkAssignment(name, replicas, cluster)
    if (!validateOnly) topics.grow(topic, count, checked)
  })
  return { name, ...result }
}
