import { PartitaError, type Clock, type Timer } from '@partita/protocol'
import type { Api } from '@partita/wire'
import type { FrameMemory } from './frame-memory.ts'

/** What a request is, and how long somebody waits for its answer. */
export interface PendingRequestOptions {
  readonly api: Api
  readonly body: unknown
  /** Default: the highest that both sides know. */
  readonly version?: number | undefined
  /** Where `version` is not given: no higher one than this. */
  readonly atMostVersion?: number | undefined
  /** `false`: the broker answers nothing (Produce with `acks: 0`). Default `true`. */
  readonly wantsAnswer?: boolean | undefined
  readonly clock: Clock
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Where a long answer is put. Default: new memory. */
  readonly memory?: FrameMemory | undefined
}

/**
 * One request, from the call to its end: it waits, is handed to a connection, and is settled once, by an answer, a
 * failure, its time or its caller's signal.
 */
export class PendingRequest {
  readonly api: Api
  readonly body: unknown
  readonly wantsAnswer: boolean
  /** The version it is, or was, sent in; `undefined` until the connection chose it. */
  version: number | undefined
  readonly atMostVersion: number | undefined
  readonly memory: FrameMemory | undefined
  /** Set when it is handed over. */
  correlationId = -1
  /** The request's time has run out; called once, also where the caller has given up on it already. */
  onExpired: (() => void) | undefined
  readonly #resolve: (answer: never) => void
  readonly #reject: (error: PartitaError) => void
  readonly #timeoutMs: number
  readonly #timer: Timer
  readonly #signal: AbortSignal | undefined
  #isSettled = false
  #broker: string | undefined

  constructor(options: PendingRequestOptions, resolve: (answer: never) => void, reject: (error: PartitaError) => void) {
    const { api, body, version, atMostVersion, wantsAnswer = true, clock, timeoutMs, signal, memory } = options
    this.api = api
    this.body = body
    this.version = version
    this.atMostVersion = atMostVersion
    this.wantsAnswer = wantsAnswer
    this.memory = memory
    this.#resolve = resolve
    this.#reject = reject
    this.#timeoutMs = timeoutMs
    this.#signal = signal
    this.#timer = clock.setTimer(timeoutMs, this.#expire)
    if (signal?.aborted === true) this.#abort()
    else signal?.addEventListener('abort', this.#abort, { once: true })
  }

  /** Nobody waits for it any more. */
  get isSettled(): boolean {
    return this.#isSettled
  }

  /** Its bytes were handed to a connection: from then on the broker may have carried it out. */
  get wasHandedOver(): boolean {
    return this.#broker !== undefined
  }

  handOver(broker: string): void {
    this.#broker = broker
  }

  resolve(answer: unknown): void {
    this.finish()
    if (!this.#settle()) return
    this.#resolve(answer as never)
  }

  reject(error: PartitaError): void {
    this.finish()
    if (this.#settle()) this.#reject(error)
  }

  /** The connection is done with it. */
  finish(): void {
    this.#timer.cancel()
    this.onExpired = undefined
  }

  #settle(): boolean {
    if (this.#isSettled) return false
    this.#isSettled = true
    this.#signal?.removeEventListener('abort', this.#abort)
    return true
  }

  readonly #expire = (): void => {
    const { onExpired } = this
    const text = `${this.api.name} had no answer within ${this.#timeoutMs} ms.`
    this.reject(this.#error('REQUEST_TIMEOUT', text, { retriable: true }))
    onExpired?.()
  }

  readonly #abort = (): void => {
    const text = `The ${this.api.name} request was aborted by its caller's signal.`
    const error = this.#error('ABORTED', text, { cause: this.#signal?.reason })
    // The answer of one that was handed over still has to come: the timer goes on, so that one that never comes shows.
    if (!this.wasHandedOver) this.reject(error)
    else if (this.#settle()) this.#reject(error)
  }

  #error(
    code: 'REQUEST_TIMEOUT' | 'ABORTED',
    text: string,
    more: { retriable?: boolean; cause?: unknown },
  ): PartitaError {
    return new PartitaError(code, text, {
      ...more,
      api: this.api.name,
      broker: this.#broker,
      ambiguous: this.wasHandedOver,
    })
  }
}
