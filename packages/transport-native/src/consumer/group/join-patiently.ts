import { isPartitaError, toPartitaError, type Clock, type PartitaError } from '@partita/protocol'
import { rest, retryBackoff } from '../retry.ts'
import type { Signal } from '../signal.ts'

export interface Joining {
  readonly clock: Clock
  readonly groupId: string
  readonly ended: Signal<PartitaError>
  /** One attempt. */
  join(): Promise<void>
  /** Whether another attempt makes sense after so many; `at once` where others may be waiting for us. */
  another(error: PartitaError, failures: number): boolean | 'at once'
}

/** At the start nobody is served by waiting for a cluster that may not even exist. */
const firstConnectAttempts = 3

/** Whether a member that was never in has tried for long enough to reach a cluster. */
export function isOutOfReach(error: PartitaError, failures: number): boolean {
  return error.code === 'CONNECTION_FAILED' && failures >= firstConnectAttempts
}

/** Joins until it succeeds; throws what makes it pointless. */
export async function joinPatiently({ clock, groupId, ended, join, another }: Joining): Promise<void> {
  const backoff = retryBackoff(clock)
  for (;;) {
    try {
      return await join()
    } catch (cause) {
      const error = isPartitaError(cause) ? cause : toPartitaError(cause, { groupId })
      backoff.failed()
      const verdict = !ended.fired && another(error, backoff.failures)
      if (verdict === false) throw error
      if (verdict !== 'at once') await rest(clock, backoff.delayMs(), ended.promise)
    }
  }
}
