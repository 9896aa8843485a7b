// A timestamp of -1 asks for the end, -2 for the start; v7 adds -3 (the record with the greatest timestamp), v8 -4 (the
// local log's start), v9 -5 (the end of what is in remote storage), v11 -6 (the start of what is not there yet). v2: isolation level.
// v4: leader epochs. v6: flexible. v10 (KIP-1075): how long to wait for remote storage.
import { array, defineApi, int16, int32, int64, int8, optional, since, string, struct } from '../schema/index.ts'

/** ListOffsets: the ends of a partition's log, or the first offset at or after a moment. */
export const listOffsetsApi = defineApi({
  key: 2,
  name: 'ListOffsets',
  versions: [1, 11],
  flexibleFrom: 6,
  request: () =>
    struct({
      replicaId: optional(int32, -1),
      isolationLevel: since(2, int8),
      topics: array(
        struct({
          name: string,
          partitions: array(
            struct({ partitionIndex: int32, currentLeaderEpoch: since(4, int32, -1), timestamp: int64 }),
          ),
        }),
      ),
      timeoutMs: since(10, int32),
    }),
  response: () =>
    struct({
      throttleTimeMs: since(2, int32),
      topics: array(
        struct({
          name: string,
          partitions: array(
            struct({
              partitionIndex: int32,
              errorCode: int16,
              timestamp: optional(int64, -1),
              offset: optional(int64, -1),
              leaderEpoch: since(4, int32, -1),
            }),
          ),
        }),
      ),
    }),
})
