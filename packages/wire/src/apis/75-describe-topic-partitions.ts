// v0, flexible. An answer ends after so many partitions, and tells where the next one goes on.
import {
  array,
  bool,
  defineApi,
  int16,
  int32,
  nullableArray,
  nullableString,
  nullableStruct,
  optional,
  string,
  struct,
  uuid,
} from '../schema/index.ts'
import { unknownOperations } from './authorized-operations.ts'

const cursor = optional(nullableStruct({ topicName: string, partitionIndex: int32 }))

/** DescribeTopicPartitions (KIP-966): topics by name, in portions. */
export const describeTopicPartitionsApi = defineApi({
  key: 75,
  name: 'DescribeTopicPartitions',
  versions: [0, 0],
  flexibleFrom: 0,
  request: () =>
    struct({
      topics: array(struct({ name: string })),
      responsePartitionLimit: optional(int32, 2000),
      cursor,
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      topics: array(
        struct({
          errorCode: int16,
          name: nullableString,
          topicId: uuid,
          isInternal: optional(bool),
          partitions: array(
            struct({
              errorCode: int16,
              partitionIndex: int32,
              leaderId: int32,
              leaderEpoch: optional(int32, -1),
              replicaNodes: array(int32),
              isrNodes: array(int32),
              eligibleLeaderReplicas: optional(nullableArray(int32)),
              lastKnownElr: optional(nullableArray(int32)),
              offlineReplicas: optional(array(int32)),
            }),
          ),
          topicAuthorizedOperations: optional(int32, unknownOperations),
        }),
      ),
      nextCursor: cursor,
    }),
})
