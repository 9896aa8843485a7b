import { integerOption } from '@partita/protocol'
import type { BrokerOptions, ConfigValues } from '../options.ts'
import { brokerConfigTable } from './broker-config-table.ts'
import { type ConfigSet, createConfigSet } from './config-set.ts'

/** So many copies a topic has where the nodes allow it: as in most clusters, and as one that goes down is to be survived. */
const usualReplicas = 3

/** The broker's settings as its options give them. */
export function brokerConfigs(
  { autoCreateTopics, numPartitions, configs = {} }: BrokerOptions,
  nodes: number,
): ConfigSet {
  const set = createConfigSet(brokerConfigTable)
  // Kafka's own default is 1 whatever the number of nodes.
  if (nodes > 1) set.change([['default.replication.factor', String(Math.min(nodes, usualReplicas))]])
  set.change(configTexts(configs))
  if (autoCreateTopics !== undefined) set.change([['auto.create.topics.enable', String(autoCreateTopics)]])
  if (numPartitions !== undefined) {
    integerOption('numPartitions', numPartitions, { min: 1 })
    set.change([['num.partitions', String(numPartitions)]])
  }
  return set
}

/** Settings as they are kept: as texts. */
export function configTexts(values: ConfigValues): [name: string, value: string][] {
  return Object.entries(values).map(([name, value]) => [name, String(value)])
}
