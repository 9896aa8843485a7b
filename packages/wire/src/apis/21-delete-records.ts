// v2: flexible.
import { array, defineApi, int16, int32, int64, optional, string, struct } from '../schema/index.ts'

/** DeleteRecords: moves the start of partitions' logs. An offset of -1 stands for the high watermark. */
export const deleteRecordsApi = defineApi({
  key: 21,
  name: 'DeleteRecords',
  versions: [0, 2],
  flexibleFrom: 2,
  request: () =>
    struct({
      topics: array(struct({ name: string, partitions: array(struct({ partitionIndex: int32, offset: int64 })) })),
      timeoutMs: int32,
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      topics: array(
        struct({
          name: string,
          partitions: array(struct({ partitionIndex: int32, lowWatermark: int64, errorCode: int16 })),
        }),
      ),
    }),
})
