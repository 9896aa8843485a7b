import type { KafkaErrorName } from '@partita/protocol'
import { kafkaErrorCodes } from '@partita/protocol'
import { deleteRecordsApi, type ResponseInput } from '@partita/wire'
import { leaderError } from '../cluster/replica-error.ts'
import { askedPartition } from '../core/asked-partition.ts'
import type { RequestContext, ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'

type PartitionResponse = ResponseInput<typeof deleteRecordsApi>['topics'][number]['partitions'][number]

/** Stands for the high watermark: everything goes. */
const all = -1

/** Moves the start of logs. */
export const deleteRecords: ServedApi = serve<typeof deleteRecordsApi>({
  api: deleteRecordsApi,
  versions: [0, 2],
  handle({ topics }, context) {
    return {
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, offset }) => deleteBefore(name, partitionIndex, offset, context)),
      })),
    }
  },
  *partitionsOf({ topics }) {
    for (const { name, partitions } of topics) {
      yield* partitions.map(({ partitionIndex }) => ({ topic: name, partition: partitionIndex }))
    }
  },
})

function deleteBefore(
  topic: string,
  partitionIndex: number,
  offset: number,
  context: RequestContext,
): PartitionResponse {
  const partition = askedPartition({ topic, partition: partitionIndex }, context, leaderError)
  if (typeof partition === 'string') return failed(partitionIndex, partition)
  const { log } = partition
  if (log.diskFault !== undefined) return failed(partitionIndex, 'KAFKA_STORAGE_ERROR')
  const target = offset === all ? log.highWatermark : offset
  if (target < 0 || target > log.highWatermark) return failed(partitionIndex, 'OFFSET_OUT_OF_RANGE')
  log.deleteBefore(target)
  return { partitionIndex, lowWatermark: log.startOffset, errorCode: kafkaErrorCodes.NONE }
}

function failed(partitionIndex: number, error: KafkaErrorName): PartitionResponse {
  return { partitionIndex, lowWatermark: -1, errorCode: kafkaErrorCodes[error] }
}
