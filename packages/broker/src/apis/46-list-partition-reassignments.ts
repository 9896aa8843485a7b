import { kafkaErrorCodes } from '@partita/protocol'
import { listPartitionReassignmentsApi } from '@partita/wire'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'

/** Replicas that are being moved: none ever is. `kafka-topics --describe` asks. */
export const listPartitionReassignments: ServedApi = serve<typeof listPartitionReassignmentsApi>({
  api: listPartitionReassignmentsApi,
  versions: [0, 0],
  handle: () => ({ errorCode: kafkaErrorCodes.NONE, topics: [] }),
  refuse: (_request, errorCode) => ({ errorCode, topics: [] }),
})
