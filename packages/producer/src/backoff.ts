import type { Clock } from '@partita/protocol'

/** How long to pause between attempts. */
export interface BackoffLimits {
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
}

/**
 * Milliseconds to wait after the `failures`-th failure in a row (from 1): doubled each time, ±20 % by chance so that many
 * clients do not come back at once, never above the maximum. (Java: `ExponentialBackoff`.)
 */
export function backoffMs(failures: number, limits: BackoffLimits, clock: Clock): number {
  // 2^30 is beyond any maximum, and stays clear of Infinity.
  const doubled = limits.retryBackoffMs * 2 ** Math.min(failures - 1, 30)
  const jitter = 0.8 + 0.4 * clock.random()
  return Math.min(Math.min(doubled, limits.retryBackoffMaxMs) * jitter, limits.retryBackoffMaxMs)
}
