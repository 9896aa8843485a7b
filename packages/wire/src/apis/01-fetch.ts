// v4: batches of magic 2, isolation level, aborted transactions. v5: log start offset. v7 (KIP-227): sessions, which a
// broker declines by session id 0. v9: leader epochs. v10: zstd. v11 (KIP-392): rack, preferred replica. v12: flexible.
// v13 (KIP-516): topics by id in place of names. v15 (KIP-903): the replica moves into a tagged field, and the body no
// longer begins with it. v16 (KIP-951): where new leaders are. v17: the replica's directory. v18 (KIP-1166): the
// replica's high watermark.
import {
  array,
  between,
  defineApi,
  int16,
  int32,
  int64,
  int8,
  nullableArray,
  nullableString,
  optional,
  records,
  since,
  string,
  struct,
  tagged,
  until,
  uuid,
} from '../schema/index.ts'
import { leaderIdAndEpoch, nodeEndpoints } from './leader-hints.ts'

/** "Not told" is the greatest of 64 bits in Kafka, which is never sent; here the greatest number that is exact. */
const unknownHighWatermark = Number.MAX_SAFE_INTEGER

/** Fetch: record batches out of partitions. */
export const fetchApi = defineApi({
  key: 1,
  name: 'Fetch',
  versions: [4, 18],
  flexibleFrom: 12,
  request: () =>
    struct({
      clusterId: tagged(0, 12, nullableString),
      replicaId: until(14, int32, -1),
      replicaState: tagged(1, 15, struct({ replicaId: optional(int32, -1), replicaEpoch: optional(int64, -1) })),
      maxWaitMs: int32,
      minBytes: int32,
      maxBytes: optional(int32, 0x7fffffff),
      isolationLevel: optional(int8),
      sessionId: since(7, int32),
      sessionEpoch: since(7, int32, -1),
      topics: array(
        struct({
          topic: until(12, string),
          topicId: since(13, uuid),
          partitions: array(
            struct({
              partition: int32,
              currentLeaderEpoch: since(9, int32, -1),
              fetchOffset: int64,
              lastFetchedEpoch: since(12, int32, -1),
              logStartOffset: since(5, int64, -1),
              partitionMaxBytes: int32,
              replicaDirectoryId: tagged(0, 17, uuid),
              highWatermark: tagged(1, 18, int64, unknownHighWatermark),
            }),
          ),
        }),
      ),
      forgottenTopicsData: since(
        7,
        array(struct({ topic: between(7, 12, string), topicId: since(13, uuid), partitions: array(int32) })),
      ),
      rackId: since(11, string),
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      errorCode: since(7, int16),
      sessionId: since(7, int32),
      responses: array(
        struct({
          topic: until(12, string),
          topicId: since(13, uuid),
          partitions: array(
            struct({
              partitionIndex: int32,
              errorCode: int16,
              highWatermark: int64,
              lastStableOffset: optional(int64, -1),
              logStartOffset: since(5, int64, -1),
              divergingEpoch: tagged(0, 12, struct({ epoch: optional(int32, -1), endOffset: optional(int64, -1) })),
              currentLeader: tagged(1, 12, leaderIdAndEpoch),
              snapshotId: tagged(2, 12, struct({ endOffset: optional(int64, -1), epoch: optional(int32, -1) })),
              abortedTransactions: optional(nullableArray(struct({ producerId: int64, firstOffset: int64 }))),
              preferredReadReplica: since(11, int32, -1),
              records,
            }),
          ),
        }),
      ),
      nodeEndpoints: tagged(0, 16, nodeEndpoints),
    }),
})
