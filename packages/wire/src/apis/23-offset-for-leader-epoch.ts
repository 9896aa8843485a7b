// v2: leader epochs of the caller, throttle time. v3: replica id. v4: flexible. v0-1 are gone since Kafka 4.0.
import { array, defineApi, int16, int32, int64, optional, since, string, struct } from '../schema/index.ts'

/**
 * OffsetForLeaderEpoch: where a leader's epoch ended in the log, by which a consumer finds out that it was cut off.
 */
export const offsetForLeaderEpochApi = defineApi({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  versions: [2, 4],
  flexibleFrom: 4,
  request: () =>
    struct({
      // -2 is a debugging tool, -1 a consumer.
      replicaId: since(3, int32, -2),
      topics: array(
        struct({
          topic: string,
          partitions: array(struct({ partition: int32, currentLeaderEpoch: optional(int32, -1), leaderEpoch: int32 })),
        }),
      ),
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      topics: array(
        struct({
          topic: string,
          partitions: array(
            struct({
              errorCode: int16,
              partition: int32,
              leaderEpoch: optional(int32, -1),
              endOffset: optional(int64, -1),
            }),
          ),
        }),
      ),
    }),
})
