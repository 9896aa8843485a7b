// Topics asked for: v0 takes an empty array for "all", v1+ null for "all" and an empty array for none.
// v1: controller, racks. v2: cluster id. v3: throttle time. v4: auto-creation may be forbidden. v5: offline replicas.
// v7: leader epochs. v8: authorized operations (of the cluster only in 8-10). v9: flexible. v10: topic ids.
// v12: topics may be asked for by id alone. v13: an error of the whole answer, at its end.
import {
  array,
  between,
  bool,
  defineApi,
  int16,
  int32,
  nullableSince,
  nullableString,
  since,
  string,
  struct,
  uuid,
} from '../schema/index.ts'
import { unknownOperations } from './authorized-operations.ts'

/** Metadata: brokers, topics, partitions and their leaders. */
export const metadataApi = defineApi({
  key: 3,
  name: 'Metadata',
  versions: [0, 13],
  flexibleFrom: 9,
  request: () =>
    struct({
      topics: nullableSince(1, array(struct({ topicId: since(10, uuid), name: nullableSince(10, string) }))),
      allowAutoTopicCreation: since(4, bool, true),
      includeClusterAuthorizedOperations: between(8, 10, bool),
      includeTopicAuthorizedOperations: since(8, bool),
    }),
  response: () =>
    struct({
      throttleTimeMs: since(3, int32),
      brokers: array(struct({ nodeId: int32, host: string, port: int32, rack: since(1, nullableString) })),
      clusterId: since(2, nullableString),
      controllerId: since(1, int32, -1),
      topics: array(
        struct({
          errorCode: int16,
          name: nullableSince(12, string),
          topicId: since(10, uuid),
          isInternal: since(1, bool),
          partitions: array(
            struct({
              errorCode: int16,
              partitionIndex: int32,
              leaderId: int32,
              leaderEpoch: since(7, int32, -1),
              replicaNodes: array(int32),
              isrNodes: array(int32),
              offlineReplicas: since(5, array(int32)),
            }),
          ),
          topicAuthorizedOperations: since(8, int32, unknownOperations),
        }),
      ),
      clusterAuthorizedOperations: between(8, 10, int32, unknownOperations),
      errorCode: since(13, int16),
    }),
})
