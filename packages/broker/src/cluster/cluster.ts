import { integerOption, nameOption, PartitaError } from '@partita/protocol'
import { Listeners } from '../core/listeners.ts'
import type { BrokerOptions } from '../options.ts'
import type { ClusterNode, Endpoint } from './cluster-node.ts'
import { javaHash } from './java-hash.ts'
import { type IsUp, Leadership } from './leadership.ts'

/** What one node does for all: keeping a group, or a transactional id. */
export type CoordinatorKind = 'group' | 'transaction'

/** Who the nodes are, and which of them does what. Everything else the nodes share. */
export interface Cluster {
  /** All of them, by id, whether up or not. */
  readonly nodes: readonly ClusterNode[]
  readonly node: (id: number) => ClusterNode | undefined
  readonly isUp: IsUp
  /** Those that are up, by id. */
  live(): ClusterNode[]
  /** The node that has the controller's office; -1 where no node is up. */
  readonly controllerId: number
  /** The node that coordinates a group or a transactional id; -1 where no node is up. */
  readonly coordinatorOf: (kind: CoordinatorKind, key: string) => number
  /** Calls back after anything moved from one node to another, until the returned function is called. */
  readonly onMove: (listener: () => void) => () => void
}

/** The broker's own side of {@link Cluster}. */
export interface ManagedCluster extends Cluster {
  readonly advertise: (id: number, endpoint: Endpoint) => void
  /** Takes in whether a node is up, and hands over the offices of one that is not. */
  readonly setUp: (id: number, isUp: boolean) => void
  /** Moves a coordinator's work on a key, and on all others of the same share, to a node that is up. */
  readonly moveCoordinator: (kind: CoordinatorKind, key: string, to: number) => void
  readonly moveController: (to: number) => void
  /** Tells whoever listens that something moved. */
  readonly moved: () => void
}

/** In so many shares coordinators divide their work: the partitions of Kafka's own topics for it. */
const shares = 50

/** A bound on what an option can allocate. */
const maxNodes = 100

/** Where clients that speak in memory find a node, until a listener has an address. */
const memoryPort = 9092

/** @throws PartitaError `INVALID_OPTION` */
export function createCluster(options: Pick<BrokerOptions, 'nodes' | 'nodeId'>): ManagedCluster {
  const nodes = nodesOf(options)
  const ids = nodes.map(({ id }) => id)
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const up = new Set(ids)
  const isUp: IsUp = (id) => up.has(id)
  const controller = new Leadership(ids)
  const coordinators = { group: officesOf(ids), transaction: officesOf(ids) }
  const moves = new Listeners<void>()

  function officeOf(kind: CoordinatorKind, key: string): Leadership {
    const hash = javaHash(key)
    // As Kafka's `Utils.abs`: the lowest number has no counterpart.
    return coordinators[kind][hash === -0x8000_0000 ? 0 : Math.abs(hash) % shares]!
  }

  return {
    nodes,
    node: (id) => byId.get(id),
    isUp,
    live: () => nodes.filter(({ id }) => up.has(id)),
    get controllerId() {
      return controller.leader
    },
    coordinatorOf: (kind, key) => officeOf(kind, key).leader,
    onMove: (listener) => moves.add(listener),
    advertise(id, endpoint) {
      byId.get(id)!.endpoint = endpoint
    },
    setUp(id, isNowUp) {
      byId.get(id)!.isUp = isNowUp
      if (isNowUp) up.add(id)
      else up.delete(id)
      for (const office of [controller, ...coordinators.group, ...coordinators.transaction]) office.update(isUp)
    },
    moveCoordinator: (kind, key, to) => void officeOf(kind, key).moveTo(to),
    moveController: (to) => void controller.moveTo(to),
    moved: () => moves.notify(),
  }
}

/** Every node can take over from every other, the next one first. */
function officesOf(ids: readonly number[]): Leadership[] {
  return Array.from({ length: shares }, (_, share) => new Leadership(rotated(ids, share)))
}

/** The same, beginning with element `start`, counted round and round. */
export function rotated<T>(items: readonly T[], start: number): T[] {
  const at = start % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}

type OwnNode = { -readonly [N in keyof ClusterNode]: ClusterNode[N] }

function nodesOf({ nodes = 1, nodeId = 1 }: Pick<BrokerOptions, 'nodes' | 'nodeId'>): OwnNode[] {
  const given = typeof nodes === 'number' ? Array.from({ length: checkedCount(nodes) }, () => ({})) : nodes
  if (!Array.isArray(given)) {
    const message = `nodes must be a number, or a list such as [{ rack: 'a' }, { rack: 'b' }]; got ${JSON.stringify(nodes)}.`
    throw new PartitaError('INVALID_OPTION', message, { api: 'nodes' })
  }
  checkedCount(given.length)
  integerOption('nodeId', nodeId, { min: 0, max: 0x8000_0000 - given.length })
  return given.map(({ rack }: { readonly rack?: string | undefined }, index) => {
    const id = nodeId + index
    const endpoint = { host: `node-${id}`, port: memoryPort }
    return { id, rack: rack === undefined ? null : nameOption('rack', rack), endpoint, isUp: true }
  })
}

function checkedCount(count: number): number {
  return integerOption('nodes', count, { min: 1, max: maxNodes })
}
