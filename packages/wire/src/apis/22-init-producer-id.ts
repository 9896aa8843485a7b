// v2: flexible. v3 (KIP-360): a producer may ask for the next epoch of the id it has. v4: PRODUCER_FENCED may come back.
// v5: TRANSACTION_ABORTABLE may come back.
import { defineApi, int16, int32, int64, nullableString, optional, since, struct } from '../schema/index.ts'

/** InitProducerId: an id and epoch for an idempotent producer; with a transactional id, the next epoch of its id. */
export const initProducerIdApi = defineApi({
  key: 22,
  name: 'InitProducerId',
  versions: [0, 5],
  flexibleFrom: 2,
  request: () =>
    struct({
      transactionalId: nullableString,
      transactionTimeoutMs: int32,
      producerId: since(3, int64, -1),
      producerEpoch: since(3, int16, -1),
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      errorCode: int16,
      producerId: optional(int64, -1),
      producerEpoch: int16,
    }),
})
