// AlterConfigs and IncrementalAlterConfigs give the same answer.
import { array, int16, int32, int8, nullableString, optional, string, struct } from '../schema/index.ts'

/** One result a resource. */
export const alterConfigsResponse = struct({
  throttleTimeMs: optional(int32),
  responses: array(
    struct({
      errorCode: int16,
      errorMessage: optional(nullableString),
      resourceType: int8,
      resourceName: string,
    }),
  ),
})
