// v0, flexible from the start (KIP-664).
import { array, defineApi, int16, int32, int64, optional, string, struct } from '../schema/index.ts'

/** DescribeTransactions: how the transactions of some transactional ids stand. */
export const describeTransactionsApi = defineApi({
  key: 65,
  name: 'DescribeTransactions',
  versions: [0, 0],
  flexibleFrom: 0,
  request: () => struct({ transactionalIds: array(string) }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      transactionStates: array(
        struct({
          errorCode: int16,
          transactionalId: string,
          transactionState: string,
          transactionTimeoutMs: int32,
          transactionStartTimeMs: int64,
          producerId: int64,
          producerEpoch: int16,
          topics: array(struct({ topic: string, partitions: array(int32) })),
        }),
      ),
    }),
})
