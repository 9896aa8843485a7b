import type { Clock } from '@partita/protocol'

/** A wait that can be cut short; `over` then never settles, and is forgotten. */
export interface Pause {
  readonly over: Promise<void>
  cancel(): void
}

export function pause(clock: Clock, ms: number): Pause {
  let cancel = (): void => {}
  const over = new Promise<void>((resolve) => {
    const timer = clock.setTimer(Math.max(0, ms), resolve)
    cancel = () => timer.cancel()
  })
  return { over, cancel }
}

/** Waits until the promise settles, well or not, but no longer than `ms`. `false`: time is up. Never rejects. */
export async function settledWithin(clock: Clock, promise: Promise<unknown>, ms: number): Promise<boolean> {
  const limit = pause(clock, ms)
  const settled = promise.then(
    () => true,
    () => true,
  )
  const inTime = await Promise.race([settled, limit.over.then(() => false)])
  limit.cancel()
  return inTime
}

/** A promise with its two ends. */
export interface Deferred {
  readonly promise: Promise<void>
  resolve(): void
  reject(error: unknown): void
}

export function deferred(): Deferred {
  let resolve!: () => void
  let reject!: (error: unknown) => void
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}
