import { isRetriableKafkaError, kafkaErrorName, PartitaError, type ErrorPlace } from '@partita/protocol'

/**
 * The error for a code in a broker's answer.
 * @param text what was refused, as a sentence; default: the error's name
 */
export function kafkaError(errorCode: number, place: ErrorPlace, text?: string | null): PartitaError {
  const name = kafkaErrorName(errorCode)
  const unknown = name === 'UNKNOWN_SERVER_ERROR' && errorCode !== -1 ? ` (error code ${errorCode})` : ''
  const message = text === undefined || text === null || text === '' ? `The broker answered ${name}${unknown}.` : text
  return new PartitaError(name, message, { ...place, retriable: isRetriableKafkaError(name) })
}

/** Throws {@link kafkaError} unless the code is 0. */
export function throwKafkaError(errorCode: number, place: ErrorPlace, text?: string | null): void {
  if (errorCode !== 0) throw kafkaError(errorCode, place, text)
}
