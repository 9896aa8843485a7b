// v3: batches of magic 2, transactional id. v4: KAFKA_STORAGE_ERROR may come back. v5: log start offset. v7: zstd.
// v8 (KIP-467): errors of single records. v9: flexible. v10 (KIP-951): the new leader is named beside
// NOT_LEADER_OR_FOLLOWER. v11: TRANSACTION_ABORTABLE may come back. v12 (KIP-890): a transactional produce adds its
// partitions to the transaction by itself. v13 (KIP-516): topics by id in place of names.
// v0-2 carried older formats of records; Kafka 4.0 serves them no longer.
import {
  array,
  defineApi,
  int16,
  int32,
  int64,
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

/** Produce: record batches into partitions, at most one batch a partition. */
export const produceApi = defineApi({
  key: 0,
  name: 'Produce',
  versions: [3, 13],
  flexibleFrom: 9,
  request: () =>
    struct({
      transactionalId: optional(nullableString),
      acks: int16,
      timeoutMs: int32,
      topicData: array(
        struct({
          name: until(12, string),
          topicId: since(13, uuid),
          partitionData: array(struct({ index: int32, records })),
        }),
      ),
    }),
  response: () =>
    struct({
      responses: array(
        struct({
          name: until(12, string),
          topicId: since(13, uuid),
          partitionResponses: array(
            struct({
              index: int32,
              errorCode: int16,
              baseOffset: int64,
              logAppendTimeMs: optional(int64, -1),
              logStartOffset: since(5, int64, -1),
              recordErrors: since(
                8,
                array(struct({ batchIndex: int32, batchIndexErrorMessage: optional(nullableString) })),
              ),
              errorMessage: since(8, nullableString),
              currentLeader: tagged(0, 10, leaderIdAndEpoch),
            }),
          ),
        }),
      ),
      throttleTimeMs: optional(int32),
      nodeEndpoints: tagged(0, 10, nodeEndpoints),
    }),
})
