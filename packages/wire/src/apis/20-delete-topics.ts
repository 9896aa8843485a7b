// v0-5 name the topics in `topicNames`; v6 (KIP-516) takes `topics`, each by name or by id. v1: throttle time.
// v4: flexible. v5: error message.
import {
  array,
  defineApi,
  int16,
  int32,
  nullableSince,
  nullableString,
  optional,
  since,
  string,
  struct,
  until,
  uuid,
} from '../schema/index.ts'

/** DeleteTopics: deletes topics. */
export const deleteTopicsApi = defineApi({
  key: 20,
  name: 'DeleteTopics',
  versions: [1, 6],
  flexibleFrom: 4,
  request: () =>
    struct({
      topics: since(6, array(struct({ name: optional(nullableString), topicId: optional(uuid) }))),
      topicNames: until(5, array(string)),
      timeoutMs: int32,
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      responses: array(
        struct({
          name: nullableSince(6, string),
          topicId: since(6, uuid),
          errorCode: int16,
          errorMessage: since(5, nullableString),
        }),
      ),
    }),
})
