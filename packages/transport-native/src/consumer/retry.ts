import type { Clock } from '@partita/protocol'
import { Backoff } from '../cluster/backoff.ts'

/** Pauses between attempts of one request or another. Java: `retry.backoff.ms` and `retry.backoff.max.ms`. */
export function retryBackoff(clock: Clock): Backoff {
  return new Backoff(clock, 100, 1_000)
}

/** Lets time pass; cut short where `sooner` settles. */
export function rest(clock: Clock, ms: number, sooner?: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(ms, resolve)
    const end = (): void => {
      timer.cancel()
      resolve()
    }
    sooner?.then(end, end)
  })
}
