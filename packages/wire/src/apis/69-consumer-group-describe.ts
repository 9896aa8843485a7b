// v0 (KIP-848): flexible. v1 (KIP-1099): which protocol each member speaks.
import {
  array,
  bool,
  defineApi,
  int16,
  int32,
  int8,
  nullableString,
  optional,
  since,
  string,
  struct,
  uuid,
} from '../schema/index.ts'
import { unknownOperations } from './authorized-operations.ts'

const assignment = struct({
  topicPartitions: array(struct({ topicId: uuid, topicName: string, partitions: array(int32) })),
})

/** ConsumerGroupDescribe: state and members of groups of the new protocol. */
export const consumerGroupDescribeApi = defineApi({
  key: 69,
  name: 'ConsumerGroupDescribe',
  versions: [0, 1],
  flexibleFrom: 0,
  request: () =>
    struct({
      groupIds: array(string),
      includeAuthorizedOperations: optional(bool),
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      groups: array(
        struct({
          errorCode: int16,
          errorMessage: optional(nullableString),
          groupId: string,
          groupState: string,
          groupEpoch: int32,
          assignmentEpoch: int32,
          assignorName: string,
          members: array(
            struct({
              memberId: string,
              instanceId: optional(nullableString),
              rackId: optional(nullableString),
              memberEpoch: int32,
              clientId: string,
              clientHost: string,
              subscribedTopicNames: array(string),
              subscribedTopicRegex: optional(nullableString),
              assignment,
              targetAssignment: assignment,
              /** -1: not told, 0: classic, 1: the new protocol. */
              memberType: since(1, int8, -1),
            }),
          ),
          authorizedOperations: optional(int32, unknownOperations),
        }),
      ),
    }),
})
