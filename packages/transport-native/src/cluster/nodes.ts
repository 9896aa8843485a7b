import { PartitaError } from '@partita/protocol'
import type { BrokerConnection } from '../network/broker-connection.ts'
import { addressOf, type Endpoint } from '../network/connector.ts'
import { Channel, type ChannelSettings } from './channel.ts'
import type { Lane } from './cluster.ts'

interface Node {
  readonly endpoint: Endpoint
  readonly lanes: Map<Lane, Channel>
}

/** The nodes that are known, and the channels to them. */
export class Nodes {
  readonly #settings: ChannelSettings
  readonly #nodes = new Map<number, Node>()
  #closed: PartitaError | undefined

  constructor(settings: ChannelSettings) {
    this.#settings = settings
  }

  get ids(): number[] {
    return [...this.#nodes.keys()]
  }

  has(id: number): boolean {
    return this.#nodes.has(id)
  }

  isConnected(id: number): boolean {
    return this.#nodes.get(id)?.lanes.get('main')?.connection !== undefined
  }

  /** Makes these the nodes. Those that are gone or have moved finish what is under way at their old place. */
  replace(nodes: ReadonlyMap<number, Endpoint>): void {
    for (const [id, { endpoint }] of this.#nodes) {
      const now = nodes.get(id)
      if (now === undefined || addressOf(now) !== addressOf(endpoint)) this.#remove(id)
    }
    for (const [id, endpoint] of nodes) this.learn(id, endpoint)
  }

  /** Adds a node, unless it is known. */
  learn(id: number, { host, port }: Endpoint): void {
    if (!this.#nodes.has(id) && id >= 0) this.#nodes.set(id, { endpoint: { host, port }, lanes: new Map() })
  }

  /** @throws PartitaError `CONNECTION_FAILED` (retriable) for a node that is not known, `CLOSED` */
  channel(id: number, lane: Lane): Channel {
    if (this.#closed !== undefined) throw this.#closed
    const node = this.#nodes.get(id)
    if (node === undefined) {
      const text = `The cluster has no node ${id} at the moment, as far as its metadata tells.`
      throw new PartitaError('CONNECTION_FAILED', text, { broker: String(id), retriable: true })
    }
    let channel = node.lanes.get(lane)
    if (channel === undefined) node.lanes.set(lane, (channel = new Channel(node.endpoint, this.#settings)))
    return channel
  }

  /** Gives a connection that was made to an address to the node that has it, if there is one. */
  adopt(connection: BrokerConnection): void {
    for (const [id, { endpoint }] of this.#nodes) {
      if (addressOf(endpoint) === connection.broker) return this.channel(id, 'main').adopt(connection)
    }
    connection.retire()
  }

  /** The ids, those first that are likely to answer at once: connected and idle before busy, failing ones last. */
  byPromise(): number[] {
    const rank = (id: number): number => {
      const channel = this.#nodes.get(id)?.lanes.get('main')
      if (channel?.connection !== undefined) return channel.connection.load - 1_000_000
      return channel?.failures ?? 0
    }
    // Which of several equal ones comes first is chance, so that not all sessions ask the same node.
    const drawn = this.ids.map((id) => ({ id, rank: rank(id), chance: this.#settings.clock.random() }))
    return drawn.sort((a, b) => a.rank - b.rank || a.chance - b.chance).map(({ id }) => id)
  }

  close(error: PartitaError): void {
    this.#closed = error
    for (const { lanes } of this.#nodes.values()) for (const channel of lanes.values()) channel.close(error)
  }

  #remove(id: number): void {
    const text = `Node ${id} is no longer where it was.`
    const error = new PartitaError('CONNECTION_FAILED', text, { broker: String(id), retriable: true })
    for (const channel of this.#nodes.get(id)!.lanes.values()) channel.retire(error)
    this.#nodes.delete(id)
  }
}
