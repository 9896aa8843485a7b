// v1: throttle time. v3: flexible. v4 (KIP-518): states. v5 (KIP-848): types ("classic", "consumer").
import { array, defineApi, int16, int32, since, string, struct } from '../schema/index.ts'

/** ListGroups: the groups that this broker coordinates. */
export const listGroupsApi = defineApi({
  key: 16,
  name: 'ListGroups',
  versions: [0, 5],
  flexibleFrom: 3,
  request: () =>
    struct({
      statesFilter: since(4, array(string)),
      typesFilter: since(5, array(string)),
    }),
  response: () =>
    struct({
      throttleTimeMs: since(1, int32),
      errorCode: int16,
      groups: array(
        struct({ groupId: string, protocolType: string, groupState: since(4, string), groupType: since(5, string) }),
      ),
    }),
})
