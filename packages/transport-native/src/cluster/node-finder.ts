import { PartitaError, type Clock } from '@partita/protocol'
import type { BrokerConnection } from '../network/broker-connection.ts'
import type { Endpoint } from '../network/connector.ts'
import type { OpenConnection } from '../network/open-connection.ts'
import { Backoff } from './backoff.ts'
import { bootstrap } from './bootstrap.ts'
import type { Nodes } from './nodes.ts'
import { pause } from './pause.ts'

export interface NodeFinderOptions {
  readonly nodes: Nodes
  readonly bootstrap: readonly Endpoint[]
  readonly clock: Clock
  readonly open: OpenConnection
  readonly reconnectBackoffMs: number
  readonly reconnectBackoffMaxMs: number
  /** Fires, with the error to reject with, when the session closes. */
  readonly closing: AbortSignal
  /** Asks a broker that was reached at a bootstrap address who its nodes are. */
  readonly introduce: (connection: BrokerConnection) => Promise<void>
}

/** Finds a node that can be talked to: among those that are known, or else by way of the addresses that the user gave. */
export class NodeFinder {
  readonly #options: NodeFinderOptions
  readonly #backoff: Backoff
  #searching: Promise<number> | undefined

  constructor(options: NodeFinderOptions) {
    const { clock, reconnectBackoffMs, reconnectBackoffMaxMs } = options
    this.#options = options
    this.#backoff = new Backoff(clock, reconnectBackoffMs, reconnectBackoffMaxMs)
  }

  /** A node that is connected already. */
  connected(): number | undefined {
    const { nodes } = this.#options
    const [best] = nodes.byPromise()
    return best !== undefined && nodes.isConnected(best) ? best : undefined
  }

  /** Connects; those who search at the same time share the result. */
  find(): Promise<number> {
    return (this.#searching ??= this.#search().finally(() => (this.#searching = undefined)))
  }

  async #search(): Promise<number> {
    const { clock, closing } = this.#options
    if (this.#backoff.failures > 0) await pause(clock, this.#backoff.delayMs(), closing)
    closing.throwIfAborted()
    try {
      const node = (await this.#firstOfKnown()).node ?? (await this.#firstOfBootstrapped())
      this.#backoff.succeeded()
      return node
    } catch (error) {
      this.#backoff.failed()
      throw error
    }
  }

  async #firstOfKnown(): Promise<{ readonly node?: number; readonly failure?: PartitaError }> {
    const { nodes } = this.#options
    let failure: PartitaError | undefined
    for (const node of nodes.byPromise()) {
      try {
        await nodes.channel(node, 'main').connect()
        return { node }
      } catch (error) {
        failure = error as PartitaError
        if (failure.code === 'AUTHENTICATION_FAILED' || failure.code === 'CLOSED') throw failure
      }
    }
    return failure === undefined ? {} : { failure }
  }

  async #firstOfBootstrapped(): Promise<number> {
    const { bootstrap: endpoints, clock, open, closing } = this.#options
    await bootstrap({ endpoints, clock, open, signal: closing }, (connection) => this.#introduce(connection))
    const { node, failure } = await this.#firstOfKnown()
    if (node !== undefined) return node
    const text =
      'A bootstrap address answers, but none of the addresses that its cluster names for its nodes ' +
      `("advertised.listeners") can be reached: ${failure?.message ?? 'it names none'}`
    throw new PartitaError('CONNECTION_FAILED', text, { retriable: true, cause: failure })
  }

  async #introduce(connection: BrokerConnection): Promise<void> {
    const { nodes, closing, introduce } = this.#options
    const close = (): void => connection.close(closing.reason as PartitaError)
    closing.addEventListener('abort', close, { once: true })
    try {
      closing.throwIfAborted()
      await introduce(connection)
      nodes.adopt(connection)
    } catch (error) {
      connection.retire()
      throw error
    } finally {
      closing.removeEventListener('abort', close)
    }
  }
}
