// v0 was called ListClientMetricsResources, and listed those. v1 (KIP-1142): of any type; no type stands for all.
import { array, defineApi, int16, int32, int8, optional, since, string, struct } from '../schema/index.ts'

/** ListConfigResources: the names of what has settings. */
export const listConfigResourcesApi = defineApi({
  key: 74,
  name: 'ListConfigResources',
  versions: [0, 1],
  flexibleFrom: 0,
  request: () => struct({ resourceTypes: since(1, array(int8)) }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      errorCode: int16,
      configResources: array(struct({ resourceName: string, resourceType: since(1, int8, 16) })),
    }),
})
