import { kafkaErrorCodes } from '@partita/protocol'
import { initProducerIdApi } from '@partita/wire'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'

/** A new id for an idempotent producer. There are no transactions: whoever brings a transactional id is refused. */
export const initProducerId: ServedApi = serve<typeof initProducerIdApi>({
  api: initProducerIdApi,
  versions: [0, 5],
  handle({ transactionalId }, { broker }) {
    if (transactionalId !== null) return refused(kafkaErrorCodes.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
    return { errorCode: kafkaErrorCodes.NONE, producerId: broker.nextProducerId(), producerEpoch: 0 }
  },
  refuse: (_request, errorCode) => refused(errorCode),
})

function refused(errorCode: number): { errorCode: number; producerId: number; producerEpoch: number } {
  return { errorCode, producerId: -1, producerEpoch: -1 }
}
