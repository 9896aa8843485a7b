import { isPartitaError, type Clock } from '@partita/protocol'
import { Backoff, pause } from './waiting.ts'

const attempts = 6

/** Tries again what failed in a way that may pass: up to six times, in about three seconds. */
export async function persist<T>(clock: Clock, action: () => Promise<T>): Promise<T> {
  const backoff = new Backoff(clock, 100, 1_000)
  for (let attempt = 1; ; attempt++) {
    try {
      return await action()
    } catch (error) {
      const passes = isPartitaError(error) && error.retriable && !hopeless.has(error.code)
      if (!passes || attempt === attempts) throw error
      await pause(clock, backoff.next())
    }
  }
}

/** Called retriable by Kafka, but a question answered is answered: there is no such topic; no broker is there. */
const hopeless: ReadonlySet<string> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'CONNECTION_FAILED', 'CLOSED'])
