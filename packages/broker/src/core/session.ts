import type { Clock, Timer } from '@partita/protocol'
import type { ClusterNode } from '../cluster/cluster-node.ts'
import type { Dispatcher, Outcome, Peer } from './dispatcher.ts'
import { isPartitaError, PartitaError } from '@partita/protocol'
import { createFrameSplitter, type FrameSplitter } from '@partita/wire'
import type { ConnectionSasl } from '../sasl/connection-sasl.ts'
import { Listeners } from './listeners.ts'

/** The way back to a client, over whatever carries the bytes. */
export interface ConnectionPort {
  /** For people: `127.0.0.1:51234`. */
  readonly clientAddress: string
  /** The part of the address that all connections of the client's machine share: `127.0.0.1`. */
  readonly clientHost: string
  /**
   * Sends pieces, one after the other; they do not change any more.
   * `false`: the client reads too slowly. Nothing more is served until `drained` is called.
   */
  write(pieces: readonly Uint8Array[]): boolean
  /** No more bytes are wanted until `resume`. Those that come nevertheless are taken. */
  pause(): void
  resume(): void
  /** Closes the connection when what was written is on its way; does not wait for that without end. */
  end(): void
  /** Closes the connection at once. */
  close(): void
}

/** A connection as the broker sees it. */
export interface Session {
  /** Takes the next bytes of the client, however they are cut. Parts of them may be kept until they are served. */
  receive(chunk: Uint8Array): void
  /** The client reads again, after a `write` that returned `false`. */
  drained(): void
  /** The connection is gone. */
  closed(): void
}

export interface SessionSurroundings {
  /** Whom the client has connected to. */
  readonly node: ClusterNode
  readonly clock: Clock
  readonly maxFrameBytes: number
  readonly dispatch: Dispatcher
  /** `undefined`: nobody is asked who they are. */
  readonly sasl: ConnectionSasl | undefined
  warn(message: string): void
  /** The session has ended, whoever ended it. */
  ended(session: Session): void
}

/** How much of what was read may wait behind a request that is being served. */
const maxWaitingBytes = 1024 * 1024

/** As much as a request may have of whom nobody knows yet. (`sasl.server.max.receive.size`) */
const maxUnauthenticatedBytes = 512 * 1024

/**
 * Serves the requests of one connection strictly one after another, as Kafka does: a Fetch or JoinGroup that waits holds
 * up whatever comes behind it. So answers leave in the order of the requests.
 */
export class BrokerSession implements Session {
  readonly #port: ConnectionPort
  readonly #surroundings: SessionSurroundings
  readonly #splitter: FrameSplitter
  readonly #waiting: Uint8Array[] = []
  #waitingBytes = 0
  /** A request is being served, the connection is muted, or it hangs for good. */
  #isBusy = false
  /** The client does not take what is written. */
  #isBlocked = false
  #isPaused = false
  #isClosed = false
  #muteTimer: Timer | undefined
  readonly #closing = new Listeners<void>()
  readonly #peer: Peer

  constructor(port: ConnectionPort, surroundings: SessionSurroundings) {
    this.#port = port
    this.#surroundings = surroundings
    const { clientAddress: address, clientHost: host } = port
    const { node, sasl } = surroundings
    this.#peer = { node, address, host, software: undefined, sasl, onClose: (listener) => this.#closing.add(listener) }
    this.#splitter = createFrameSplitter({
      maxFrameBytes: surroundings.maxFrameBytes,
      onFrame: (frame) => {
        this.#waiting.push(frame)
        this.#waitingBytes += frame.length
      },
    })
  }

  receive(chunk: Uint8Array): void {
    if (this.#isClosed) return
    try {
      this.#splitter.push(chunk)
      this.#boundStrangers()
    } catch (error) {
      return this.#fail(error)
    }
    this.#serve()
  }

  drained(): void {
    this.#isBlocked = false
    this.#serve()
  }

  closed(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#waiting.length = 0
    this.#muteTimer?.cancel()
    this.#closing.notify()
    this.#surroundings.ended(this)
  }

  /** Ends the connection from this side. */
  close(): void {
    if (this.#isClosed) return
    this.closed()
    this.#port.close()
  }

  #boundStrangers(): void {
    const { sasl } = this.#peer
    if (sasl === undefined || sasl.isAuthenticated || this.#splitter.pendingBytes <= maxUnauthenticatedBytes) return
    const text = `it sent a request of more than ${maxUnauthenticatedBytes} bytes before it had authenticated.`
    throw new PartitaError('INVALID_REQUEST', text)
  }

  #serve(): void {
    while (!this.#isBusy && !this.#isBlocked && !this.#isClosed) {
      const frame = this.#waiting.shift()
      if (frame === undefined) break
      this.#waitingBytes -= frame.length
      this.#serveOne(frame)
    }
    this.#readOrPause()
  }

  #serveOne(frame: Uint8Array): void {
    try {
      const outcome = this.#surroundings.dispatch(frame, this.#peer)
      if (!(outcome instanceof Promise)) return this.#finish(outcome)
      this.#isBusy = true
      outcome.then(
        (late) => {
          this.#isBusy = false
          this.#finish(late)
          this.#serve()
        },
        (error: unknown) => this.#fail(error),
      )
    } catch (error) {
      this.#fail(error)
    }
  }

  #finish({ answer, close, stall, muteMs }: Outcome): void {
    if (this.#isClosed) return
    if (answer !== undefined && !this.#port.write(answer)) this.#isBlocked = true
    if (close) return this.close()
    const refusal = this.#peer.sasl?.failure
    if (refusal !== undefined) return this.#fail(new PartitaError('SASL_AUTHENTICATION_FAILED', `${refusal}.`))
    if (stall) this.#isBusy = true
    if (muteMs !== undefined) this.#mute(muteMs)
  }

  #mute(ms: number): void {
    this.#isBusy = true
    this.#muteTimer = this.#surroundings.clock.setTimer(ms, () => {
      this.#isBusy = false
      this.#serve()
    })
  }

  /** Reading goes on while a request waits, so that a lost connection shows; but only so far. */
  #readOrPause(): void {
    const wantsPause = this.#isBlocked || this.#waitingBytes > maxWaitingBytes
    if (wantsPause === this.#isPaused || this.#isClosed) return
    this.#isPaused = wantsPause
    if (wantsPause) this.#port.pause()
    else this.#port.resume()
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return
    const reason = isPartitaError(error) ? error.message : `a defect of the broker: ${stackOf(error)}`
    const { address, software } = this.#peer
    const who = software === undefined ? address : `${address} (${software})`
    this.#surroundings.warn(`Connection of ${who} closed: ${reason}`)
    this.closed()
    // What it has been told, such as why it may not come in, is to reach it.
    this.#port.end()
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
