// Null topics ask for all. v2: flexible. v3: an error of the whole answer. v4 (KIP-827): bytes of the volume. v5
// (KIP-1066): whether the folder is cordoned. v0 is gone since Kafka 4.0.
import {
  array,
  bool,
  defineApi,
  int16,
  int32,
  int64,
  nullableArray,
  optional,
  since,
  string,
  struct,
} from '../schema/index.ts'

/** DescribeLogDirs: the folders of a broker, and how much each partition takes in them. */
export const describeLogDirsApi = defineApi({
  key: 35,
  name: 'DescribeLogDirs',
  versions: [1, 5],
  flexibleFrom: 2,
  request: () => struct({ topics: nullableArray(struct({ topic: string, partitions: array(int32) })) }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      errorCode: since(3, int16),
      results: array(
        struct({
          errorCode: int16,
          logDir: string,
          topics: array(
            struct({
              name: string,
              partitions: array(
                struct({ partitionIndex: int32, partitionSize: int64, offsetLag: int64, isFutureKey: bool }),
              ),
            }),
          ),
          totalBytes: since(4, int64, -1),
          usableBytes: since(4, int64, -1),
          isCordoned: since(5, bool),
        }),
      ),
    }),
})
