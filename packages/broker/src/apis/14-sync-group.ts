import { kafkaErrorCodes } from '@partita/protocol'
import { syncGroupApi } from '@partita/wire'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'

/** The leader brings everyone's assignment; the answer, each member's own, waits for it. */
export const syncGroup: ServedApi = serve<typeof syncGroupApi>({
  api: syncGroupApi,
  versions: [0, 5],
  coordinated: ({ groupId }) => ({ kind: 'group', key: groupId }),
  handle(request, { broker }) {
    const { groupId, memberId, groupInstanceId, generationId, protocolType, protocolName } = request
    // Copies: what was decoded are views of the request's frame, and these live as long as the generation.
    const assignments = request.assignments.map((one) => ({ ...one, assignment: one.assignment.slice() }))
    const sync = { memberId, groupInstanceId, generation: generationId, protocolType, protocolName, assignments }
    return new Promise((resolve) => {
      broker.groups.sync(groupId, sync, ({ error, ...answer }) =>
        resolve({ errorCode: kafkaErrorCodes[error], ...answer }),
      )
    })
  },
  refuse: (_request, errorCode) => ({ errorCode, assignment: new Uint8Array(0) }),
})
