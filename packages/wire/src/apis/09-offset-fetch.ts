// v0-7: one group. v8 (KIP-709): many. v2: null topics ask for all, and the answer has an error of its own. v3: throttle
// time. v5: leader epochs. v6: flexible. v7 (KIP-447): offsets of open transactions may be refused. v9 (KIP-848): member.
// v10 (KIP-848): topics by id in place of names.
import {
  array,
  between,
  bool,
  defineApi,
  int16,
  int32,
  int64,
  nullableArray,
  nullableSince,
  nullableString,
  optional,
  since,
  string,
  struct,
  until,
  uuid,
} from '../schema/index.ts'

const topic = struct({ name: until(9, string), topicId: since(10, uuid), partitionIndexes: array(int32) })

const topicOffsets = struct({
  name: until(9, string),
  topicId: since(10, uuid),
  partitions: array(
    struct({
      partitionIndex: int32,
      committedOffset: int64,
      committedLeaderEpoch: since(5, int32, -1),
      metadata: optional(nullableString),
      errorCode: int16,
    }),
  ),
})

/** OffsetFetch: what groups have committed. */
export const offsetFetchApi = defineApi({
  key: 9,
  name: 'OffsetFetch',
  versions: [1, 10],
  flexibleFrom: 6,
  request: () =>
    struct({
      groupId: until(7, string),
      topics: until(7, nullableSince(2, array(topic))),
      groups: since(
        8,
        array(
          struct({
            groupId: string,
            memberId: since(9, nullableString),
            memberEpoch: since(9, int32, -1),
            topics: optional(nullableArray(topic)),
          }),
        ),
      ),
      requireStable: since(7, bool),
    }),
  response: () =>
    struct({
      throttleTimeMs: since(3, int32),
      topics: until(7, array(topicOffsets)),
      errorCode: between(2, 7, int16),
      groups: since(8, array(struct({ groupId: string, topics: array(topicOffsets), errorCode: int16 }))),
    }),
})
