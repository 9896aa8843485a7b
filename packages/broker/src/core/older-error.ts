import type { KafkaErrorName } from '@partita/protocol'

/** Errors about transactions that older versions of a request know by another name (KIP-588, KIP-890). */
const olderNames = {
  PRODUCER_FENCED: 'INVALID_PRODUCER_EPOCH',
  TRANSACTION_ABORTABLE: 'INVALID_TXN_STATE',
} as const

/** The name of an error for a client that knows `newer` only where `knowsIt` says so. */
export function olderError(error: KafkaErrorName, newer: keyof typeof olderNames, knowsIt: boolean): KafkaErrorName {
  return error === newer && !knowsIt ? olderNames[newer] : error
}
