// v2: PRODUCER_FENCED may come back. v3: flexible. v4: TRANSACTION_ABORTABLE may come back.
import { defineApi, int16, int32, int64, optional, string, struct } from '../schema/index.ts'

/** AddOffsetsToTxn: a transaction is about to commit a group's offsets. */
export const addOffsetsToTxnApi = defineApi({
  key: 25,
  name: 'AddOffsetsToTxn',
  versions: [0, 4],
  flexibleFrom: 3,
  request: () => struct({ transactionalId: string, producerId: int64, producerEpoch: int16, groupId: string }),
  response: () => struct({ throttleTimeMs: optional(int32), errorCode: int16 }),
})
