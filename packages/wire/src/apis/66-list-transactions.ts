// v0, flexible from the start (KIP-664). v1 (KIP-994): those that run for some time already.
import { array, defineApi, int16, int32, int64, optional, since, string, struct } from '../schema/index.ts'

/** ListTransactions: the transactional ids that this broker coordinates. */
export const listTransactionsApi = defineApi({
  key: 66,
  name: 'ListTransactions',
  versions: [0, 1],
  flexibleFrom: 0,
  request: () =>
    struct({
      stateFilters: array(string),
      producerIdFilters: array(int64),
      durationFilter: since(1, int64, -1),
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      errorCode: int16,
      unknownStateFilters: array(string),
      transactionStates: array(struct({ transactionalId: string, producerId: int64, transactionState: string })),
    }),
})
