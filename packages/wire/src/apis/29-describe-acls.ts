// v1 (KIP-290): patterns. v2: flexible. v3 (KIP-373): users are resources.
import { array, defineApi, int16, int32, int8, nullableString, optional, string, struct } from '../schema/index.ts'
import { aclEntry, patternType } from './acl-fields.ts'

/** DescribeAcls: the access rules that a filter matches. */
export const describeAclsApi = defineApi({
  key: 29,
  name: 'DescribeAcls',
  versions: [0, 3],
  flexibleFrom: 2,
  request: () =>
    struct({
      resourceTypeFilter: int8,
      resourceNameFilter: nullableString,
      patternTypeFilter: patternType,
      principalFilter: nullableString,
      hostFilter: nullableString,
      operation: int8,
      permissionType: int8,
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      errorCode: int16,
      errorMessage: optional(nullableString),
      resources: array(struct({ type: int8, name: string, patternType, acls: array(struct(aclEntry)) })),
    }),
})
