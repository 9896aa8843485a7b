import type { Clock } from '@partita/protocol'
import { Signal } from './signal.ts'

export interface DrainLimits {
  readonly clock: Clock
  readonly rebalanceTimeoutMs: number
  readonly heartbeatIntervalMs: number
  /** Settles when there is no more point in waiting. */
  readonly gone: Promise<unknown>
}

/** So much of the rebalance timeout is left for the way to the coordinator. */
const rejoinMarginMs = 1_000

/**
 * Waits until partitions were drained; false where that takes until the rebalance timeout is nearly over, or until they
 * are gone. A drain that rejects is done: whatever went wrong, the partitions go all the same.
 */
export async function drainedInTime(drain: Promise<void>, limits: DrainLimits): Promise<boolean> {
  const { clock, rebalanceTimeoutMs, heartbeatIntervalMs, gone } = limits
  // The rebalance began up to one heartbeat before we heard of it.
  const limitMs = Math.max(rebalanceTimeoutMs / 2, rebalanceTimeoutMs - heartbeatIntervalMs - rejoinMarginMs)
  const inTime = new Signal<boolean>()
  const timer = clock.setTimer(limitMs, () => inTime.fire(false))
  drain.then(
    () => inTime.fire(true),
    () => inTime.fire(true),
  )
  void gone.then(() => inTime.fire(false))
  await inTime.promise
  timer.cancel()
  return inTime.value === true
}
