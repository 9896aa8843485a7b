import type { Clock, PartitaError } from '@partita/protocol'

export interface Limits {
  readonly clock: Clock
  readonly timeoutMs: number
  /** Makes the error for the time that ran out. */
  readonly timedOut: () => PartitaError
  readonly signal?: AbortSignal | undefined
  /** Makes the error for a signal that fired. */
  readonly aborted: () => PartitaError
}

/** Waits for a promise, but not past a time or a signal. What the promise brings later is let go. */
export function waitAtMost<T>(promise: Promise<T>, limits: Limits): Promise<T> {
  const { clock, timeoutMs, timedOut, signal, aborted } = limits
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => finish(() => reject(aborted()))
    const timer = clock.setTimer(timeoutMs, () => finish(() => reject(timedOut())))
    function finish(settle: () => void): void {
      timer.cancel()
      signal?.removeEventListener('abort', abort)
      settle()
    }
    promise.then(
      (value) => finish(() => resolve(value)),
      (error: unknown) => finish(() => reject(error as Error)),
    )
    if (signal?.aborted === true) return abort()
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/** A pause; cut short where `sooner` settles. */
export function pause(clock: Clock, ms: number, sooner?: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(ms, resolve)
    const end = (): void => {
      timer.cancel()
      resolve()
    }
    sooner?.then(end, end)
  })
}

/** Growing pauses between attempts: doubled each time, up to a limit, spread by a fifth so that clients do not march in step. */
export class Backoff {
  readonly #clock: Clock
  readonly #firstMs: number
  readonly #limitMs: number
  #failures = 0

  constructor(clock: Clock, firstMs: number, limitMs: number) {
    this.#clock = clock
    this.#firstMs = firstMs
    this.#limitMs = limitMs
  }

  next(): number {
    const delay = Math.min(this.#firstMs * 2 ** this.#failures, this.#limitMs)
    this.#failures = Math.min(this.#failures + 1, 20)
    return delay * (0.8 + 0.4 * this.#clock.random())
  }

  reset(): void {
    this.#failures = 0
  }
}
