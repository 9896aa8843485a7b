// v2: PRODUCER_FENCED may come back. v3: flexible. v4: TRANSACTION_ABORTABLE may come back. v5 (KIP-890): the answer has
// the epoch for the next transaction.
import { bool, defineApi, int16, int32, int64, optional, since, string, struct } from '../schema/index.ts'

/** EndTxn: commits or aborts a transaction. */
export const endTxnApi = defineApi({
  key: 26,
  name: 'EndTxn',
  versions: [0, 5],
  flexibleFrom: 3,
  request: () => struct({ transactionalId: string, producerId: int64, producerEpoch: int16, committed: bool }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      errorCode: int16,
      producerId: since(5, int64, -1),
      producerEpoch: since(5, int16, -1),
    }),
})
