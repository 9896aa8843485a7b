// v1 (KIP-290): patterns. v2: flexible. v3 (KIP-373): users are resources.
import { array, defineApi, int16, int32, int8, nullableString, optional, string, struct } from '../schema/index.ts'
import { aclEntry, patternType } from './acl-fields.ts'

/** CreateAcls: adds access rules. */
export const createAclsApi = defineApi({
  key: 30,
  name: 'CreateAcls',
  versions: [0, 3],
  flexibleFrom: 2,
  request: () =>
    struct({
      creations: array(
        struct({ resourceType: int8, resourceName: string, resourcePatternType: patternType, ...aclEntry }),
      ),
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      results: array(struct({ errorCode: int16, errorMessage: optional(nullableString) })),
    }),
})
