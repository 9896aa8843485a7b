import { kafkaErrorCodes } from '@partita/protocol'
import { deleteGroupsApi } from '@partita/wire'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'

/** Groups without members go, with all that they committed. */
export const deleteGroups: ServedApi = serve<typeof deleteGroupsApi>({
  api: deleteGroupsApi,
  versions: [0, 2],
  handle: ({ groupsNames }, { broker }) => ({
    results: groupsNames.map((groupId) => ({ groupId, errorCode: kafkaErrorCodes[broker.groups.delete(groupId)] })),
  }),
  refuse: ({ groupsNames }, errorCode) => ({ results: groupsNames.map((groupId) => ({ groupId, errorCode })) }),
})
