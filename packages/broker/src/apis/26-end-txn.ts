import { kafkaErrorCodes } from '@partita/protocol'
import { endTxnApi } from '@partita/wire'
import type { ServedApi } from '../core/served-api.ts'
import { olderError } from '../core/older-error.ts'
import { serve } from '../core/served-api.ts'

/** A transaction commits or aborts. Its markers are written, and its offsets committed, before the answer. */
export const endTxn: ServedApi = serve<typeof endTxnApi>({
  api: endTxnApi,
  versions: [0, 4],
  coordinated: ({ transactionalId }) => ({ kind: 'transaction', key: transactionalId }),
  handle({ committed, ...producer }, { version, broker }) {
    const error = broker.transactions.end(producer, committed ? 'commit' : 'abort')
    return { errorCode: kafkaErrorCodes[olderError(error, 'PRODUCER_FENCED', version >= 2)] }
  },
  refuse: (_request, errorCode) => ({ errorCode }),
})
