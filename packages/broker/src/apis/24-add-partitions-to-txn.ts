import type { KafkaErrorName, TopicPartition } from '@partita/protocol'
import { kafkaErrorCodes } from '@partita/protocol'
import { addPartitionsToTxnApi, type RequestOf, type ResponseInput } from '@partita/wire'
import { coordinatorError } from '../core/right-node.ts'
import type { RequestContext, ServedApi } from '../core/served-api.ts'
import { olderError } from '../core/older-error.ts'
import { serve } from '../core/served-api.ts'
import type { TransactionalProducer } from '../transactions/transaction-requests.ts'

type Request = RequestOf<typeof addPartitionsToTxnApi>
type Response = ResponseInput<typeof addPartitionsToTxnApi>
type Topics = Request['v3AndBelowTopics']
type TopicResults = NonNullable<Response['resultsByTopicV3AndBelow']>
type ResultOf = (place: TopicPartition) => KafkaErrorName

/**
 * Partitions that transactions are about to write to: for each transaction all of them, or none. From version 4 on Kafka's
 * brokers ask each other, for many transactions at once; there it may also be asked whether they are added already.
 */
export const addPartitionsToTxn: ServedApi = serve<typeof addPartitionsToTxnApi>({
  api: addPartitionsToTxnApi,
  versions: [0, 5],
  handle: (request, context) => (context.version < 4 ? addForOne(request, context) : addForMany(request, context)),
  *partitionsOf({ v3AndBelowTopics, transactions }) {
    yield* placesIn(v3AndBelowTopics)
    for (const { topics } of transactions) yield* placesIn(topics)
  },
})

function addForOne(request: Request, context: RequestContext): Response {
  const { v3AndBelowTopics: topics } = request
  const producer = {
    transactionalId: request.v3AndBelowTransactionalId,
    producerId: request.v3AndBelowProducerId,
    producerEpoch: request.v3AndBelowProducerEpoch,
  }
  const resultOf = addAll(producer, topics, context)
  const knowsFencing = context.version >= 2
  return {
    resultsByTopicV3AndBelow: answer(topics, (place) => olderError(resultOf(place), 'PRODUCER_FENCED', knowsFencing)),
  }
}

function addForMany({ transactions }: Request, context: RequestContext): Response {
  const resultsByTransaction = transactions.map(({ topics, verifyOnly, ...producer }) => {
    const resultOf = verifyOnly ? verifyAll(producer, context) : addAll(producer, topics, context)
    return { transactionalId: producer.transactionalId, topicResults: answer(topics, resultOf) }
  })
  return { errorCode: kafkaErrorCodes.NONE, resultsByTransaction }
}

function addAll(producer: TransactionalProducer, topics: Topics, context: RequestContext): ResultOf {
  const elsewhere = coordinatorError('transaction', producer.transactionalId, context)
  if (elsewhere !== 'NONE') return () => elsewhere
  const places = [...placesIn(topics)]
  if (places.every((place) => faultOf(place, context) === 'NONE')) {
    const error = context.broker.transactions.addPartitions(producer, places)
    return () => error
  }
  return (place) => {
    const fault = faultOf(place, context)
    return fault === 'NONE' ? 'OPERATION_NOT_ATTEMPTED' : fault
  }
}

function verifyAll(producer: TransactionalProducer, { broker, version, injectedError }: RequestContext): ResultOf {
  return (place) => {
    const error = broker.transactions.verifyPartition(producer, place)
    return injectedError(place.topic, place.partition) ?? olderError(error, 'TRANSACTION_ABORTABLE', version >= 5)
  }
}

function* placesIn(topics: Topics): Generator<TopicPartition, void, undefined> {
  for (const { name, partitions } of topics) yield* partitions.map((partition) => ({ topic: name, partition }))
}

function faultOf({ topic, partition }: TopicPartition, { broker, injectedError }: RequestContext): KafkaErrorName {
  const exists = broker.topics.partition(topic, partition) !== undefined
  return injectedError(topic, partition) ?? (exists ? 'NONE' : 'UNKNOWN_TOPIC_OR_PARTITION')
}

function answer(topics: Topics, resultOf: ResultOf): TopicResults {
  return topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partition) => ({
      partitionIndex: partition,
      partitionErrorCode: kafkaErrorCodes[resultOf({ topic: name, partition })],
    })),
  }))
}
