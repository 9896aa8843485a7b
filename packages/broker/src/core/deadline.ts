import type { Clock, Timer } from '@partita/protocol'

/** The longest delay that hosts keep: a longer one would fire at once. A deadline beyond it arms again on the way. */
const longestDelayMs = 0x7fffffff

/**
 * A moment at which something happens unless it is put off or called off. Putting it off, which every heartbeat does,
 * costs no timer: the one that is set fires early, sees that the moment has moved, and sets the next.
 */
export class Deadline {
  readonly #clock: Clock
  readonly #onDue: () => void
  #timer: Timer | undefined
  #timerAt = 0
  #dueAt = Number.POSITIVE_INFINITY

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock
    this.#onDue = onDue
  }

  get isSet(): boolean {
    return this.#dueAt !== Number.POSITIVE_INFINITY
  }

  /** Sets the moment, or moves it: `delayMs` from now. */
  set(delayMs: number): void {
    this.#dueAt = this.#clock.monotonic() + delayMs
    if (this.#timer !== undefined && this.#timerAt <= this.#dueAt) return
    this.#timer?.cancel()
    this.#arm()
  }

  clear(): void {
    this.#dueAt = Number.POSITIVE_INFINITY
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #arm(): void {
    const delayMs = Math.min(Math.max(0, this.#dueAt - this.#clock.monotonic()), longestDelayMs)
    this.#timerAt = this.#clock.monotonic() + delayMs
    this.#timer = this.#clock.setTimer(delayMs, () => this.#fire())
  }

  #fire(): void {
    this.#timer = undefined
    // A host's timer may fire a fraction of a millisecond early by the monotonic clock; that counts as due.
    if (this.#dueAt - this.#clock.monotonic() >= 1) return this.#arm()
    this.#dueAt = Number.POSITIVE_INFINITY
    this.#onDue()
  }
}
