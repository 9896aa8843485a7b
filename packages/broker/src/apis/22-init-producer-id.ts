import { kafkaErrorCodes } from '@partita/protocol'
import { initProducerIdApi, type RequestOf, type ResponseInput } from '@partita/wire'
import type { BrokerState } from '../core/broker-state.ts'
import type { ServedApi } from '../core/served-api.ts'
import { olderError } from '../core/older-error.ts'
import { serve } from '../core/served-api.ts'
import type { InitError, ProducerIdentity } from '../transactions/transaction-requests.ts'

type Request = RequestOf<typeof initProducerIdApi>
type Response = ResponseInput<typeof initProducerIdApi>

/** A new id for an idempotent producer; the next epoch of its id for one with a transactional id, which fences others. */
export const initProducerId: ServedApi = serve<typeof initProducerIdApi>({
  api: initProducerIdApi,
  versions: [0, 5],
  coordinated({ transactionalId: key }) {
    return key === null ? undefined : { kind: 'transaction', key }
  },
  handle(request, { version, broker }) {
    const result = init(request, broker)
    if (typeof result !== 'string') return { errorCode: kafkaErrorCodes.NONE, ...result }
    return refused(kafkaErrorCodes[olderError(result, 'PRODUCER_FENCED', version >= 4)])
  },
  refuse: (_request, errorCode) => refused(errorCode),
})

function init(request: Request, { transactions, nextProducerId }: BrokerState): ProducerIdentity | InitError {
  const { transactionalId, transactionTimeoutMs: timeoutMs, producerId, producerEpoch } = request
  if (transactionalId === null) return { producerId: nextProducerId(), producerEpoch: 0 }
  // Both or none: a producer that goes on after an error says all that it was (KIP-360).
  if (producerId < 0 !== producerEpoch < 0) return 'INVALID_REQUEST'
  const expected = producerId < 0 ? undefined : { producerId, producerEpoch }
  return transactions.init({ transactionalId, timeoutMs, expected })
}

function refused(errorCode: number): Response {
  return { errorCode, producerId: -1, producerEpoch: -1 }
}
