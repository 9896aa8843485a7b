import { isPartitaError, PartitaError, reasonOf } from '@partita/protocol'
import type { PendingRequest } from './pending-request.ts'

/** The error for a request whose connection is gone: ambiguous where its bytes were handed over. */
export function connectionFailure(request: PendingRequest, broker: string, reason: Error): PartitaError {
  const place = { api: request.api.name, broker, ambiguous: request.wasHandedOver, cause: reason }
  // Neither gets better by asking again.
  if (isPartitaError(reason) && (reason.code === 'CLOSED' || reason.code === 'AUTHENTICATION_FAILED'))
    return new PartitaError(reason.code, reasonOf(reason), { ...place, retriable: reason.retriable })
  const text = `The connection to ${broker} is gone: ${reasonOf(reason)}`
  return new PartitaError('CONNECTION_FAILED', text, { ...place, retriable: true })
}
