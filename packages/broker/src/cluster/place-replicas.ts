import { PartitaError } from '@partita/protocol'
import { type Cluster, rotated } from './cluster.ts'

/** By partition, the ids of the nodes that have it. Who comes first leads. */
export type Assignment = readonly (readonly number[])[]

/** Says where the next partitions go. */
export type PlaceReplicas = (partitions: number, replicationFactor: number) => Assignment

/**
 * Spreads partitions over the nodes: each is led by the node after the one before it, also across topics, and its other
 * replicas are on the nodes that follow. (Kafka does the same from a random node on.) Nodes that are down come last.
 */
export function createPlacement({ nodes, isUp }: Cluster): PlaceReplicas {
  const ids = nodes.map(({ id }) => id)
  let placed = 0
  return (partitions, replicationFactor) =>
    Array.from({ length: partitions }, () => {
      const candidates = rotated(ids, placed)
      placed += 1
      const ordered = [...candidates.filter(isUp), ...candidates.filter((id) => !isUp(id))]
      return ordered.slice(0, replicationFactor)
    })
}

/**
 * Replicas that are placed by hand.
 * @throws PartitaError `INVALID_REPLICA_ASSIGNMENT` where a node is named twice or does not exist, or partitions differ in
 *   their number of replicas. A broker of one node takes what names it, and keeps to itself, as it does with a number.
 */
export function checkAssignment(topic: string, given: Assignment, { nodes, node }: Cluster): Assignment {
  const isAlone = nodes.length === 1
  const replicas = isAlone ? given.map((ids) => ids.filter((id) => node(id) !== undefined)) : given
  const count = replicas[0]?.length ?? 0
  const isSound = replicas.every(
    (ids) =>
      ids.length === count && count > 0 && new Set(ids).size === count && ids.every((id) => node(id) !== undefined),
  )
  if (isSound) return replicas
  const known = nodes.map(({ id }) => id).join(', ')
  const message = isAlone
    ? `Every partition has to be assigned once, to node ${known}.`
    : `Every partition has to be assigned to the same number of nodes, each once; there are ${known}.`
  throw new PartitaError('INVALID_REPLICA_ASSIGNMENT', message, { topic })
}
