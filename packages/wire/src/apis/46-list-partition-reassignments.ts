// v0, flexible. Null topics ask for all.
import {
  array,
  defineApi,
  int16,
  int32,
  nullableArray,
  nullableString,
  optional,
  string,
  struct,
} from '../schema/index.ts'

/** ListPartitionReassignments (KIP-455): replicas that are being moved. `kafka-topics --describe` asks for them. */
export const listPartitionReassignmentsApi = defineApi({
  key: 46,
  name: 'ListPartitionReassignments',
  versions: [0, 0],
  flexibleFrom: 0,
  request: () =>
    struct({
      timeoutMs: optional(int32, 60_000),
      topics: optional(nullableArray(struct({ name: string, partitionIndexes: array(int32) }))),
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      errorCode: int16,
      errorMessage: optional(nullableString),
      topics: array(
        struct({
          name: string,
          partitions: array(
            struct({
              partitionIndex: int32,
              replicas: array(int32),
              addingReplicas: array(int32),
              removingReplicas: array(int32),
            }),
          ),
        }),
      ),
    }),
})
