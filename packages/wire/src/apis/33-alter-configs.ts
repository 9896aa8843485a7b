// v2: flexible. IncrementalAlterConfigs (44) has taken its place.
import { array, bool, defineApi, int8, nullableString, optional, string, struct } from '../schema/index.ts'
import { alterConfigsResponse } from './config-resources.ts'

/** AlterConfigs: sets all settings of a resource at once; what is not named goes back to its default. */
export const alterConfigsApi = defineApi({
  key: 33,
  name: 'AlterConfigs',
  versions: [0, 2],
  flexibleFrom: 2,
  request: () =>
    struct({
      resources: array(
        struct({
          resourceType: int8,
          resourceName: string,
          configs: array(struct({ name: string, value: nullableString })),
        }),
      ),
      validateOnly: optional(bool),
    }),
  response: () => alterConfigsResponse,
})
