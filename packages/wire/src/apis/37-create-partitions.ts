// v2: flexible. v3: a quota may refuse it with THROTTLING_QUOTA_EXCEEDED.
import {
  array,
  bool,
  defineApi,
  int16,
  int32,
  nullableArray,
  nullableString,
  optional,
  string,
  struct,
} from '../schema/index.ts'

/** CreatePartitions: grows topics to a total number of partitions. */
export const createPartitionsApi = defineApi({
  key: 37,
  name: 'CreatePartitions',
  versions: [0, 3],
  flexibleFrom: 2,
  request: () =>
    struct({
      topics: array(
        struct({
          name: string,
          count: int32,
          assignments: optional(nullableArray(struct({ brokerIds: array(int32) }))),
        }),
      ),
      timeoutMs: int32,
      validateOnly: optional(bool),
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      results: array(struct({ name: string, errorCode: int16, errorMessage: optional(nullableString) })),
    }),
})
