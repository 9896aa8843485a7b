import { kafkaErrorCodes } from '@partita/protocol'
import { deleteGroupsApi } from '@partita/wire'
import { coordinatorError } from '../core/right-node.ts'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'

/** Groups without members go, with all that they committed. */
export const deleteGroups: ServedApi = serve<typeof deleteGroupsApi>({
  api: deleteGroupsApi,
  versions: [0, 2],
  handle: ({ groupsNames }, context) => ({
    results: [...new Set(groupsNames)].map((groupId) => {
      const elsewhere = coordinatorError('group', groupId, context)
      const error = elsewhere === 'NONE' ? context.broker.groups.delete(groupId) : elsewhere
      return { groupId, errorCode: kafkaErrorCodes[error] }
    }),
  }),
  refuse: ({ groupsNames }, errorCode) => ({ results: groupsNames.map((groupId) => ({ groupId, errorCode })) }),
})
