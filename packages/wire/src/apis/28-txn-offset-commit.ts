// v2: leader epochs. v3 (KIP-447): flexible; the group's member and generation. v4: TRANSACTION_ABORTABLE may come back.
// v5 (KIP-890): adds the group to the transaction by itself.
import {
  array,
  defineApi,
  int16,
  int32,
  int64,
  nullableString,
  optional,
  since,
  string,
  struct,
} from '../schema/index.ts'

/** TxnOffsetCommit: a group's positions, as part of a transaction. */
export const txnOffsetCommitApi = defineApi({
  key: 28,
  name: 'TxnOffsetCommit',
  versions: [0, 5],
  flexibleFrom: 3,
  request: () =>
    struct({
      transactionalId: string,
      groupId: string,
      producerId: int64,
      producerEpoch: int16,
      generationId: since(3, int32, -1),
      memberId: since(3, string),
      groupInstanceId: since(3, nullableString),
      topics: array(
        struct({
          name: string,
          partitions: array(
            struct({
              partitionIndex: int32,
              committedOffset: int64,
              committedLeaderEpoch: since(2, int32, -1),
              committedMetadata: optional(nullableString),
            }),
          ),
        }),
      ),
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      topics: array(struct({ name: string, partitions: array(struct({ partitionIndex: int32, errorCode: int16 })) })),
    }),
})
