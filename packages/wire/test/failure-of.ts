import type { PartitaError } from '@partita/protocol'
import { isPartitaError } from '@partita/protocol'

/** The `PartitaError` that a call throws. Anything else it throws is thrown on; not to throw is an error too. */
export function failureOf(run: () => unknown): PartitaError {
  try {
    run()
  } catch (error) {
    if (isPartitaError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** `undefined` where the call returns, its `PartitaError` where it throws one. Anything else is thrown on. */
export function failureOrNone(run: () => unknown): PartitaError | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    if (isPartitaError(error)) return error
    throw error
  }
}
