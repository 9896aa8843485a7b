import { PartitaError, toPartitaError, type Clock, type Timer } from '@partita/protocol'

export interface HeartbeatSettings {
  readonly clock: Clock
  readonly heartbeatIntervalMs: number
  readonly sessionTimeoutMs: number
  /** Sends one; rejects with the coordinator's refusal. */
  send(): Promise<void>
  /** The group rebalances: the member has to join again. */
  rebalancing(): void
  /** The coordinator no longer counts the member. */
  lost(error: PartitaError): void
  /** Called with each beat, for what has to be looked at from time to time. */
  beat(): void
}

/**
 * Keeps a member alive, by a timer of its own, whatever its handlers and its fetches do: kafkajs sends heartbeats from
 * its fetch loop only.
 */
export class Heartbeats {
  readonly #settings: HeartbeatSettings
  #timer: Timer | undefined
  /** Of the latest `start`: an answer that belongs to an earlier one says nothing. */
  #round = 0
  #sending = false
  #lastHeard = 0

  constructor(settings: HeartbeatSettings) {
    this.#settings = settings
  }

  start(): void {
    this.stop()
    this.#sending = false
    this.#lastHeard = this.#settings.clock.monotonic()
    this.#schedule()
  }

  stop(): void {
    this.#round++
    this.#timer?.cancel()
  }

  #schedule(): void {
    const { clock, heartbeatIntervalMs } = this.#settings
    this.#timer = clock.setTimer(heartbeatIntervalMs, () => {
      this.#schedule()
      this.#tick()
    })
  }

  #tick(): void {
    const { clock, sessionTimeoutMs, beat, lost } = this.#settings
    const silence = clock.monotonic() - this.#lastHeard
    // Nobody told us, but by now the coordinator may have given our partitions to others.
    if (silence > sessionTimeoutMs) return lost(silent(silence, sessionTimeoutMs))
    if (!this.#sending) void this.#send(this.#round)
    beat()
  }

  async #send(round: number): Promise<void> {
    const { clock, send, rebalancing, lost } = this.#settings
    const sentAt = clock.monotonic()
    this.#sending = true
    let failure: PartitaError | undefined
    try {
      await send()
    } catch (error) {
      failure = toPartitaError(error, { api: 'Heartbeat' })
    }
    if (round !== this.#round) return
    this.#sending = false
    // "Rebalancing" counts: the coordinator has heard us, and waits for us to join.
    const heard = failure === undefined || failure.code === 'REBALANCE_IN_PROGRESS'
    if (heard) this.#lastHeard = sentAt
    if (failure?.code === 'REBALANCE_IN_PROGRESS') rebalancing()
    // A failure that may pass is left to the next beat, or to the end of the session.
    else if (failure?.retriable === false) lost(failure)
  }
}

function silent(silenceMs: number, sessionTimeoutMs: number): PartitaError {
  const text =
    `The coordinator was not heard of for ${Math.round(silenceMs)} ms, longer than sessionTimeoutMs ` +
    `(${sessionTimeoutMs} ms): the group may count this member as gone.`
  return new PartitaError('REQUEST_TIMEOUT', text, { api: 'Heartbeat', retriable: true })
}
