// v1: flexible.
import { array, bool, defineApi, int8, nullableString, optional, string, struct } from '../schema/index.ts'
import { alterConfigsResponse } from './config-resources.ts'

/** IncrementalAlterConfigs (KIP-339): sets (0), deletes (1), appends to (2) or subtracts from (3) single settings. */
export const incrementalAlterConfigsApi = defineApi({
  key: 44,
  name: 'IncrementalAlterConfigs',
  versions: [0, 1],
  flexibleFrom: 1,
  request: () =>
    struct({
      resources: array(
        struct({
          resourceType: int8,
          resourceName: string,
          configs: array(struct({ name: string, configOperation: int8, value: nullableString })),
        }),
      ),
      validateOnly: optional(bool),
    }),
  response: () => alterConfigsResponse,
})
