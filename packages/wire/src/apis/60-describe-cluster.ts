// v0: flexible. v1 (KIP-919): brokers (endpoint type 1) or controllers (2). v2 (KIP-1073): brokers
// that are fenced, too.
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
} from '../schema/index.ts'
import { unknownOperations } from './authorized-operations.ts'

/** DescribeCluster (KIP-700): cluster id, controller and brokers. */
export const describeClusterApi = defineApi({
  key: 60,
  name: 'DescribeCluster',
  versions: [0, 2],
  flexibleFrom: 0,
  request: () =>
    struct({
      includeClusterAuthorizedOperations: optional(bool),
      endpointType: since(1, int8, 1),
      includeFencedBrokers: since(2, bool),
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      errorCode: int16,
      errorMessage: optional(nullableString),
      endpointType: since(1, int8, 1),
      clusterId: string,
      controllerId: optional(int32, -1),
      brokers: array(
        struct({
          brokerId: int32,
          host: string,
          port: int32,
          rack: optional(nullableString),
          isFenced: since(2, bool),
        }),
      ),
      clusterAuthorizedOperations: optional(int32, unknownOperations),
    }),
})
