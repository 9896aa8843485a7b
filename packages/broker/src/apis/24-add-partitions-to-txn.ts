import type { KafkaErrorName, TopicPartition } from '@partita/protocol'
import { kafkaErrorCodes } from '@partita/protocol'
import { addPartitionsToTxnApi, type RequestOf, type ResponseInput } from '@partita/wire'
import { coordinatorError } from '../core/right-node.ts'
import type { RequestContext, ServedApi } from '../core/served-api.ts'
import { olderError } from '../core/older-error.ts'
import { serve } from '../core/served-api.ts'

type Request = RequestOf<typeof addPartitionsToTxnApi>
type Response = ResponseInput<typeof addPartitionsToTxnApi>

/** Partitions that a transaction is about to write to: all of them, or none. Version 4 is between brokers. */
export const addPartitionsToTxn: ServedApi = serve<typeof addPartitionsToTxnApi>({
  api: addPartitionsToTxnApi,
  versions: [0, 3],
  handle(request, context) {
    const elsewhere = coordinatorError('transaction', request.v3AndBelowTransactionalId, context)
    if (elsewhere !== 'NONE') return answer(request, () => elsewhere)
    const places = [...placesIn(request)]
    const faults = places.map((place) => faultOf(place, context))
    if (faults.every((fault) => fault === 'NONE')) {
      const error = olderError(add(request, places, context), 'PRODUCER_FENCED', context.version >= 2)
      return answer(request, () => error)
    }
    return answer(request, (place) => {
      const fault = faultOf(place, context)
      return fault === 'NONE' ? 'OPERATION_NOT_ATTEMPTED' : fault
    })
  },
  partitionsOf: placesIn,
})

function* placesIn({ v3AndBelowTopics }: Request): Generator<TopicPartition, void, undefined> {
  for (const { name, partitions } of v3AndBelowTopics) {
    yield* partitions.map((partition) => ({ topic: name, partition }))
  }
}

function faultOf({ topic, partition }: TopicPartition, { broker, injectedError }: RequestContext): KafkaErrorName {
  const exists = broker.topics.partition(topic, partition) !== undefined
  return injectedError(topic, partition) ?? (exists ? 'NONE' : 'UNKNOWN_TOPIC_OR_PARTITION')
}

function add(request: Request, places: readonly TopicPartition[], { broker }: RequestContext): KafkaErrorName {
  const producer = {
    transactionalId: request.v3AndBelowTransactionalId,
    producerId: request.v3AndBelowProducerId,
    producerEpoch: request.v3AndBelowProducerEpoch,
  }
  return broker.transactions.addPartitions(producer, places)
}

function answer({ v3AndBelowTopics }: Request, resultOf: (place: TopicPartition) => KafkaErrorName): Response {
  return {
    resultsByTopicV3AndBelow: v3AndBelowTopics.map(({ name, partitions }) => ({
      name,
      resultsByPartition: partitions.map((partition) => ({
        partitionIndex: partition,
        partitionErrorCode: kafkaErrorCodes[resultOf({ topic: name, partition })],
      })),
    })),
  }
}
