import { PartitaError } from '@partita/protocol'
import type { metadataApi, ResponseOf } from '@partita/wire'
import type { Endpoint } from '../network/connector.ts'
import type { PartitionMetadata, TopicMetadata } from './cluster.ts'
import { kafkaError } from './kafka-error.ts'

export type MetadataAnswer = ResponseOf<typeof metadataApi>
type ToldTopic = MetadataAnswer['topics'][number]

export function nodesOf(answer: MetadataAnswer): ReadonlyMap<number, Endpoint> {
  return new Map(answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]))
}

/** What an answer says of a topic that was asked for: one topic's error is not another's. */
export function topicOf(answer: MetadataAnswer, topic: string): TopicMetadata | PartitaError {
  const told = answer.topics.find((each) => each.name === topic)
  if (told === undefined) return kafkaError(3, { api: 'Metadata', topic }, 'The broker told nothing of the topic.')
  if (told.errorCode !== 0) return kafkaError(told.errorCode, { api: 'Metadata', topic }, refusals[told.errorCode])
  const partitions = told.partitions.map(partitionOf).sort((a, b) => a.partition - b.partition)
  // A gap would make a partition's place in the list differ from its number.
  if (partitions.some(({ partition }, index) => partition !== index)) return gap(topic)
  return { topic, topicId: told.topicId, partitions }
}

const refusals: Readonly<Record<number, string>> = {
  3: 'There is no such topic.',
  5: 'The topic has no leaders yet.',
  17: 'The broker says that this cannot be the name of a topic.',
  29: 'This user may not see the topic.',
}

/** An error of a partition says why it has no leader; that it has none is what counts. */
function partitionOf({ partitionIndex, leaderId, leaderEpoch }: ToldTopic['partitions'][number]): PartitionMetadata {
  return { partition: partitionIndex, leader: leaderId, leaderEpoch }
}

function gap(topic: string): PartitaError {
  const text = 'The broker left out some of the partitions.'
  return new PartitaError('MALFORMED', text, { api: 'Metadata', topic, retriable: true })
}
