import { PartitaError, topicName } from '@partita/protocol'
import type { BrokerState } from '../core/broker-state.ts'
import type { ConfigSet } from './config-set.ts'

/** What settings are of. (Java: `ConfigResource.Type`.) */
export const resourceTypes = { topic: 2, broker: 4 } as const

/** A topic or the broker, as the APIs about settings name it. */
export interface ConfigResource {
  readonly resourceType: number
  readonly resourceName: string
}

/**
 * The settings of a resource. A broker is named by its node id; no name stands for the default of all brokers. They are
 * the same for all here.
 * @throws PartitaError `UNKNOWN_TOPIC_OR_PARTITION`, `INVALID_TOPIC_EXCEPTION` or `INVALID_REQUEST`
 */
export function configsOf({ resourceType, resourceName }: ConfigResource, broker: BrokerState): ConfigSet {
  if (resourceType === resourceTypes.topic) {
    const topic = broker.topics.get(resourceName)
    if (topic !== undefined) return topic.configs
    topicName(resourceName)
    const message = `There is no topic named ${JSON.stringify(resourceName)}.`
    throw new PartitaError('UNKNOWN_TOPIC_OR_PARTITION', message)
  }
  if (resourceType !== resourceTypes.broker) {
    const message = `Settings of resource type ${resourceType} are not served; topics (2) and brokers (4) are.`
    throw new PartitaError('INVALID_REQUEST', message)
  }
  const ids = broker.cluster.nodes.map(({ id }) => String(id))
  if (resourceName === '' || ids.includes(resourceName)) return broker.configs
  const message = `There is no broker ${JSON.stringify(resourceName)}; there is ${ids.join(', ')}.`
  throw new PartitaError('INVALID_REQUEST', message)
}
