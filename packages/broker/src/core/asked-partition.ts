import type { KafkaErrorName, TopicPartition } from '@partita/protocol'
import type { ClusterNode } from '../cluster/cluster-node.ts'
import type { Leadership } from '../cluster/leadership.ts'
import type { Partition } from '../topics/partition.ts'
import type { RequestContext } from './served-api.ts'

/**
 * The partition that a request asks a node about, or why that node does not answer for it.
 * @param errorOf what the node has to be to the partition: its leader, or one of its replicas
 */
export function askedPartition(
  { topic, partition }: TopicPartition,
  { broker, node, injectedError }: RequestContext,
  errorOf: (leadership: Leadership, node: ClusterNode, leaderEpoch: number) => KafkaErrorName,
  leaderEpoch = -1,
): Partition | KafkaErrorName {
  const injected = injectedError(topic, partition)
  if (injected !== undefined) return injected
  const found = broker.topics.partition(topic, partition)
  if (found === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION'
  const error = errorOf(found.leadership, node, leaderEpoch)
  return error === 'NONE' ? found : error
}
