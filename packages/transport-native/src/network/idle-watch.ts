import type { Clock, Timer } from '@partita/protocol'

/** Notices when something has not been used for some time, with one timer however often it is used. */
export class IdleWatch {
  readonly #clock: Clock
  readonly #maxIdleMs: number
  readonly #isBusy: () => boolean
  readonly #onIdle: () => void
  #usedAt: number
  #timer: Timer

  /** @param isBusy whether it is in use however long ago `touch` was */
  constructor(clock: Clock, maxIdleMs: number, isBusy: () => boolean, onIdle: () => void) {
    this.#clock = clock
    this.#maxIdleMs = maxIdleMs
    this.#isBusy = isBusy
    this.#onIdle = onIdle
    this.#usedAt = clock.monotonic()
    this.#timer = this.#wait(maxIdleMs)
  }

  touch(): void {
    this.#usedAt = this.#clock.monotonic()
  }

  stop(): void {
    this.#timer.cancel()
  }

  #wait(delayMs: number): Timer {
    return this.#clock.setTimer(delayMs, () => {
      const idleMs = this.#isBusy() ? 0 : this.#clock.monotonic() - this.#usedAt
      if (idleMs >= this.#maxIdleMs) this.#onIdle()
      else this.#timer = this.#wait(this.#maxIdleMs - idleMs)
    })
  }
}
