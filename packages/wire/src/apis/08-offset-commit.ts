// v2-4: retention time. v3: throttle time. v6: leader epochs. v7 (KIP-345): static members. v8: flexible. v9 (KIP-848):
// the generation may be a member epoch of the new group protocol. v10 (KIP-848): topics by id in place of names.
import {
  array,
  between,
  defineApi,
  int16,
  int32,
  int64,
  nullableString,
  optional,
  since,
  string,
  struct,
  until,
  uuid,
} from '../schema/index.ts'

/** OffsetCommit: a group's positions. */
export const offsetCommitApi = defineApi({
  key: 8,
  name: 'OffsetCommit',
  versions: [2, 10],
  flexibleFrom: 8,
  request: () =>
    struct({
      groupId: string,
      generationIdOrMemberEpoch: optional(int32, -1),
      memberId: optional(string),
      groupInstanceId: since(7, nullableString),
      retentionTimeMs: between(2, 4, int64, -1),
      topics: array(
        struct({
          name: until(9, string),
          topicId: since(10, uuid),
          partitions: array(
            struct({
              partitionIndex: int32,
              committedOffset: int64,
              committedLeaderEpoch: since(6, int32, -1),
              committedMetadata: optional(nullableString),
            }),
          ),
        }),
      ),
    }),
  response: () =>
    struct({
      throttleTimeMs: since(3, int32),
      topics: array(
        struct({
          name: until(9, string),
          topicId: since(10, uuid),
          partitions: array(struct({ partitionIndex: int32, errorCode: int16 })),
        }),
      ),
    }),
})
