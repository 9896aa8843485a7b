// v1: rebalance timeout of its own. v2: throttle time. v4: the broker gives the member id first (MEMBER_ID_REQUIRED).
// v5 (KIP-345): static members. v6: flexible. v7: protocol type. v8 (KIP-800): reason. v9: the leader may be told to
// leave the assignment as it is.
import {
  array,
  bool,
  bytes,
  defineApi,
  int16,
  int32,
  nullableSince,
  nullableString,
  optional,
  since,
  string,
  struct,
} from '../schema/index.ts'

/**
 * JoinGroup: a member enters a classic group, or stays in it through a rebalance; the answer waits for the others.
 */
export const joinGroupApi = defineApi({
  key: 11,
  name: 'JoinGroup',
  versions: [0, 9],
  flexibleFrom: 6,
  request: () =>
    struct({
      groupId: string,
      sessionTimeoutMs: int32,
      rebalanceTimeoutMs: since(1, int32, -1),
      memberId: string,
      groupInstanceId: since(5, nullableString),
      protocolType: string,
      protocols: array(struct({ name: string, metadata: bytes })),
      reason: since(8, nullableString),
    }),
  response: () =>
    struct({
      throttleTimeMs: since(2, int32),
      errorCode: int16,
      generationId: optional(int32, -1),
      protocolType: since(7, nullableString),
      protocolName: nullableSince(7, string),
      leader: string,
      skipAssignment: since(9, bool),
      memberId: string,
      members: array(struct({ memberId: string, groupInstanceId: since(5, nullableString), metadata: bytes })),
    }),
})
