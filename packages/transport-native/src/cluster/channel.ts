import type { Clock, PartitaError } from '@partita/protocol'
import type { BrokerConnection } from '../network/broker-connection.ts'
import type { Endpoint } from '../network/connector.ts'
import type { OpenConnection } from '../network/open-connection.ts'
import type { PendingRequest } from '../network/pending-request.ts'
import { Backoff } from './backoff.ts'
import { pause } from './pause.ts'

export interface ChannelSettings {
  readonly clock: Clock
  readonly open: OpenConnection
  readonly reconnectBackoffMs: number
  readonly reconnectBackoffMaxMs: number
}

/** The way to one node for one lane: a connection while there is use for one, made when it is first needed. */
export class Channel {
  readonly #endpoint: Endpoint
  readonly #settings: ChannelSettings
  readonly #backoff: Backoff
  readonly #closing = new AbortController()
  #connection: BrokerConnection | undefined
  #connecting: Promise<BrokerConnection> | undefined

  constructor(endpoint: Endpoint, settings: ChannelSettings) {
    const { clock, reconnectBackoffMs, reconnectBackoffMaxMs } = settings
    this.#endpoint = endpoint
    this.#settings = settings
    this.#backoff = new Backoff(clock, reconnectBackoffMs, reconnectBackoffMaxMs)
  }

  /** The connection, where there is one. */
  get connection(): BrokerConnection | undefined {
    return this.#connection?.isOpen === true ? this.#connection : undefined
  }

  /** Attempts to connect that failed since the last that did not. */
  get failures(): number {
    return this.#backoff.failures
  }

  submit(request: PendingRequest): void {
    const { connection } = this
    if (connection !== undefined) return connection.submit(request)
    this.connect().then(
      (made) => made.submit(request),
      (error: unknown) => request.reject(error as PartitaError),
    )
  }

  /** The connection; several callers share an attempt. After one that failed, the next waits a little. */
  connect(): Promise<BrokerConnection> {
    const { connection } = this
    if (connection !== undefined) return Promise.resolve(connection)
    return (this.#connecting ??= this.#connect().finally(() => (this.#connecting = undefined)))
  }

  /** Takes a connection that was made elsewhere; closes it where there is one already. */
  adopt(connection: BrokerConnection): void {
    if (this.connection === undefined && this.#connecting === undefined) this.#connection = connection
    else connection.retire()
  }

  /** Ends the connection when nothing is under way any more; what is not yet connected fails with the error. */
  retire(error: PartitaError): void {
    this.#closing.abort(error)
    this.#connection?.retire()
  }

  close(error: PartitaError): void {
    this.#closing.abort(error)
    this.#connection?.close(error)
  }

  async #connect(): Promise<BrokerConnection> {
    const { clock, open } = this.#settings
    const { signal } = this.#closing
    if (this.#backoff.failures > 0) await pause(clock, this.#backoff.delayMs(), signal)
    try {
      this.#connection = await open(this.#endpoint, signal)
      this.#backoff.succeeded()
      return this.#connection
    } catch (error) {
      this.#backoff.failed()
      throw error
    }
  }
}
