import type { KafkaErrorName } from '@partita/protocol'
import { kafkaErrorCodes } from '@partita/protocol'
import { offsetDeleteApi } from '@partita/wire'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'
import type { Group } from '../groups/group.ts'

/**
 * Forgets a group's positions in some partitions: where no member subscribes to the topic. A classic group must have no
 * members at all: Kafka reads out of what consumers send to each other to what they subscribe.
 */
export const offsetDelete: ServedApi = serve<typeof offsetDeleteApi>({
  api: offsetDeleteApi,
  versions: [0, 0],
  coordinated: ({ groupId }) => ({ kind: 'group', key: groupId }),
  handle({ groupId, topics }, { broker }) {
    const group = broker.groups.get(groupId)
    const error = faultOf(group)
    if (group === undefined || error !== 'NONE') return { errorCode: kafkaErrorCodes[error], topics: [] }
    return {
      errorCode: kafkaErrorCodes.NONE,
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => {
          if (broker.topics.partition(name, partitionIndex) === undefined) {
            return { partitionIndex, errorCode: kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION }
          }
          if (group.consumers?.subscribesTo(name)) {
            return { partitionIndex, errorCode: kafkaErrorCodes.GROUP_SUBSCRIBED_TO_TOPIC }
          }
          group.offsets.delete(name, partitionIndex)
          return { partitionIndex, errorCode: kafkaErrorCodes.NONE }
        }),
      })),
    }
  },
  refuse: (_request, errorCode) => ({ errorCode, topics: [] }),
})

function faultOf(group: Group | undefined): KafkaErrorName {
  if (group === undefined) return 'GROUP_ID_NOT_FOUND'
  return group.state === 'Empty' || group.consumers !== undefined ? 'NONE' : 'NON_EMPTY_GROUP'
}
