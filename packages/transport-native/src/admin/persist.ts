import { type Clock, isPartitaError, type PartitaError } from '@partita/protocol'
import { Backoff } from '../cluster/backoff.ts'
import { pause } from '../cluster/pause.ts'

/** As Java's `retry.backoff.ms` and `retry.backoff.max.ms`. */
const retryBackoffMs = 100
const retryBackoffMaxMs = 1_000

export interface PersistOptions {
  readonly clock: Clock
  /** For all attempts together. */
  readonly timeoutMs: number
  /** Ends the pause between two attempts. */
  readonly closing: AbortSignal
  /** It changes nothing: it may be done again also where it may have been done already. */
  readonly isRead: boolean
}

/** What is left for one attempt. */
export interface Attempt {
  readonly timeoutMs: number
  /** What was known before did not hold. */
  readonly isRepeated: boolean
}

/**
 * Tries until it succeeds, the error is one that waiting does not cure, or the time is over. What is thrown is what stood
 * in the way: the error of the last attempt, unless that had only no time left.
 */
export async function persist<T>(options: PersistOptions, attempt: (attempt: Attempt) => Promise<T>): Promise<T> {
  const { clock, timeoutMs, closing, isRead } = options
  const backoff = new Backoff(clock, retryBackoffMs, retryBackoffMaxMs)
  const deadline = clock.monotonic() + timeoutMs
  let reason: PartitaError | undefined
  for (;;) {
    try {
      const left = Math.max(1, Math.ceil(deadline - clock.monotonic()))
      return await attempt({ timeoutMs: left, isRepeated: backoff.failures > 0 })
    } catch (error) {
      backoff.failed()
      const delayMs = backoff.delayMs()
      if (!isPartitaError(error) || !isPassing(error, isRead)) throw error
      if (reason === undefined || error.code !== 'REQUEST_TIMEOUT') reason = error
      if (clock.monotonic() + delayMs >= deadline) throw reason
      await pause(clock, delayMs, closing)
    }
  }
}

/**
 * Whether the same may succeed a moment later. Not so for a topic that does not exist: Java's clients wait for it to
 * appear, who administers wants to know.
 */
export function isPassing({ code, retriable, ambiguous }: PartitaError, isRead: boolean): boolean {
  if (code === 'UNKNOWN_TOPIC_OR_PARTITION') return false
  // A controller that ran out of time goes on with it nevertheless.
  return retriable && (isRead || (!ambiguous && code !== 'REQUEST_TIMED_OUT'))
}
