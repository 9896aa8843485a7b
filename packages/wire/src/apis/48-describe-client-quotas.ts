// v1: flexible.
import {
  array,
  bool,
  defineApi,
  float64,
  int16,
  int32,
  int8,
  nullableArray,
  nullableString,
  optional,
  string,
  struct,
} from '../schema/index.ts'

/** DescribeClientQuotas (KIP-546): the quotas of users, client ids and addresses. */
export const describeClientQuotasApi = defineApi({
  key: 48,
  name: 'DescribeClientQuotas',
  versions: [0, 1],
  flexibleFrom: 1,
  request: () =>
    struct({
      // 0: the entity of this name, 1: the default one, 2: any that has a name or is the default.
      components: array(struct({ entityType: string, matchType: int8, match: nullableString })),
      strict: bool,
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      errorCode: int16,
      errorMessage: optional(nullableString),
      entries: nullableArray(
        struct({
          entity: array(struct({ entityType: string, entityName: nullableString })),
          values: array(struct({ key: string, value: float64 })),
        }),
      ),
    }),
})
