import { isPartitaError, PartitaError, type Clock } from '@partita/protocol'
import type { BrokerApi, CoordinatorAnswer, MetadataAnswer } from './broker-api.ts'
import { throwRefusal } from './errors.ts'
import type { Address, BrokerLink, BrokerSource } from './kafkajs-brokers.ts'

export interface NodeInfo extends Address {
  readonly nodeId: number
}

/** A connection that is being made, or made. */
interface Entry {
  link: BrokerLink | undefined
  ready: Promise<BrokerLink>
}

/** A connection that broke while it was idle shows only with the next request: so many brokers are asked before giving up. */
const attempts = 3

/**
 * The brokers that one session talks to, and the connections to them: made when first needed, given up when they break,
 * made anew with the next request.
 */
export class ClusterSession {
  readonly clock: Clock
  readonly #source: BrokerSource
  /** By `host:port`. */
  readonly #links = new Map<string, Entry>()
  #nodes: readonly NodeInfo[] = []
  #controllerId = -1
  #closed: PartitaError | undefined

  constructor(source: BrokerSource, clock: Clock) {
    this.#source = source
    this.clock = clock
  }

  /** The cluster's brokers, as of the latest metadata. */
  get nodes(): readonly NodeInfo[] {
    return this.#nodes
  }

  /** Asks for the metadata of topics; of all where none is named. Errors of single topics are left in the answer. */
  async metadata(topics: readonly string[]): Promise<MetadataAnswer> {
    const answer = await this.ask((broker) => broker.metadata(topics))
    if (answer.brokers.length > 0) this.#nodes = answer.brokers
    this.#controllerId = answer.controllerId
    return answer
  }

  /** A broker by its id. Rejects with `CONNECTION_FAILED` (retriable), also where the id is not known. */
  async node(nodeId: number): Promise<BrokerApi> {
    const info = this.#nodes.find((each) => each.nodeId === nodeId)
    if (info !== undefined) return this.#connect(info)
    const text = `The cluster's metadata names no broker ${nodeId}: it may just have left.`
    throw new PartitaError('CONNECTION_FAILED', text, { broker: String(nodeId), retriable: true })
  }

  /** The broker that decides on topics (with KRaft, any broker passes it on). */
  async controller(): Promise<BrokerApi> {
    if (this.#nodes.length === 0) await this.metadata([])
    return this.#controllerId < 0 ? this.#any() : this.node(this.#controllerId)
  }

  /** The id of the broker that looks after a group. Asks the cluster each time. */
  async coordinator(groupId: string): Promise<number> {
    const answer: CoordinatorAnswer = await this.ask((broker) =>
      broker.findGroupCoordinator({ groupId, coordinatorType: 0 }),
    )
    throwRefusal(answer.errorCode, { api: 'FindCoordinator', groupId })
    const info = answer.coordinator
    this.#nodes = [...this.#nodes.filter((each) => each.nodeId !== info.nodeId), info]
    return info.nodeId
  }

  /**
   * Puts a question that any broker can answer, and that does no harm when asked twice. Where a connection breaks or
   * an answer is late, another is asked.
   */
  async ask<T>(question: (broker: BrokerApi) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const broker = await this.#any()
      try {
        return await question(broker)
      } catch (error) {
        const lost = isPartitaError(error) && error.code === 'CONNECTION_FAILED'
        if (!lost || attempt === attempts || this.#closed !== undefined) throw error
      }
    }
  }

  /** Ends all connections; what is under way fails with `CLOSED`. Never rejects. */
  async close(): Promise<void> {
    this.#closed ??= new PartitaError('CLOSED', 'The session was closed.')
    const closed = this.#closed
    await this.reset(closed)
  }

  /** Ends all connections, but lets new ones be made. Requests under way fail with `error`. */
  async reset(error: PartitaError): Promise<void> {
    const links = [...this.#links.values()]
    this.#links.clear()
    await Promise.all(links.map(async ({ link }) => link?.destroy(error)))
  }

  /** Any broker: one that is connected where there is one, else a known one, else one of the addresses to begin with. */
  async #any(): Promise<BrokerApi> {
    const failures = new Map<string, PartitaError>()
    const known = this.#nodes.toSorted((a, b) => this.#distance(a) - this.#distance(b))
    for (const candidates of [known, await this.#seeds(known)]) {
      for (const address of candidates) {
        if (failures.has(nameOf(address))) continue
        try {
          return await this.#connect(address)
        } catch (error) {
          if (!isPartitaError(error) || error.code !== 'CONNECTION_FAILED') throw error
          failures.set(nameOf(address), error)
        }
      }
    }
    const causes = [...failures.values()]
    const reasons = causes.map(({ message }) => message).join(' ')
    const text = causes.length === 1 ? reasons : `None of the ${causes.length} brokers could be reached. ${reasons}`
    const retriable = causes.some((each) => each.retriable)
    throw new PartitaError('CONNECTION_FAILED', text, { retriable, cause: causes.at(-1) })
  }

  async #seeds(known: readonly Address[]): Promise<readonly Address[]> {
    if (known.some((each) => this.#links.has(nameOf(each)))) return []
    return this.#source.seeds()
  }

  /** Connected ones first, otherwise by chance, so that many clients do not all ask the same broker. */
  #distance(address: Address): number {
    return (this.#links.has(nameOf(address)) ? 0 : 1) + this.clock.random() / 2
  }

  async #connect(address: Address): Promise<BrokerApi> {
    if (this.#closed !== undefined) throw this.#closed
    const name = nameOf(address)
    const present = this.#links.get(name)
    if (present !== undefined) {
      const link = await present.ready
      if (!link.broken) return link.api
      this.#remove(name, present)
      return this.#connect(address)
    }
    const entry: Entry = { link: undefined, ready: Promise.reject(new Error('not opened')) }
    entry.ready.catch(() => undefined)
    entry.ready = this.#open(address, entry)
    this.#links.set(name, entry)
    try {
      return (await entry.ready).api
    } catch (error) {
      this.#remove(name, entry)
      throw error
    }
  }

  async #open(address: Address, entry: Entry): Promise<BrokerLink> {
    const link = await this.#source.open(address)
    entry.link = link
    try {
      if (this.#closed === undefined) await link.connect()
    } catch (error) {
      throw this.#closed ?? error
    }
    if (this.#closed === undefined) return link
    await link.destroy(this.#closed)
    throw this.#closed
  }

  #remove(name: string, entry: Entry): void {
    if (this.#links.get(name) === entry) this.#links.delete(name)
  }
}

function nameOf({ host, port }: Address): string {
  return `${host}:${port}`
}
