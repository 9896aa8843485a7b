import { PartitaError, toPartitaError, type Clock, type Timer } from '@partita/protocol'
import type { Backoff } from '../../cluster/backoff.ts'
import { retryBackoff } from '../retry.ts'

export interface HeartbeatSettings {
  readonly clock: Clock
  /** Asked each time: a coordinator may say how often it wants to hear of members. */
  readonly heartbeatIntervalMs: number
  readonly sessionTimeoutMs: number
  /** Sends one; rejects with what came of it. */
  send(timeoutMs: number): Promise<void>
  /** The coordinator did not answer one as it should. */
  failed(error: PartitaError): void
  /** The coordinator was not heard of for `sessionTimeoutMs`: it has given our partitions away by now. */
  expired(error: PartitaError): void
}

/** So often within one session a heartbeat may be left without an answer before another is tried elsewhere. */
export const triesPerSession = 3

/**
 * Keeps a member alive by a timer of its own: handlers and fetches, however long they take, delay nothing here. One
 * that fails is repeated sooner than the interval.
 */
export class Heartbeats {
  readonly #settings: HeartbeatSettings
  #timer: Timer | undefined
  #running = false
  #sending = false
  /** There is news that the one under way does not carry. */
  #hasNews = false
  readonly #backoff: Backoff
  #heardAt = 0

  constructor(settings: HeartbeatSettings) {
    this.#settings = settings
    this.#backoff = retryBackoff(settings.clock)
  }

  /** The member has joined: it was heard just now. */
  start(): void {
    this.#heardAt = this.#settings.clock.monotonic()
    if (this.#running) return
    this.#running = true
    this.#schedule(this.#settings.heartbeatIntervalMs)
  }

  /** Sends one at once, or as soon as the one under way is answered. */
  now(): void {
    if (!this.#running) return
    this.#hasNews = true
    if (!this.#sending) this.#tick()
  }

  stop(): void {
    this.#running = false
    this.#timer?.cancel()
  }

  /** Next when a heartbeat is due or the session is over, whichever is sooner. */
  #schedule(delayMs: number): void {
    if (!this.#running) return
    const { clock, sessionTimeoutMs } = this.#settings
    const left = this.#heardAt + sessionTimeoutMs - clock.monotonic()
    this.#timer?.cancel()
    this.#timer = clock.setTimer(left > 0 ? Math.min(delayMs, left) : delayMs, () => this.#tick())
  }

  #tick(): void {
    const { clock, sessionTimeoutMs, heartbeatIntervalMs, expired } = this.#settings
    const silence = clock.monotonic() - this.#heardAt
    if (silence >= sessionTimeoutMs) {
      this.stop()
      return expired(silent(silence, sessionTimeoutMs))
    }
    this.#schedule(heartbeatIntervalMs)
    if (!this.#sending) void this.#send()
  }

  async #send(): Promise<void> {
    const { clock, sessionTimeoutMs, heartbeatIntervalMs, send, failed } = this.#settings
    const sentAt = clock.monotonic()
    this.#sending = true
    this.#hasNews = false
    try {
      await send(Math.ceil(sessionTimeoutMs / triesPerSession))
      this.#heard(sentAt)
    } catch (cause) {
      const error = toPartitaError(cause, { api: 'Heartbeat' })
      // So it answers a member that it waits for: it has heard us.
      if (error.code === 'REBALANCE_IN_PROGRESS') this.#heard(sentAt)
      else this.#backoff.failed()
      failed(error)
    } finally {
      this.#sending = false
    }
    const { failures } = this.#backoff
    if (failures === 0 && this.#hasNews) this.now()
    if (failures > 0) this.#schedule(Math.min(heartbeatIntervalMs, this.#backoff.delayMs()))
  }

  #heard(sentAt: number): void {
    this.#backoff.succeeded()
    this.#heardAt = Math.max(this.#heardAt, sentAt)
  }
}

function silent(silenceMs: number, sessionTimeoutMs: number): PartitaError {
  const text =
    `The group's coordinator was not heard of for ${Math.round(silenceMs)} ms, and sessionTimeoutMs is ` +
    `${sessionTimeoutMs} ms: by now the group counts this member as gone.`
  return new PartitaError('UNKNOWN_MEMBER_ID', text, { api: 'Heartbeat', retriable: true })
}
