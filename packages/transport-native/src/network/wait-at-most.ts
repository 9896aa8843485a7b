import { abortedError, PartitaError, type Clock } from '@partita/protocol'

/** How long somebody waits. */
export interface WaitLimits {
  readonly clock: Clock
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** What is waited for, as errors name it: `the cluster's metadata`. */
  readonly what: string
}

/**
 * Waits for a promise that others may wait for as well: but not past a time or a signal. What it brings later is let go.
 * Rejects besides with `REQUEST_TIMEOUT` (retriable) and `ABORTED`.
 */
export function waitAtMost<T>(promise: Promise<T>, limits: WaitLimits): Promise<T> {
  const { clock, timeoutMs, signal, what } = limits
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => finish(() => reject(abortedError(signal!, `Waiting for ${what}`)))
    const timer = clock.setTimer(timeoutMs, () => {
      const text = `Waited ${timeoutMs} ms for ${what}.`
      finish(() => reject(new PartitaError('REQUEST_TIMEOUT', text, { retriable: true })))
    })
    function finish(settle: () => void): void {
      timer.cancel()
      signal?.removeEventListener('abort', abort)
      settle()
    }
    promise.then(
      (value) => finish(() => resolve(value)),
      (error: unknown) => finish(() => reject(error as Error)),
    )
    if (signal?.aborted === true) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}
