// v0-2: one member. v3 (KIP-345): many, also by instance id. v1: throttle time. v4: flexible. v5 (KIP-800): reason.
import {
  array,
  defineApi,
  int16,
  int32,
  nullableString,
  optional,
  since,
  string,
  struct,
  until,
} from '../schema/index.ts'

/** LeaveGroup: members leave a classic group. */
export const leaveGroupApi = defineApi({
  key: 13,
  name: 'LeaveGroup',
  versions: [0, 5],
  flexibleFrom: 4,
  request: () =>
    struct({
      groupId: string,
      memberId: until(2, string),
      members: since(
        3,
        array(
          struct({ memberId: string, groupInstanceId: optional(nullableString), reason: since(5, nullableString) }),
        ),
      ),
    }),
  response: () =>
    struct({
      throttleTimeMs: since(1, int32),
      errorCode: int16,
      members: since(
        3,
        array(struct({ memberId: string, groupInstanceId: optional(nullableString), errorCode: int16 })),
      ),
    }),
})
