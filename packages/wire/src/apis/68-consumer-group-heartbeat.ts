// v0 (KIP-848): flexible; a member may leave its id to the coordinator. v1: regular expressions; the member makes its
// own id (KIP-1082).
import {
  array,
  defineApi,
  int16,
  int32,
  nullableArray,
  nullableString,
  nullableStruct,
  optional,
  since,
  string,
  struct,
  uuid,
} from '../schema/index.ts'

const topicPartitions = struct({ topicId: uuid, partitions: array(int32) })

/**
 * ConsumerGroupHeartbeat: everything that a member of the new protocol says to its group, and is told. `memberEpoch` 0
 * joins, -1 leaves, -2 leaves for a while (static members). What is null, or -1, has not changed.
 */
export const consumerGroupHeartbeatApi = defineApi({
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  versions: [0, 1],
  flexibleFrom: 0,
  request: () =>
    struct({
      groupId: string,
      memberId: string,
      memberEpoch: int32,
      instanceId: optional(nullableString),
      rackId: optional(nullableString),
      rebalanceTimeoutMs: optional(int32, -1),
      subscribedTopicNames: optional(nullableArray(string)),
      subscribedTopicRegex: since(1, nullableString),
      serverAssignor: optional(nullableString),
      topicPartitions: optional(nullableArray(topicPartitions)),
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      errorCode: int16,
      errorMessage: optional(nullableString),
      memberId: optional(nullableString),
      memberEpoch: int32,
      heartbeatIntervalMs: int32,
      assignment: optional(nullableStruct({ topicPartitions: array(topicPartitions) })),
    }),
})
