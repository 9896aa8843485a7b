import type { FetchedRecord } from '@partita/protocol'
import { PartitaError } from '@partita/protocol'
import { decodeBatch, readBatchHeader } from '@partita/wire'
import type { GroupSnapshot, MemoryBroker } from './broker.ts'
import type { ClusterNode, Endpoint } from './cluster/cluster-node.ts'
import { configTexts } from './configs/given-configs.ts'
import { type BrokerCore, createBrokerCore } from './core/broker-core.ts'
import type { Group } from './groups/group.ts'
import { bytesOf } from './log/batch-entry.ts'
import { connectInMemory } from './memory-connection.ts'
import { createNamespace } from './namespace.ts'
import type { BrokerOptions } from './options.ts'
import type { Topic } from './topics/topic.ts'
import { waitForGroup } from './wait-for-group.ts'

/**
 * A broker that is reached in memory only, by `connect()`: nothing of it needs Node.
 * @throws PartitaError `INVALID_OPTION`, `INVALID_CONFIG`, or what is wrong with a topic
 */
export function createBroker(options: BrokerOptions = {}): MemoryBroker {
  return brokerOver(createBrokerCore(options), async () => undefined)
}

/** @param stopListening what has to be closed before the core is */
export function brokerOver(core: BrokerCore, stopListening: () => Promise<void>): MemoryBroker {
  const { topics, groups, clock } = core.state
  let closing: Promise<void> | undefined
  let namespaces = 0

  async function closeOnce(): Promise<void> {
    await Promise.all([core.close(), stopListening()])
  }

  function topicNamed(name: string): Topic {
    const topic = topics.get(name)
    if (topic !== undefined) return topic
    throw new PartitaError('UNKNOWN_TOPIC_OR_PARTITION', `There is no topic named ${name}.`, { topic: name })
  }

  const broker: MemoryBroker = {
    control: core.control,
    connect: (address) => connectInMemory(core, nodeAt(core, address), clock),
    nodes: () => core.state.cluster.nodes.map(({ id, rack, isUp, endpoint }) => ({ id, ...endpoint, rack, isUp })),
    createTopic: (name, partitions, configs = {}) =>
      void topics.create({ name, partitions, configs: configTexts(configs) }),
    deleteTopic: (name) => topics.delete(topicNamed(name)),
    topics: () => Array.from(topics.all(), ({ name, partitions }) => ({ name, partitions: partitions.length })),
    log: (topic, partition) => recordsIn(topicNamed(topic), partition),
    groups: () => Array.from(groups.all(), snapshotOf),
    group(groupId) {
      const group = groups.get(groupId)
      return group && snapshotOf(group)
    },
    waitForGroup: async (groupId, expected) => snapshotOf(await waitForGroup(core.state, groupId, expected)),
    namespace(label = 'test') {
      namespaces += 1
      return createNamespace({ ...broker, deleteGroup: groups.delete }, label, namespaces)
    },
    close: () => (closing ??= closeOnce()),
    [Symbol.asyncDispose]: () => broker.close(),
  }
  return broker
}

/** Whom a client in memory means. Who gives an address that no node has wants any. */
function nodeAt({ state }: BrokerCore, address: Endpoint | undefined): ClusterNode {
  const { cluster } = state
  const isMeant = ({ endpoint }: ClusterNode): boolean =>
    endpoint.host === address?.host && endpoint.port === address.port
  const node = cluster.nodes.find(isMeant) ?? cluster.live()[0]
  if (node?.isUp) return node
  const message = node === undefined ? 'All nodes of the broker are down.' : `Node ${node.id} of the broker is down.`
  throw new PartitaError('CONNECTION_FAILED', message, { retriable: true })
}

async function recordsIn({ name, partitions }: Topic, index: number): Promise<FetchedRecord[]> {
  const log = partitions[index]?.log
  if (log === undefined) {
    const message = `The topic has partitions 0 to ${partitions.length - 1}.`
    throw new PartitaError('UNKNOWN_TOPIC_OR_PARTITION', message, { topic: name, partition: index })
  }
  const records: FetchedRecord[] = []
  // All at once: while batches are decompressed, others may be deleted or compacted.
  for (const batch of log.entries.map(bytesOf)) {
    const header = readBatchHeader(batch)
    if (!header.isControl) records.push(...(await decodeBatch(batch, header)))
  }
  return records.filter(({ offset }) => offset >= log.startOffset)
}

function snapshotOf({ id, state, generation, everyone, consumers, offsets }: Group): GroupSnapshot {
  return {
    groupId: id,
    state,
    generation: consumers?.epoch ?? generation,
    members: everyone.map(({ id: memberId, instanceId: groupInstanceId, clientId }) => ({
      memberId,
      groupInstanceId,
      clientId,
    })),
    offsets: Array.from(offsets.all(), ({ topic, partition, offset, metadata }) => ({
      topic,
      partition,
      offset,
      metadata,
    })),
  }
}
