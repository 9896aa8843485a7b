// v1 (KIP-226): where each value comes from, and its synonyms. v3 (KIP-569): type and documentation. v4: flexible.
// v0 is gone since Kafka 4.0.
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
} from '../schema/index.ts'

/** DescribeConfigs: settings of topics (resource type 2), brokers (4) and others. */
export const describeConfigsApi = defineApi({
  key: 32,
  name: 'DescribeConfigs',
  versions: [1, 4],
  flexibleFrom: 4,
  request: () =>
    struct({
      resources: array(
        struct({ resourceType: int8, resourceName: string, configurationKeys: optional(nullableArray(string)) }),
      ),
      includeSynonyms: optional(bool),
      includeDocumentation: since(3, bool),
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      results: array(
        struct({
          errorCode: int16,
          errorMessage: optional(nullableString),
          resourceType: int8,
          resourceName: string,
          configs: array(
            struct({
              name: string,
              value: nullableString,
              readOnly: bool,
              configSource: optional(int8, -1),
              isSensitive: bool,
              synonyms: optional(array(struct({ name: string, value: nullableString, source: int8 }))),
              configType: since(3, int8),
              documentation: since(3, nullableString),
            }),
          ),
        }),
      ),
    }),
})
