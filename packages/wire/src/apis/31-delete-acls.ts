// v1 (KIP-290): patterns. v2: flexible. v3 (KIP-373): users are resources.
import { array, defineApi, int16, int32, int8, nullableString, optional, string, struct } from '../schema/index.ts'
import { aclEntry, patternType } from './acl-fields.ts'

/** DeleteAcls: takes away the access rules that filters match. */
export const deleteAclsApi = defineApi({
  key: 31,
  name: 'DeleteAcls',
  versions: [0, 3],
  flexibleFrom: 2,
  request: () =>
    struct({
      filters: array(
        struct({
          resourceTypeFilter: int8,
          resourceNameFilter: nullableString,
          patternTypeFilter: patternType,
          principalFilter: nullableString,
          hostFilter: nullableString,
          operation: int8,
          permissionType: int8,
        }),
      ),
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      filterResults: array(
        struct({
          errorCode: int16,
          errorMessage: optional(nullableString),
          matchingAcls: array(
            struct({
              errorCode: int16,
              errorMessage: optional(nullableString),
              resourceType: int8,
              resourceName: string,
              patternType,
              ...aclEntry,
            }),
          ),
        }),
      ),
    }),
})
