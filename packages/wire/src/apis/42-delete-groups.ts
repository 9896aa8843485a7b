// v2: flexible.
import { array, defineApi, int16, int32, optional, string, struct } from '../schema/index.ts'

/** DeleteGroups: removes groups that have no members. */
export const deleteGroupsApi = defineApi({
  key: 42,
  name: 'DeleteGroups',
  versions: [0, 2],
  flexibleFrom: 2,
  request: () => struct({ groupsNames: array(string) }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      results: array(struct({ groupId: string, errorCode: int16 })),
    }),
})
