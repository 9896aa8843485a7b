import { isPartitaError, PartitaError, type Clock, type Timer } from '@partita/protocol'
import {
  createFrameSplitter,
  decodeResponse,
  encodeRequestPieces,
  type Api,
  type FrameSplitter,
  type RequestInput,
  type ResponseOf,
} from '@partita/wire'
import type { ApiVersions } from './api-versions.ts'
import { connectionFailure } from './connection-failure.ts'
import { addressOf, type ByteStream, type Endpoint } from './connector.ts'
import { IdleWatch } from './idle-watch.ts'
import { PendingRequest } from './pending-request.ts'
import { whyClosed } from './why-closed.ts'

export interface BrokerConnectionOptions {
  readonly endpoint: Endpoint
  readonly clientId: string
  readonly clock: Clock
  /** For the requests that set the connection up. */
  readonly requestTimeoutMs: number
  readonly connectionsMaxIdleMs: number
  /** Whether we say who we are; default `false`. */
  readonly authenticates?: boolean | undefined
}

/** A broker's wish that we sit still is heeded up to this; it holds its own side back as long as it likes (KIP-219). */
const maxThrottleMs = 60_000

/**
 * The requests of one lane to one broker, over one stream. They are written as they come, those of one turn together,
 * and answered in that order. Whatever breaks that order ends the connection, and with it all that is under way.
 */
export class BrokerConnection {
  /** `host:port`. */
  readonly broker: string
  readonly endpoint: Endpoint
  /** Set while the connection is made ready; requests without a fixed version need it. */
  versions: ApiVersions | undefined
  readonly #stream: ByteStream
  readonly #splitter: FrameSplitter
  readonly #options: BrokerConnectionOptions
  readonly #idle: IdleWatch
  readonly #closeListeners: (() => void)[] = []
  #answeredListeners: (() => void)[] = []
  #answers = 0
  /** Requests that make or keep the connection usable: they pass what holds the others back. */
  #ahead: PendingRequest[] = []
  #waiting: PendingRequest[] = []
  readonly #inFlight: PendingRequest[] = []
  #correlationId = 0
  #isOpen = true
  #isHeld = false
  #isBlocked = false
  #isFlushDue = false
  #isRetired = false
  #throttle: Timer | undefined

  constructor(stream: ByteStream, options: BrokerConnectionOptions) {
    this.#stream = stream
    this.#options = options
    this.endpoint = options.endpoint
    this.broker = addressOf(options.endpoint)
    this.#splitter = createFrameSplitter({
      onFrame: (frame) => this.#answered(frame),
      // What comes in answers the oldest request, or the connection ends.
      memory: (bytes) => this.#inFlight[0]?.memory?.take(bytes) ?? new Uint8Array(bytes),
    })
    const { clock, connectionsMaxIdleMs } = options
    const isBusy = (): boolean => this.load > 0
    this.#idle = new IdleWatch(clock, connectionsMaxIdleMs, isBusy, () =>
      this.close(this.#lost(new Error(`it was not used for ${connectionsMaxIdleMs} ms`))),
    )
    stream.listen({
      onData: (bytes) => this.#received(bytes),
      space: () => this.#splitter.space(),
      onDrain: () => {
        this.#isBlocked = false
        this.#flush()
      },
      onClose: (reason) => this.#fail(this.#lost(reason)),
    })
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Requests that the broker has not answered yet, or not got. */
  get load(): number {
    return this.#inFlight.length + this.#waiting.length
  }

  /** Sends a request in its turn. */
  submit(request: PendingRequest): void {
    if (!this.#isOpen) return request.reject(connectionFailure(request, this.broker, this.#lost(undefined)))
    this.#waiting.push(request)
    this.#flushSoon()
  }

  /** Sends a request before all that wait, also while they are held back. */
  call<A extends Api>(api: A, body: RequestInput<A>, version?: number): Promise<ResponseOf<A>> {
    const { clock, requestTimeoutMs: timeoutMs } = this.#options
    return new Promise((resolve, reject) => {
      const request = new PendingRequest({ api, body, version, clock, timeoutMs }, resolve, reject)
      if (!this.#isOpen) return request.reject(connectionFailure(request, this.broker, this.#lost(undefined)))
      this.#ahead.push(request)
      this.#flushSoon()
    })
  }

  /** Holds back what is submitted until `release`. */
  hold(): void {
    this.#isHeld = true
  }

  release(): void {
    this.#isHeld = false
    this.#flush()
  }

  /** Calls back once, when the connection is over. */
  onClosed(listener: () => void): void {
    if (this.#isOpen) this.#closeListeners.push(listener)
    else listener()
  }

  /** Settles when the broker has answered all that it got, or the connection is over. */
  allAnswered(): Promise<void> {
    if (this.#inFlight.length === 0) return Promise.resolve()
    return new Promise((resolve) => this.#answeredListeners.push(resolve))
  }

  /** Ends the connection as soon as nothing is under way. */
  retire(): void {
    this.#isRetired = true
    this.#closeIfRetired()
  }

  /** Ends the connection. Requests under way reject, with the error's code where it is `CLOSED` or `AUTHENTICATION_FAILED`. */
  close(error: PartitaError): void {
    // Bytes of requests that nobody answers (`acks: 0`) are still to go out.
    this.#end(error, () => this.#stream.close())
  }

  #flushSoon(): void {
    if (this.#isFlushDue) return
    this.#isFlushDue = true
    queueMicrotask(() => {
      this.#isFlushDue = false
      this.#flush()
    })
  }

  #flush(): void {
    if (!this.#isOpen || this.#isBlocked) return
    const pieces: Uint8Array[] = []
    const unanswered = this.#takeInto(pieces, this.#ahead)
    this.#ahead = []
    if (!this.#isHeld && this.#throttle === undefined) {
      unanswered.push(...this.#takeInto(pieces, this.#waiting))
      this.#waiting = []
    }
    if (pieces.length === 0) return
    this.#idle.touch()
    try {
      this.#isBlocked = !this.#stream.write(pieces)
    } catch (error) {
      this.#fail(error as Error)
      for (const request of unanswered) request.reject(connectionFailure(request, this.broker, error as Error))
      return
    }
    for (const request of unanswered) request.resolve(undefined)
  }

  /** Encodes requests; gives those that are done when their bytes are written. */
  #takeInto(pieces: Uint8Array[], requests: readonly PendingRequest[]): PendingRequest[] {
    const unanswered: PendingRequest[] = []
    for (const request of requests) {
      if (request.isSettled) continue
      const encoded = this.#encode(request)
      if (encoded === undefined) continue
      pieces.push(...encoded)
      request.handOver(this.broker)
      if (!request.wantsAnswer) {
        unanswered.push(request)
        continue
      }
      this.#inFlight.push(request)
      request.onExpired = () => this.#fail(this.#silent(request))
    }
    return unanswered
  }

  #encode(request: PendingRequest): Uint8Array[] | undefined {
    const { api, body } = request
    try {
      const version = (request.version ??= this.versions!.versionOf(api, request.atMostVersion))
      request.correlationId = this.#correlationId
      const origin = { correlationId: this.#correlationId, clientId: this.#options.clientId }
      const pieces = encodeRequestPieces(api, version, origin, body as never)
      this.#correlationId = (this.#correlationId + 1) & 0x7fffffff
      return pieces
    } catch (error) {
      // Nothing was sent: the connection is as good as before.
      request.reject(isPartitaError(error) ? error : connectionFailure(request, this.broker, error as Error))
      return undefined
    }
  }

  #received(bytes: Uint8Array): void {
    if (!this.#isOpen) return
    this.#idle.touch()
    try {
      this.#splitter.push(bytes)
    } catch (error) {
      this.#fail(error as Error)
    }
    this.#closeIfRetired()
  }

  #answered(frame: Uint8Array): void {
    const request = this.#inFlight[0]
    const id = (frame[0]! << 24) | (frame[1]! << 16) | (frame[2]! << 8) | frame[3]!
    if (request === undefined) throw new Error(`an answer came (correlation id ${id}) that nobody had asked for`)
    if (request.correlationId !== id) {
      const asked = `${request.api.name}, which has ${request.correlationId}`
      throw new Error(`an answer has the correlation id ${id}; the next was to be that of ${asked}`)
    }
    if (request.isSettled) {
      request.finish()
    } else {
      const { body } = decodeResponse(request.api, request.version!, frame)
      this.#heed((body as { readonly throttleTimeMs?: number }).throttleTimeMs ?? 0)
      request.resolve(body)
    }
    this.#inFlight.shift()
    this.#answers += 1
    if (this.#inFlight.length === 0) this.#tellAnswered()
  }

  #tellAnswered(): void {
    const listeners = this.#answeredListeners
    this.#answeredListeners = []
    for (const listener of listeners) listener()
  }

  #heed(throttleTimeMs: number): void {
    if (throttleTimeMs <= 0) return
    this.#throttle?.cancel()
    this.#throttle = this.#options.clock.setTimer(Math.min(throttleTimeMs, maxThrottleMs), () => {
      this.#throttle = undefined
      this.#flush()
    })
  }

  #closeIfRetired(): void {
    if (this.#isRetired && this.load === 0 && this.#ahead.length === 0)
      this.close(this.#lost(new Error('it is no longer needed')))
  }

  #fail(error: Error): void {
    this.#end(error, () => this.#stream.destroy())
  }

  #end(error: Error, endStream: () => void): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#idle.stop()
    this.#throttle?.cancel()
    endStream()
    const underWay = [...this.#inFlight, ...this.#ahead, ...this.#waiting]
    this.#inFlight.length = this.#ahead.length = this.#waiting.length = 0
    for (const listener of this.#closeListeners) listener()
    this.#tellAnswered()
    for (const request of underWay) request.reject(connectionFailure(request, this.broker, error))
  }

  #lost(reason: Error | undefined): PartitaError {
    const why = whyClosed(reason, this.#splitter.pendingBytes, this.#answers, this.#options.authenticates === true)
    return new PartitaError('CONNECTION_FAILED', why, { cause: reason })
  }

  #silent({ api }: PendingRequest): Error {
    return new Error(`${api.name} had no answer in time, and those behind it can have none before`)
  }
}
