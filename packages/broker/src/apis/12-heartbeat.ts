import { kafkaErrorCodes } from '@partita/protocol'
import { heartbeatApi } from '@partita/wire'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'

/** A member's sign of life. */
export const heartbeat: ServedApi = serve<typeof heartbeatApi>({
  api: heartbeatApi,
  versions: [0, 4],
  coordinated: ({ groupId }) => ({ kind: 'group', key: groupId }),
  handle({ groupId, memberId, groupInstanceId, generationId }, { broker }) {
    const error = broker.groups.heartbeat(groupId, { memberId, groupInstanceId, generation: generationId })
    return { errorCode: kafkaErrorCodes[error] }
  },
  refuse: (_request, errorCode) => ({ errorCode }),
})
