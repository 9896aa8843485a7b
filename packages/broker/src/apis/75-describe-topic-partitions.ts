import { kafkaErrorCodes, topicName } from '@partita/protocol'
import { describeTopicPartitionsApi, type RequestOf, type ResponseInput, zeroUuid } from '@partita/wire'
import type { RequestContext, ServedApi } from '../core/served-api.ts'
import { answering } from '../core/error-answer.ts'
import { serve } from '../core/served-api.ts'
import { described } from './03-metadata.ts'

type Request = RequestOf<typeof describeTopicPartitionsApi>
type Response = ResponseInput<typeof describeTopicPartitionsApi>
type TopicResponse = Response['topics'][number]

/** Kafka's `max.request.partition.size.limit`. */
const maxPartitions = 2_000

/** Topics by name, or all, a portion at a time. `kafka-topics --describe` asks. */
export const describeTopicPartitions: ServedApi = serve<typeof describeTopicPartitionsApi>({
  api: describeTopicPartitionsApi,
  versions: [0, 0],
  handle(request, context) {
    if (!isSound(request)) return refused(request, kafkaErrorCodes.INVALID_REQUEST)
    return portion(namesIn(request, context), request, context)
  },
  refuse: refused,
})

/** Where a request goes on has to be one of its topics. */
function isSound({ topics, cursor }: Request): boolean {
  if (cursor === null) return true
  return cursor.partitionIndex >= 0 && (topics.length === 0 || topics.some(({ name }) => name === cursor.topicName))
}

/** In order, from the cursor on. */
function namesIn({ topics, cursor }: Request, { broker }: RequestContext): string[] {
  const asked = topics.length === 0 ? Array.from(broker.topics.all()) : topics
  const names = new Set(asked.map(({ name }) => name).filter((name) => cursor === null || name >= cursor.topicName))
  return [...names].sort()
}

function portion(
  names: readonly string[],
  { responsePartitionLimit, cursor }: Request,
  { broker }: RequestContext,
): Response {
  let left = Math.max(1, Math.min(responsePartitionLimit, maxPartitions))
  const topics: TopicResponse[] = []
  for (const name of names) {
    if (left === 0) return { topics, nextCursor: { topicName: name, partitionIndex: 0 } }
    const topic = broker.topics.get(name)
    if (topic === undefined) {
      topics.push(unknown(name))
      continue
    }
    const first = cursor?.topicName === name ? cursor.partitionIndex : 0
    const { partitions, ...rest } = described(topic, broker)
    const some = partitions.slice(first, first + left)
    topics.push({
      ...rest,
      name,
      topicId: topic.id,
      partitions: some.map((partition) => ({ ...partition, eligibleLeaderReplicas: [], lastKnownElr: [] })),
    })
    left -= some.length
    const next = first + some.length
    if (next < partitions.length) return { topics, nextCursor: { topicName: name, partitionIndex: next } }
  }
  return { topics }
}

function unknown(name: string): TopicResponse {
  const { errorCode } = answering(() => void topicName(name))
  return failed(name, errorCode === kafkaErrorCodes.NONE ? kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION : errorCode)
}

function refused({ topics }: Request, errorCode: number): Response {
  return { topics: topics.map(({ name }) => failed(name, errorCode)) }
}

function failed(name: string, errorCode: number): TopicResponse {
  return { errorCode, name, topicId: zeroUuid, partitions: [] }
}
