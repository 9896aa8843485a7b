import type { KafkaErrorName } from '@partita/protocol'
import { isPartitaError, kafkaErrorCodes } from '@partita/protocol'
import { listOffsetsApi, type RequestOf, type ResponseInput } from '@partita/wire'
import { leaderError } from '../cluster/replica-error.ts'
import type { RequestContext, ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'
import { findLatestRecord, findRecordSince, type RecordPlace } from '../log/find-by-time.ts'
import type { Isolation, PartitionLog } from '../log/partition-log.ts'

type Request = RequestOf<typeof listOffsetsApi>
type Response = ResponseInput<typeof listOffsetsApi>
type PartitionResponse = Response['topics'][number]['partitions'][number]

/** What a timestamp below zero asks for. */
const ask = {
  latest: -1,
  earliest: -2,
  maxTimestamp: -3,
  earliestLocal: -4,
  latestTiered: -5,
  earliestPendingUpload: -6,
} as const

/**
 * Which version a client needs to ask for it; any other number below zero stands for nothing. (Java:
 * `ReplicaManager.isListOffsetsTimestampUnsupported`.)
 */
const askedSince: ReadonlyMap<number, number> = new Map([
  [ask.latest, 0],
  [ask.earliest, 0],
  [ask.maxTimestamp, 7],
  [ask.earliestLocal, 8],
  [ask.latestTiered, 9],
  [ask.earliestPendingUpload, 11],
])

/** The ends of logs, or the first record of a time. */
export const listOffsets: ServedApi = serve<typeof listOffsetsApi>({
  api: listOffsetsApi,
  versions: [1, 11],
  async handle(request, context) {
    const topics: Response['topics'][number][] = []
    for (const { name, partitions } of request.topics) {
      const answers: PartitionResponse[] = []
      for (const partition of partitions) answers.push(await answerOne(name, partition, request, context))
      topics.push({ name, partitions: answers })
    }
    return { topics }
  },
  *partitionsOf({ topics }) {
    for (const { name, partitions } of topics) {
      yield* partitions.map(({ partitionIndex }) => ({ topic: name, partition: partitionIndex }))
    }
  },
})

async function answerOne(
  topic: string,
  { partitionIndex, currentLeaderEpoch, timestamp }: Request['topics'][number]['partitions'][number],
  { isolationLevel }: Request,
  { broker, node, version, injectedError }: RequestContext,
): Promise<PartitionResponse> {
  const partition = broker.topics.partition(topic, partitionIndex)
  const injected = injectedError(topic, partitionIndex)
  if (injected !== undefined) return failed(partitionIndex, injected)
  if (timestamp < 0 && version < (askedSince.get(timestamp) ?? Infinity)) {
    return failed(partitionIndex, 'UNSUPPORTED_VERSION')
  }
  if (partition === undefined) return failed(partitionIndex, 'UNKNOWN_TOPIC_OR_PARTITION')
  const fault = leaderError(partition.leadership, node, currentLeaderEpoch)
  if (fault !== 'NONE') return failed(partitionIndex, fault)
  if (partition.log.diskFault !== undefined) return failed(partitionIndex, 'KAFKA_STORAGE_ERROR')
  const isolation = isolationLevel === 1 ? 'read_committed' : 'read_uncommitted'
  const place = await find(partition.log, timestamp, isolation).catch(ifDiskFailed)
  if (place === 'KAFKA_STORAGE_ERROR') return failed(partitionIndex, place)
  if (place === undefined) return { partitionIndex, errorCode: kafkaErrorCodes.NONE }
  return { partitionIndex, errorCode: kafkaErrorCodes.NONE, ...place, leaderEpoch: partition.leaderEpoch }
}

function ifDiskFailed(error: unknown): 'KAFKA_STORAGE_ERROR' {
  if (isPartitaError(error) && error.code === 'KAFKA_STORAGE_ERROR') return error.code
  throw error
}

async function find(log: PartitionLog, timestamp: number, isolation: Isolation): Promise<RecordPlace | undefined> {
  switch (timestamp) {
    case ask.latest:
      return { offset: log.limitFor(isolation), timestamp: -1 }
    case ask.earliest:
    case ask.earliestLocal:
      return { offset: log.startOffset, timestamp: -1 }
    case ask.maxTimestamp:
      return readable(await findLatestRecord(log), log.limitFor(isolation))
    // There is no remote storage: nothing is there, and nothing waits to go there.
    case ask.latestTiered:
    case ask.earliestPendingUpload:
      return undefined
    default:
      return readable(await findRecordSince(log, timestamp), log.limitFor(isolation))
  }
}

/** What lies beyond the limit of a reader is not there for it. */
function readable(place: RecordPlace | undefined, limit: number): RecordPlace | undefined {
  return place !== undefined && place.offset < limit ? place : undefined
}

function failed(partitionIndex: number, error: KafkaErrorName): PartitionResponse {
  return { partitionIndex, errorCode: kafkaErrorCodes[error] }
}
