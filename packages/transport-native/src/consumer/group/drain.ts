import type { Clock, SubscribeOptions } from '@partita/protocol'

/** So much of the rebalance timeout is left for the way to the coordinator, besides one heartbeat interval. */
const rejoinMarginMs = 1_000

/** How long partitions may take to be given up: the rebalance began up to one heartbeat before we heard of it. */
export function drainLimitMs({ rebalanceTimeoutMs, heartbeatIntervalMs }: SubscribeOptions): number {
  return Math.max(rebalanceTimeoutMs / 2, rebalanceTimeoutMs - heartbeatIntervalMs - rejoinMarginMs)
}

/** How giving up came out. `overtaken`: what was to be given up was lost meanwhile. */
export type DrainOutcome = 'drained' | 'late' | 'overtaken'

/** Waits for whoever gives up partitions, but not past a time, nor once it no longer matters. */
export async function drain(
  drained: Promise<void>,
  overtaken: Promise<unknown>,
  limit: { readonly clock: Clock; readonly ms: number },
): Promise<DrainOutcome> {
  let late: () => void = () => {}
  const isLate = new Promise<void>((resolve) => (late = resolve))
  const timer = limit.clock.setTimer(limit.ms, late)
  // However it went with whoever had them: the partitions go all the same.
  const done = drained.catch(() => undefined)
  const outcome = await Promise.race([
    done.then((): DrainOutcome => 'drained'),
    overtaken.then((): DrainOutcome => 'overtaken'),
    isLate.then((): DrainOutcome => 'late'),
  ])
  timer.cancel()
  return outcome
}
