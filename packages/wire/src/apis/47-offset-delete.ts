// v0, never flexible.
import { array, defineApi, int16, int32, optional, string, struct } from '../schema/index.ts'

/** OffsetDelete (KIP-496): forgets a group's positions in topics that it no longer reads. */
export const offsetDeleteApi = defineApi({
  key: 47,
  name: 'OffsetDelete',
  versions: [0, 0],
  flexibleFrom: null,
  request: () =>
    struct({
      groupId: string,
      topics: array(struct({ name: string, partitions: array(struct({ partitionIndex: int32 })) })),
    }),
  response: () =>
    struct({
      errorCode: int16,
      throttleTimeMs: optional(int32),
      topics: array(struct({ name: string, partitions: array(struct({ partitionIndex: int32, errorCode: int16 })) })),
    }),
})
