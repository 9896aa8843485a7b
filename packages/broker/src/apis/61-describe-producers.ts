import type { KafkaErrorName } from '@partita/protocol'
import { kafkaErrorCodes } from '@partita/protocol'
import { describeProducersApi, type ResponseInput } from '@partita/wire'
import { replicaError } from '../cluster/replica-error.ts'
import type { RequestContext, ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'

type PartitionResponse = ResponseInput<typeof describeProducersApi>['topics'][number]['partitions'][number]

/** Who writes to partitions, and whose transaction holds up those who read what is committed. */
export const describeProducers: ServedApi = serve<typeof describeProducersApi>({
  api: describeProducersApi,
  versions: [0, 0],
  handle({ topics }, context) {
    return {
      topics: topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((index) => describe(name, index, context)),
      })),
    }
  },
  *partitionsOf({ topics }) {
    for (const { name, partitionIndexes } of topics) {
      yield* partitionIndexes.map((partition) => ({ topic: name, partition }))
    }
  },
})

function describe(
  topic: string,
  partitionIndex: number,
  { broker, node, injectedError }: RequestContext,
): PartitionResponse {
  const injected = injectedError(topic, partitionIndex)
  if (injected !== undefined) return failed(partitionIndex, injected)
  const partition = broker.topics.partition(topic, partitionIndex)
  if (partition === undefined) return failed(partitionIndex, 'UNKNOWN_TOPIC_OR_PARTITION')
  const fault = replicaError(partition.leadership, node, -1)
  if (fault !== 'NONE') return failed(partitionIndex, fault)
  const { transactions } = partition.log
  const activeProducers = Array.from(partition.producers(), (producer) => ({
    ...producer,
    currentTxnStartOffset: transactions.openSince(producer.producerId) ?? -1,
  }))
  return { partitionIndex, errorCode: kafkaErrorCodes.NONE, activeProducers }
}

function failed(partitionIndex: number, error: KafkaErrorName): PartitionResponse {
  return { partitionIndex, errorCode: kafkaErrorCodes[error], activeProducers: [] }
}
