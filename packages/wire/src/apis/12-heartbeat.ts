// v1: throttle time. v3 (KIP-345): static members. v4: flexible.
import { defineApi, int16, int32, nullableString, since, string, struct } from '../schema/index.ts'

/** Heartbeat: a member of a classic group is alive; the answer says when it has to join again. */
export const heartbeatApi = defineApi({
  key: 12,
  name: 'Heartbeat',
  versions: [0, 4],
  flexibleFrom: 4,
  request: () =>
    struct({
      groupId: string,
      generationId: int32,
      memberId: string,
      groupInstanceId: since(3, nullableString),
    }),
  response: () => struct({ throttleTimeMs: since(1, int32), errorCode: int16 }),
})
