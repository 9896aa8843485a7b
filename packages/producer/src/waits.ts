import { abortedError, type Clock } from '@partita/protocol'

/** Settles with the promise, or with `false` when the time is over first. */
export function waitAtMost(clock: Clock, ms: number, promise: Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(ms, () => resolve(false))
    void promise.then(() => {
      timer.cancel()
      resolve(true)
    })
  })
}

/** Settles with the promise, or rejects with the signal's reason when that fires first. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    const finish = (): void => signal.removeEventListener('abort', abort)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(finish)
    if (signal.aborted) abort()
  })
}

/** Settles with the promise, which never rejects, or rejects with `ABORTED` when the signal fires first. */
export function waitUnlessAborted(promise: Promise<void>, signal: AbortSignal, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(abortedError(signal, what))
    if (signal.aborted) {
      abort()
      return
    }
    signal.addEventListener('abort', abort, { once: true })
    void promise.then(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    })
  })
}
