import { PartitaError } from '@partita/protocol'

/** The error that a promise rejects with; fails where it does not, or with something else. */
export async function failure(promise: Promise<unknown>): Promise<PartitaError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if (!('error' in outcome)) throw new Error(`it did not fail, but gave ${JSON.stringify(outcome.value)}`)
  if (outcome.error instanceof PartitaError) return outcome.error
  throw outcome.error
}

/** The same promise: the test looks at it later, when it may have been rejected for some time. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
