// v0-3: one transaction, from a producer; its fields have "v3AndBelow" in their names, as Kafka's do. v3: flexible.
// v4 (KIP-890): many transactions, from broker to broker. v5: TRANSACTION_ABORTABLE may come back.
import { array, bool, defineApi, int16, int32, int64, optional, since, string, struct, until } from '../schema/index.ts'

const topics = array(struct({ name: string, partitions: array(int32) }))

const topicResults = array(
  struct({
    name: string,
    resultsByPartition: array(struct({ partitionIndex: int32, partitionErrorCode: int16 })),
  }),
)

/** AddPartitionsToTxn: partitions that a transaction is about to write to. */
export const addPartitionsToTxnApi = defineApi({
  key: 24,
  name: 'AddPartitionsToTxn',
  versions: [0, 5],
  flexibleFrom: 3,
  request: () =>
    struct({
      transactions: since(
        4,
        array(
          struct({
            transactionalId: string,
            producerId: int64,
            producerEpoch: int16,
            verifyOnly: optional(bool),
            topics,
          }),
        ),
      ),
      v3AndBelowTransactionalId: until(3, string),
      v3AndBelowProducerId: until(3, int64),
      v3AndBelowProducerEpoch: until(3, int16),
      v3AndBelowTopics: until(3, topics),
    }),
  response: () =>
    struct({
      throttleTimeMs: optional(int32),
      errorCode: since(4, int16),
      resultsByTransaction: since(4, array(struct({ transactionalId: string, topicResults }))),
      resultsByTopicV3AndBelow: until(3, topicResults),
    }),
})
