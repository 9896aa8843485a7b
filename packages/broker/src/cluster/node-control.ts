import { nameOption, PartitaError } from '@partita/protocol'
import type { Keep } from '../core/storage.ts'
import type { Partition } from '../topics/partition.ts'
import type { TopicRegistry } from '../topics/topic-registry.ts'
import type { ClusterNode } from './cluster-node.ts'
import type { CoordinatorKind, ManagedCluster } from './cluster.ts'

/** What a test can do to the nodes of a broker, and ask of them. Nodes are named by their ids. */
export interface NodeControl {
  /** The node with the controller's office; -1 where no node is up. */
  readonly controller: number
  /** The node that leads a partition; -1 where none can. Throws `UNKNOWN_TOPIC_OR_PARTITION`. */
  leaderOf(topic: string, partition: number): number
  /** The node that keeps a group or a transactional id; -1 where no node is up. */
  coordinatorOf(kind: CoordinatorKind, key: string): number
  /**
   * Has another replica lead a partition, in a new epoch. The old leader refuses from now on.
   * @throws PartitaError `UNKNOWN_TOPIC_OR_PARTITION`; `INVALID_OPTION` where the node is down or has no replica
   */
  moveLeader(topic: string, partition: number, toNode: number): void
  /**
   * Has another node keep a group or a transactional id, and whatever else falls into the same fiftieth. The old one refuses
   * from now on, also members that wait there. Throws `INVALID_OPTION` where the node is down.
   */
  moveCoordinator(kind: CoordinatorKind, key: string, toNode: number): void
  /** Throws `INVALID_OPTION` where the node is down. */
  moveController(toNode: number): void
  /**
   * Takes a node down: its connections are cut and its address is closed, at once; what it led is led by others that have
   * replicas, if there are any. Settles when its address is free. A node that is down stays so.
   */
  stopNode(node: number): Promise<void>
  /**
   * Brings a node back at its address, as a follower: leaders stay where they are, but for what nobody else could lead.
   * Rejects with `CONNECTION_FAILED` where somebody has taken the address.
   */
  startNode(node: number): Promise<void>
}

/** What brings connections to a node: sockets, where there are any. */
export interface NodeListener {
  /** Listens again, at the address from before. */
  start(): Promise<void>
  /** Closes the address and all its connections; settles when they are gone. */
  stop(): Promise<void>
}

interface Surroundings {
  readonly cluster: ManagedCluster
  readonly topics: TopicRegistry
  readonly keep: Keep
  /** `undefined` where connections need no listener. */
  readonly listenerOf: (node: number) => NodeListener | undefined
  readonly closeSessionsOf: (node: number) => void
}

export function createNodeControl(surroundings: Surroundings): NodeControl {
  const { cluster, topics, keep, listenerOf, closeSessionsOf } = surroundings

  function partitionAt(topic: string, index: number): Partition {
    const partition = topics.partition(topic, index)
    if (partition !== undefined) return partition
    const message = `There is no partition ${index} of a topic ${JSON.stringify(topic)}.`
    throw new PartitaError('UNKNOWN_TOPIC_OR_PARTITION', message, { topic, partition: index })
  }

  function known(id: number): ClusterNode {
    const node = cluster.node(id)
    if (node !== undefined) return node
    throw invalid(`There is no node ${id}; ${cluster.nodes.map((each) => each.id).join(', ')} are there.`)
  }

  function running(id: number): ClusterNode {
    const node = known(id)
    if (node.isUp) return node
    throw invalid(`Node ${id} is down: startNode(${id}) brings it back.`)
  }

  function keepEpoch(topic: string, { index, leaderEpoch }: Partition): void {
    keep('leader-epoch', [topic, index], leaderEpoch)
  }

  function setUp(id: number, isUp: boolean): void {
    cluster.setUp(id, isUp)
    for (const { name, partitions } of topics.all()) {
      for (const partition of partitions) if (partition.updateReplicas(cluster.isUp)) keepEpoch(name, partition)
    }
    cluster.moved()
  }

  return {
    get controller() {
      return cluster.controllerId
    },
    leaderOf: (topic, index) => partitionAt(topic, index).leadership.leader,
    coordinatorOf: cluster.coordinatorOf,
    moveLeader(topic, index, toNode) {
      const partition = partitionAt(topic, index)
      const { replicas } = partition.leadership
      const { id } = running(toNode)
      if (!replicas.includes(id)) {
        throw invalid(`Node ${id} has no replica of ${topic}-${index}; it is at ${replicas.join(', ')}.`)
      }
      if (!partition.moveLeader(id)) return
      keepEpoch(topic, partition)
      cluster.moved()
    },
    moveCoordinator(kind, key, toNode) {
      cluster.moveCoordinator(kind, nameOption('key', key), running(toNode).id)
      cluster.moved()
    },
    moveController(toNode) {
      cluster.moveController(running(toNode).id)
      cluster.moved()
    },
    async stopNode(id) {
      const node = known(id)
      if (node.isUp) {
        closeSessionsOf(id)
        setUp(id, false)
      }
      await listenerOf(id)?.stop()
    },
    async startNode(id) {
      const node = known(id)
      await listenerOf(id)?.start()
      if (!node.isUp) setUp(id, true)
    },
  }
}

function invalid(message: string): PartitaError {
  return new PartitaError('INVALID_OPTION', message, { api: 'node' })
}
