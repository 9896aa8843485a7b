import { kafkaErrorCodes } from '@partita/protocol'
import { addOffsetsToTxnApi } from '@partita/wire'
import type { ServedApi } from '../core/served-api.ts'
import { olderError } from '../core/older-error.ts'
import { serve } from '../core/served-api.ts'

/** A transaction is about to commit offsets for a group. */
export const addOffsetsToTxn: ServedApi = serve<typeof addOffsetsToTxnApi>({
  api: addOffsetsToTxnApi,
  versions: [0, 4],
  coordinated: ({ transactionalId }) => ({ kind: 'transaction', key: transactionalId }),
  handle({ groupId, ...producer }, { version, broker }) {
    const error = broker.transactions.addGroup(producer, groupId)
    return { errorCode: kafkaErrorCodes[olderError(error, 'PRODUCER_FENCED', version >= 2)] }
  },
  refuse: (_request, errorCode) => ({ errorCode }),
})
