// v0, flexible from the start (KIP-664).
import { array, defineApi, int16, int32, int64, nullableString, optional, string, struct } from '../schema/index.ts'

/** DescribeProducers: who writes to a partition, and which of them have a transaction open in it. */
export const describeProducersApi = defineApi({
  key: 61,
  name: 'DescribeProducers',
  versions: [0, 0],
  flexibleFrom: 0,
  request: () => struct({ topics: array(struct({ name: string, partitionIndexes: array(int32) })) }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      topics: array(
        struct({
          name: string,
          partitions: array(
            struct({
              partitionIndex: int32,
              errorCode: int16,
              errorMessage: optional(nullableString),
              activeProducers: array(
                struct({
                  producerId: int64,
                  producerEpoch: int32,
                  lastSequence: optional(int32, -1),
                  lastTimestamp: optional(int64, -1),
                  coordinatorEpoch: int32,
                  currentTxnStartOffset: optional(int64, -1),
                }),
              ),
            }),
          ),
        }),
      ),
    }),
})
