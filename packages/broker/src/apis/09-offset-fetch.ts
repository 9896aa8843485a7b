import { kafkaErrorCodes } from '@partita/protocol'
import { offsetFetchApi, type RequestOf, type ResponseInput } from '@partita/wire'
import type { BrokerState } from '../core/broker-state.ts'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'
import type { CommittedPosition } from '../groups/committed-offsets.ts'

type Request = RequestOf<typeof offsetFetchApi>
type Response = ResponseInput<typeof offsetFetchApi>
type TopicRequest = NonNullable<Request['topics']>[number]
type TopicResponse = NonNullable<Response['topics']>[number]
type PartitionResponse = TopicResponse['partitions'][number]

/** What groups have committed. Where nothing is committed, and for unknown groups, the offset is -1 and no error. */
export const offsetFetch: ServedApi = serve<typeof offsetFetchApi>({
  api: offsetFetchApi,
  versions: [1, 9],
  handle({ groupId, topics, groups }, { version, broker }) {
    if (version < 8) return { topics: offsetsOf(groupId, topics, broker) }
    return {
      groups: groups.map((group) => ({
        groupId: group.groupId,
        topics: offsetsOf(group.groupId, group.topics, broker),
        errorCode: kafkaErrorCodes.NONE,
      })),
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

/** @param asked `null` asks for all that the group has committed */
function offsetsOf(groupId: string, asked: readonly TopicRequest[] | null, { groups }: BrokerState): TopicResponse[] {
  const offsets = groups.get(groupId)?.offsets
  if (asked !== null) {
    return asked.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((index) => positionOf(index, offsets?.get(name, index))),
    }))
  }
  const topics = new Map<string, PartitionResponse[]>()
  for (const { topic, partition, ...position } of offsets?.all() ?? []) {
    const partitions = topics.get(topic) ?? []
    partitions.push(positionOf(partition, position))
    topics.set(topic, partitions)
  }
  return Array.from(topics, ([name, partitions]) => ({ name, partitions }))
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
