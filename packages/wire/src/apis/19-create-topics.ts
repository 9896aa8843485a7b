// v4 (KIP-464): -1 partitions or replicas stand for the broker's defaults. v5 (KIP-525): flexible; the answer tells the
// topic's settings, and in a tagged field why it does not. v7: topic ids. v2: throttle time, v0-1 are gone since 4.0.
import {
  array,
  bool,
  defineApi,
  int16,
  int32,
  int8,
  nullableArray,
  nullableString,
  optional,
  since,
  string,
  struct,
  tagged,
  uuid,
} from '../schema/index.ts'

/** CreateTopics: creates topics, by name. */
export const createTopicsApi = defineApi({
  key: 19,
  name: 'CreateTopics',
  versions: [2, 7],
  flexibleFrom: 5,
  request: () =>
    struct({
      topics: array(
        struct({
          name: string,
          numPartitions: int32,
          replicationFactor: int16,
          assignments: optional(array(struct({ partitionIndex: int32, brokerIds: array(int32) }))),
          configs: optional(array(struct({ name: string, value: nullableString }))),
        }),
      ),
      timeoutMs: optional(int32, 60_000),
      validateOnly: optional(bool),
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      topics: array(
        struct({
          name: string,
          topicId: since(7, uuid),
          errorCode: int16,
          errorMessage: optional(nullableString),
          topicConfigErrorCode: tagged(0, 5, int16),
          numPartitions: since(5, int32, -1),
          replicationFactor: since(5, int16, -1),
          configs: since(
            5,
            nullableArray(
              struct({
                name: string,
                value: nullableString,
                readOnly: bool,
                configSource: optional(int8, -1),
                isSensitive: bool,
              }),
            ),
          ),
        }),
      ),
    }),
})
