import { kafkaErrorCodes } from '@partita/protocol'
import { consumerGroupHeartbeatApi } from '@partita/wire'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'

/** A member of the new protocol (KIP-848) comes, goes, or is there, and hears what it is to have. */
export const consumerGroupHeartbeat: ServedApi = serve<typeof consumerGroupHeartbeatApi>({
  api: consumerGroupHeartbeatApi,
  versions: [0, 1],
  coordinated: ({ groupId }) => ({ kind: 'group', key: groupId }),
  handle({ groupId, ...request }, { version, broker, client }) {
    const { memberId, memberEpoch } = request
    // From version 1 on a member makes its own id (KIP-1082).
    if (version >= 1 && memberId === '') {
      return { ...refused(kafkaErrorCodes.INVALID_REQUEST, memberEpoch), errorMessage: 'MemberId must not be empty.' }
    }
    const told = { ...request, clientId: client.id ?? '', clientHost: `/${client.host}` }
    const answer = broker.groups.consumerHeartbeat(groupId, told)
    if ('error' in answer) {
      return { ...refused(kafkaErrorCodes[answer.error], memberEpoch), errorMessage: answer.message }
    }
    return {
      errorCode: kafkaErrorCodes.NONE,
      memberId: answer.memberId,
      memberEpoch: answer.memberEpoch,
      heartbeatIntervalMs: broker.configs.number('group.consumer.heartbeat.interval.ms'),
      assignment: answer.assignment === null ? null : { topicPartitions: answer.assignment },
    }
  },
  refuse: ({ memberEpoch }, errorCode) => refused(errorCode, memberEpoch),
})

function refused(errorCode: number, memberEpoch: number) {
  return { errorCode, memberEpoch, heartbeatIntervalMs: 0 }
}
