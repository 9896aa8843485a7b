// v0: a downgrade is allowed or not. v1 (KIP-778): which kind of change is allowed; nothing may be changed at all. v2: one
// error for all features.
import {
  array,
  bool,
  defineApi,
  int16,
  int32,
  int8,
  nullableString,
  optional,
  since,
  string,
  struct,
  until,
} from '../schema/index.ts'

/** UpdateFeatures (KIP-584): the levels of the cluster's features. */
export const updateFeaturesApi = defineApi({
  key: 57,
  name: 'UpdateFeatures',
  versions: [0, 2],
  flexibleFrom: 0,
  request: () =>
    struct({
      timeoutMs: optional(int32, 60_000),
      featureUpdates: array(
        struct({
          feature: string,
          maxVersionLevel: int16,
          allowDowngrade: until(0, bool),
          // 1: upgrade, 2: downgrade that loses nothing, 3: any downgrade.
          upgradeType: since(1, int8, 1),
        }),
      ),
      validateOnly: since(1, bool),
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      errorCode: int16,
      errorMessage: optional(nullableString),
      results: until(1, array(struct({ feature: string, errorCode: int16, errorMessage: optional(nullableString) }))),
    }),
})
