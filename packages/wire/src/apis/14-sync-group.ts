// v1: throttle time. v3 (KIP-345): static members. v4: flexible. v5: protocol type and name, to be checked.
import { array, bytes, defineApi, int16, int32, nullableString, since, string, struct } from '../schema/index.ts'

/** SyncGroup: the leader hands in everyone's assignment, and every member gets its own. */
export const syncGroupApi = defineApi({
  key: 14,
  name: 'SyncGroup',
  versions: [0, 5],
  flexibleFrom: 4,
  request: () =>
    struct({
      groupId: string,
      generationId: int32,
      memberId: string,
      groupInstanceId: since(3, nullableString),
      protocolType: since(5, nullableString),
      protocolName: since(5, nullableString),
      assignments: array(struct({ memberId: string, assignment: bytes })),
    }),
  response: () =>
    struct({
      throttleTimeMs: since(1, int32),
      errorCode: int16,
      protocolType: since(5, nullableString),
      protocolName: since(5, nullableString),
      assignment: bytes,
    }),
})
