// v0-3 ask for one key, v4+ (KIP-699) for many. v1: key type, throttle time, error message. v3: flexible.
import {
  array,
  between,
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

/** FindCoordinator: which broker coordinates a group (key type 0) or a transactional id (key type 1). */
export const findCoordinatorApi = defineApi({
  key: 10,
  name: 'FindCoordinator',
  versions: [0, 6],
  flexibleFrom: 3,
  request: () =>
    struct({
      key: until(3, string),
      keyType: since(1, int8),
      coordinatorKeys: since(4, array(string)),
    }),
  response: () =>
    struct({
      throttleTimeMs: since(1, int32),
      errorCode: until(3, int16),
      errorMessage: between(1, 3, nullableString),
      nodeId: until(3, int32),
      host: until(3, string),
      port: until(3, int32),
      coordinators: since(
        4,
        array(
          struct({
            key: string,
            nodeId: int32,
            host: string,
            port: int32,
            errorCode: int16,
            errorMessage: optional(nullableString),
          }),
        ),
      ),
    }),
})
