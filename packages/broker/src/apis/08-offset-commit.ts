import type { KafkaErrorName } from '@partita/protocol'
import { kafkaErrorCodes } from '@partita/protocol'
import { offsetCommitApi, type RequestOf, type ResponseInput } from '@partita/wire'
import { coordinatorError } from '../core/right-node.ts'
import type { RequestContext, ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'
import { mayCommitFor } from '../groups/commit.ts'
import { Group } from '../groups/group.ts'
import type { MemberIdentity } from '../groups/group-requests.ts'
import { positionToCommit } from '../groups/position-to-commit.ts'

type Request = RequestOf<typeof offsetCommitApi>
type Response = ResponseInput<typeof offsetCommitApi>
type TopicRequest = Request['topics'][number]
type PartitionRequest = TopicRequest['partitions'][number]

/** A group's positions, with metadata. Offsets of -1 and -2 are taken as they are: kafkajs resets groups with them. */
export const offsetCommit: ServedApi = serve<typeof offsetCommitApi>({
  api: offsetCommitApi,
  versions: [2, 10],
  handle(request, context) {
    const group = openGroup(request, context)
    const nameOf = (topic: TopicRequest): string | undefined => nameIn(topic, context)
    return answer(request, nameOf, (topic, partition) => {
      if (topic === undefined) return 'UNKNOWN_TOPIC_ID'
      const injected = context.injectedError(topic, partition.partitionIndex)
      if (injected !== undefined) return injected
      return group instanceof Group ? commitOne(group, request, topic, partition, context) : group
    })
  },
  *partitionsOf({ topics }, broker) {
    for (const { name, topicId, partitions } of topics) {
      const topic = broker.topics.getById(topicId)?.name ?? name
      yield* partitions.map(({ partitionIndex }) => ({ topic, partition: partitionIndex }))
    }
  },
})

/** From version 10 on, topics go by their ids. */
function nameIn({ name, topicId }: TopicRequest, { version, broker }: RequestContext): string | undefined {
  return version < 10 ? name : broker.topics.getById(topicId)?.name
}

function openGroup(request: Request, context: RequestContext): Group | KafkaErrorName {
  const { version, broker } = context
  const elsewhere = coordinatorError('group', request.groupId, context)
  if (elsewhere !== 'NONE') return elsewhere
  const group = broker.groups.openForCommit(request.groupId, memberOf(request))
  if (group instanceof Group && group.state !== 'Empty' && group.consumers !== undefined && version < 9) {
    return 'UNSUPPORTED_VERSION'
  }
  // The name for it came with version 9; clients of before know this one.
  return group === 'GROUP_ID_NOT_FOUND' && version < 9 ? 'ILLEGAL_GENERATION' : group
}

function memberOf({ memberId, groupInstanceId, generationIdOrMemberEpoch: generation }: Request): MemberIdentity {
  return { memberId, groupInstanceId, generation }
}

function commitOne(
  group: Group,
  request: Request,
  topic: string,
  asked: PartitionRequest,
  { broker }: RequestContext,
): KafkaErrorName {
  const fault = mayCommitFor(group, memberOf(request), topic, asked.partitionIndex)
  if (fault !== 'NONE') return fault
  const position = positionToCommit(topic, asked, broker.topics, group.settings)
  if (typeof position === 'string') return position
  group.commit(topic, asked.partitionIndex, position)
  return 'NONE'
}

function answer(
  { topics }: Request,
  nameOf: (topic: TopicRequest) => string | undefined,
  resultOf: (topic: string | undefined, partition: PartitionRequest) => KafkaErrorName,
): Response {
  return {
    topics: topics.map((topic) => ({
      name: topic.name,
      topicId: topic.topicId,
      partitions: topic.partitions.map((partition) => ({
        partitionIndex: partition.partitionIndex,
        errorCode: kafkaErrorCodes[resultOf(nameOf(topic), partition)],
      })),
    })),
  }
}
