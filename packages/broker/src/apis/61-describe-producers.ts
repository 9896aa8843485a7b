import type { KafkaErrorName } from '@partita/protocol'
import { kafkaErrorCodes } from '@partita/protocol'
import { describeProducersApi, type ResponseInput } from '@partita/wire'
import { replicaError } from '../cluster/replica-error.ts'
import { askedPartition } from '../core/asked-partition.ts'
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

function describe(topic: string, partitionIndex: number, context: RequestContext): PartitionResponse {
  const partition = askedPartition({ topic, partition: partitionIndex }, context, replicaError)
  if (typeof partition === 'string') return failed(partitionIndex, partition)
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
