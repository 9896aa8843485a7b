import { kafkaErrorCodes } from '@partita/protocol'
import { describeLogDirsApi, type RequestOf, type ResponseInput } from '@partita/wire'
import type { BrokerState } from '../core/broker-state.ts'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'
import type { Topic } from '../topics/topic.ts'

type Request = RequestOf<typeof describeLogDirsApi>
type TopicResponse = ResponseInput<typeof describeLogDirsApi>['results'][number]['topics'][number]
type PartitionResponse = TopicResponse['partitions'][number]

/** The one place where batches are, and how many bytes each of the node's partitions has in it. Nothing is told of the disk. */
export const describeLogDirs: ServedApi = serve<typeof describeLogDirsApi>({
  api: describeLogDirsApi,
  versions: [1, 5],
  handle: (request, { broker, node }) => ({
    errorCode: kafkaErrorCodes.NONE,
    results: [
      { errorCode: kafkaErrorCodes.NONE, logDir: broker.storage.logDir, topics: topicsOf(request, broker, node.id) },
    ],
  }),
  refuse: (_request, errorCode) => ({ errorCode, results: [] }),
})

/** Partitions that do not exist are left out, as Kafka has it. */
function topicsOf({ topics }: Request, broker: BrokerState, nodeId: number): TopicResponse[] {
  if (topics === null) return Array.from(broker.topics.all(), (topic) => described(topic, nodeId))
  return topics.flatMap(({ topic: name, partitions }) => {
    const topic = broker.topics.get(name)
    return topic === undefined ? [] : [described(topic, nodeId, partitions)]
  })
}

function described({ name, partitions }: Topic, nodeId: number, wanted?: readonly number[]): TopicResponse {
  const some = partitions.filter(
    ({ index, leadership }) => leadership.replicas.includes(nodeId) && (wanted?.includes(index) ?? true),
  )
  return {
    name,
    partitions: some.map(({ index, log }): PartitionResponse => ({
      partitionIndex: index,
      partitionSize: log.bytesFrom(log.startOffset),
      offsetLag: 0,
      isFutureKey: false,
    })),
  }
}
