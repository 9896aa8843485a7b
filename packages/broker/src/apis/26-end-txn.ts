import { kafkaErrorCodes } from '@partita/protocol'
import { endTxnApi, type RequestOf, type ResponseInput } from '@partita/wire'
import type { RequestContext, ServedApi } from '../core/served-api.ts'
import { olderError } from '../core/older-error.ts'
import { serve } from '../core/served-api.ts'

type Request = RequestOf<typeof endTxnApi>
type Response = ResponseInput<typeof endTxnApi>

/** A transaction commits or aborts. Its markers are written, and its offsets committed, before the answer. */
export const endTxn: ServedApi = serve<typeof endTxnApi>({
  api: endTxnApi,
  versions: [0, 5],
  coordinated: ({ transactionalId }) => ({ kind: 'transaction', key: transactionalId }),
  handle: (request, context) => (context.version < 5 ? end(request, context) : endAndBump(request, context)),
  refuse: (_request, errorCode) => ({ errorCode }),
})

function end({ committed, ...producer }: Request, { version, broker }: RequestContext): Response {
  const error = broker.transactions.end(producer, committed ? 'commit' : 'abort')
  return { errorCode: kafkaErrorCodes[olderError(error, 'PRODUCER_FENCED', version >= 2)] }
}

/** From version 5 on, each transaction has an epoch of its own: the answer tells the next one (KIP-890). */
function endAndBump({ committed, ...producer }: Request, { broker }: RequestContext): Response {
  const next = broker.transactions.endAndBump(producer, committed ? 'commit' : 'abort')
  if (typeof next === 'string') return { errorCode: kafkaErrorCodes[next] }
  return { errorCode: kafkaErrorCodes.NONE, ...next }
}
