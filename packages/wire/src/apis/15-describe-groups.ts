// v1: throttle time. v3: authorized operations. v4 (KIP-345): static members. v5: flexible. v6 (KIP-1043): an unknown
// group is GROUP_ID_NOT_FOUND with a message; before, it is the state "Dead" without an error.
import { array, bool, bytes, defineApi, int16, int32, nullableString, since, string, struct } from '../schema/index.ts'
import { unknownOperations } from './authorized-operations.ts'

/** DescribeGroups: state and members of classic groups. */
export const describeGroupsApi = defineApi({
  key: 15,
  name: 'DescribeGroups',
  versions: [0, 6],
  flexibleFrom: 5,
  request: () =>
    struct({
      groups: array(string),
      includeAuthorizedOperations: since(3, bool),
    }),
  response: () =>
    struct({
      throttleTimeMs: since(1, int32),
      groups: array(
        struct({
          errorCode: int16,
          errorMessage: since(6, nullableString),
          groupId: string,
          groupState: string,
          protocolType: string,
          protocolData: string,
          members: array(
            struct({
              memberId: string,
              groupInstanceId: since(4, nullableString),
              clientId: string,
              clientHost: string,
              memberMetadata: bytes,
              memberAssignment: bytes,
            }),
          ),
          authorizedOperations: since(3, int32, unknownOperations),
        }),
      ),
    }),
})
