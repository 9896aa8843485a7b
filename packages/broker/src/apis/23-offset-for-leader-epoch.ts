import type { KafkaErrorName } from '@partita/protocol'
import { kafkaErrorCodes } from '@partita/protocol'
import { offsetForLeaderEpochApi, type RequestOf, type ResponseInput } from '@partita/wire'
import { leaderError } from '../cluster/replica-error.ts'
import { askedPartition } from '../core/asked-partition.ts'
import type { RequestContext, ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'

type PartitionRequest = RequestOf<typeof offsetForLeaderEpochApi>['topics'][number]['partitions'][number]
type PartitionResponse = ResponseInput<typeof offsetForLeaderEpochApi>['topics'][number]['partitions'][number]

/** Where an epoch ended. */
export const offsetForLeaderEpoch: ServedApi = serve<typeof offsetForLeaderEpochApi>({
  api: offsetForLeaderEpochApi,
  versions: [2, 4],
  handle({ topics }, context) {
    return {
      topics: topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map((partition) => endOf(topic, partition, context)),
      })),
    }
  },
  *partitionsOf({ topics }) {
    for (const { topic, partitions } of topics) yield* partitions.map(({ partition }) => ({ topic, partition }))
  },
})

function endOf(
  topic: string,
  { partition, currentLeaderEpoch, leaderEpoch }: PartitionRequest,
  context: RequestContext,
): PartitionResponse {
  const found = askedPartition({ topic, partition }, context, leaderError, currentLeaderEpoch)
  if (typeof found === 'string') return failed(partition, found)
  const end = found.endOfEpoch(leaderEpoch)
  // Of an epoch that has not begun nothing is known: the defaults, -1, say so.
  if (end === undefined) return failed(partition, 'NONE')
  return { partition, errorCode: kafkaErrorCodes.NONE, ...end }
}

function failed(partition: number, error: KafkaErrorName): PartitionResponse {
  return { partition, errorCode: kafkaErrorCodes[error] }
}
