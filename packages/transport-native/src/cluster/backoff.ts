import type { Clock } from '@partita/protocol'

/**
 * Growing pauses between attempts, as Java's `ExponentialBackoff`: doubled each time up to a limit, and spread by a fifth
 * either way so that many clients do not march in step.
 */
export class Backoff {
  readonly #clock: Clock
  readonly #firstMs: number
  readonly #maxMs: number
  #failures = 0

  constructor(clock: Clock, firstMs: number, maxMs: number) {
    this.#clock = clock
    this.#firstMs = firstMs
    this.#maxMs = maxMs
  }

  /** Attempts that failed since the last success. */
  get failures(): number {
    return this.#failures
  }

  failed(): void {
    this.#failures += 1
  }

  succeeded(): void {
    this.#failures = 0
  }

  /** How long to wait before the next attempt: nothing before the first. Spread anew at each call. */
  delayMs(): number {
    if (this.#failures === 0) return 0
    // 2^20 is beyond any limit; further powers would end at infinity.
    const doubled = this.#firstMs * 2 ** Math.min(this.#failures - 1, 20)
    return Math.min(doubled * (0.8 + 0.4 * this.#clock.random()), this.#maxMs)
  }
}
