import type { KafkaErrorName } from '@partita/protocol'
import { kafkaErrorCodes } from '@partita/protocol'
import { deleteRecordsApi, type ResponseInput } from '@partita/wire'
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
  { broker, node, injectedError }: RequestContext,
): PartitionResponse {
  const injected = injectedError(topic, partitionIndex)
  if (injected !== undefined) return failed(partitionIndex, injected)
  const partition = broker.topics.partition(topic, partitionIndex)
  if (partition === undefined) return failed(partitionIndex, 'UNKNOWN_TOPIC_OR_PARTITION')
  const { log, leadership } = partition
  if (leadership.leader !== node.id) return failed(partitionIndex, 'NOT_LEADER_OR_FOLLOWER')
  if (log.diskFault !== undefined) return failed(partitionIndex, 'KAFKA_STORAGE_ERROR')
  const target = offset === all ? log.highWatermark : offset
  if (target < 0 || target > log.highWatermark) return failed(partitionIndex, 'OFFSET_OUT_OF_RANGE')
  log.deleteBefore(target)
  return { partitionIndex, lowWatermark: log.startOffset, errorCode: kafkaErrorCodes.NONE }
}

function failed(partitionIndex: number, error: KafkaErrorName): PartitionResponse {
  return { partitionIndex, lowWatermark: -1, errorCode: kafkaErrorCodes[error] }
}
