import { type KafkaErrorName, kafkaErrorCodes } from '@partita/protocol'
import { offsetFetchApi, type RequestOf, type ResponseInput } from '@partita/wire'
import { coordinatorError } from '../core/right-node.ts'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'
import type { CommittedPosition } from '../groups/committed-offsets.ts'
import type { Group } from '../groups/group.ts'
import type { TopicRegistry } from '../topics/topic-registry.ts'

type Request = RequestOf<typeof offsetFetchApi>
type Response = ResponseInput<typeof offsetFetchApi>
type TopicRequest = NonNullable<Request['topics']>[number]
type TopicResponse = NonNullable<Response['topics']>[number]
type PartitionResponse = TopicResponse['partitions'][number]

/**
 * What groups have committed. Where nothing is committed, and for unknown groups, the offset is -1 and no error; where an
 * open transaction wants to commit, whoever asks for what is stable has to ask again (KIP-447).
 */
export const offsetFetch: ServedApi = serve<typeof offsetFetchApi>({
  api: offsetFetchApi,
  versions: [1, 10],
  // Later versions ask for several groups: each has an error of its own.
  coordinated: ({ groupId }, version) => (version < 8 ? { kind: 'group', key: groupId } : undefined),
  handle({ groupId, topics, groups, requireStable }, context) {
    const { version, broker } = context
    if (version < 8) return { topics: offsetsOf(broker.groups.get(groupId), topics, requireStable) }
    return {
      groups: groups.map(({ groupId: id, topics: asked, memberId, memberEpoch }) => {
        const elsewhere = coordinatorError('group', id, context)
        const group = broker.groups.get(id)
        const fault = elsewhere === 'NONE' ? faultOf(group, memberId, memberEpoch) : elsewhere
        if (fault !== 'NONE') return { groupId: id, topics: [], errorCode: kafkaErrorCodes[fault] }
        const offsets =
          version < 10
            ? offsetsOf(group, asked, requireStable)
            : offsetsById(group, asked, requireStable, broker.topics)
        return { groupId: id, topics: offsets, errorCode: kafkaErrorCodes.NONE }
      }),
    }
  },
  refuse({ topics, groups }, errorCode) {
    return {
      errorCode,
      // Version 1 has no error of its own: there each partition tells it.
      topics: (topics ?? []).map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((index) => ({ ...positionOf(index, undefined), errorCode })),
      })),
      groups: groups.map(({ groupId }) => ({ groupId, topics: [], errorCode })),
    }
  },
})

/** Whoever says which member of the new protocol it is must be that, and in its present epoch. */
function faultOf(group: Group | undefined, memberId: string | null, memberEpoch: number): KafkaErrorName {
  if (group?.consumers === undefined || (memberId === null && memberEpoch < 0)) return 'NONE'
  const member = group.consumers.identify(memberId ?? '', memberEpoch)
  return typeof member === 'string' ? member : 'NONE'
}

/** @param asked `null` asks for all that the group has committed */
function offsetsOf(
  group: Group | undefined,
  asked: readonly TopicRequest[] | null,
  requireStable: boolean,
): TopicResponse[] {
  function answerOne(topic: string, partition: number): PartitionResponse {
    if (requireStable && group?.staged.has(topic, partition)) return unstable(partition)
    return positionOf(partition, group?.offsets.get(topic, partition))
  }
  if (asked !== null) {
    return asked.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((index) => answerOne(name, index)),
    }))
  }
  const topics = new Map<string, PartitionResponse[]>()
  for (const { topic, partition } of group?.offsets.all() ?? []) {
    const partitions = topics.get(topic) ?? []
    partitions.push(answerOne(topic, partition))
    topics.set(topic, partitions)
  }
  return Array.from(topics, ([name, partitions]) => ({ name, partitions }))
}

/** From version 10 on, topics go by their ids. */
function offsetsById(
  group: Group | undefined,
  asked: readonly TopicRequest[] | null,
  requireStable: boolean,
  registry: TopicRegistry,
): TopicResponse[] {
  if (asked === null) {
    return offsetsOf(group, null, requireStable).flatMap(({ name = '', partitions }) => {
      const topicId = registry.get(name)?.id
      return topicId === undefined ? [] : [{ topicId, partitions }]
    })
  }
  return asked.map((topic) => {
    const { topicId, partitionIndexes } = topic
    const name = registry.getById(topicId)?.name
    if (name !== undefined) {
      const [{ partitions }] = offsetsOf(group, [{ ...topic, name }], requireStable) as [TopicResponse]
      return { topicId, partitions }
    }
    const errorCode = kafkaErrorCodes.UNKNOWN_TOPIC_ID
    return { topicId, partitions: partitionIndexes.map((index) => ({ ...positionOf(index, undefined), errorCode })) }
  })
}

function unstable(partitionIndex: number): PartitionResponse {
  return { ...positionOf(partitionIndex, undefined), errorCode: kafkaErrorCodes.UNSTABLE_OFFSET_COMMIT }
}

function positionOf(partitionIndex: number, position: CommittedPosition | undefined): PartitionResponse {
  return {
    partitionIndex,
    committedOffset: position?.offset ?? -1,
    committedLeaderEpoch: position?.leaderEpoch ?? -1,
    metadata: position?.metadata ?? '',
    errorCode: kafkaErrorCodes.NONE,
  }
}
