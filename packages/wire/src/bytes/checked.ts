import { PartitaError } from '@partita/protocol'
import { Fault } from './fault.ts'

/** Runs a decoding step; bytes that it cannot read become a `PartitaError` that says of what, which field and where. */
export function decoding<T>(what: string, api: string | undefined, step: () => T): T {
  try {
    return step()
  } catch (error) {
    throw unreadable(error, what, api)
  }
}

/** Runs an encoding step; a value that does not fit its field becomes a `PartitaError`. */
export function encoding<T>(what: string, api: string | undefined, step: () => T): T {
  try {
    return step()
  } catch (error) {
    throw unwritable(error, what, api)
  }
}

/** What to throw for an error of a decoding step. */
export function unreadable(error: unknown, what: string, api: string | undefined): unknown {
  if (!(error instanceof Fault)) return error
  const place = error.path === '' ? '' : `${error.path}, `
  return new PartitaError('MALFORMED', `${what} cannot be read: ${place}byte ${error.position}: ${error.message}.`, {
    api,
  })
}

/** What to throw for an error of an encoding step. */
export function unwritable(error: unknown, what: string, api: string | undefined): unknown {
  if (!(error instanceof Fault)) return error
  const place = error.path === '' ? 'it' : error.path
  return new PartitaError('INVALID_OPTION', `${what} cannot be written: ${place} ${error.message}.`, { api })
}
