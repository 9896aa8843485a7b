import { PartitaError, type TopicPartition } from '@partita/protocol'
import type { Cluster, RequestOptions } from '../cluster/cluster.ts'

/** A leader as an answer names it (KIP-951); `leaderId` is -1 where it names none. */
export interface LeaderHint {
  readonly leaderId: number
  readonly leaderEpoch: number
}

export interface NodeEndpoint {
  readonly nodeId: number
  readonly host: string
  readonly port: number
}

/** Who leads a partition, as far as it is known and not in doubt. */
export class Leaders {
  readonly #cluster: Cluster
  /** Topics whose metadata an answer has contradicted. */
  readonly #doubted = new Set<string>()

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** The leader's node id; `undefined`: ask with `find`. */
  known({ topic, partition }: TopicPartition): number | undefined {
    if (this.#doubted.has(topic)) return undefined
    const leader = this.#cluster.cachedTopic(topic)?.partitions[partition]?.leader
    return leader === undefined || leader < 0 ? undefined : leader
  }

  /**
   * Asks the cluster. Rejects with what `Cluster.topic` rejects with, `UNKNOWN_TOPIC_OR_PARTITION` or
   * `LEADER_NOT_AVAILABLE`, both retriable.
   */
  async find({ topic, partition }: TopicPartition, options: RequestOptions): Promise<number> {
    const refresh = this.#cluster.cachedTopic(topic) !== undefined
    const { partitions } = await this.#cluster.topic(topic, { ...options, refresh })
    this.#doubted.delete(topic)
    const found = partitions[partition]
    const place = { api: 'Metadata', topic, partition, retriable: true }
    if (found === undefined) {
      const message = `The topic has ${partitions.length} partitions, counted from 0: there is no partition ${partition}.`
      throw new PartitaError('UNKNOWN_TOPIC_OR_PARTITION', message, place)
    }
    if (found.leader < 0) {
      const message = 'The partition has no leader at the moment: a broker is down, or an election is under way.'
      throw new PartitaError('LEADER_NOT_AVAILABLE', message, place)
    }
    return found.leader
  }

  /** What is known of a topic may be out of date: it is asked for before the next write. */
  doubt(topic: string): void {
    this.#doubted.add(topic)
  }

  /**
   * A node said that it does not lead a partition, and perhaps who does. `true`: another leader is known, which is of a
   * newer epoch, as no other is believed.
   */
  moved(place: TopicPartition, from: number, hint: LeaderHint, endpoints: readonly NodeEndpoint[]): boolean {
    const { topic, partition } = place
    if (hint.leaderId >= 0) {
      const { leaderId: node, leaderEpoch } = hint
      const endpoint = endpoints.find(({ nodeId }) => nodeId === node)
      this.#cluster.learnLeader(topic, partition, { node, leaderEpoch }, endpoint)
    }
    const leader = this.known(place)
    if (leader !== undefined && leader !== from) return true
    this.doubt(topic)
    return false
  }
}
