import type { BatchHeader } from '@partita/wire'
import type { AbortedTransaction } from '../transaction-index.ts'

/** Tells, of the batches of a log in their order, what transactions have made of them. (Java: `CleanedTransactionMetadata`.) */
export interface TransactionSieve {
  /** Whether the records of a batch were aborted. */
  isAborted(header: BatchHeader): boolean
  /** Of a marker: whether nothing is left of the transaction that it ends. To be asked of every batch, in order. */
  endsNothing(header: BatchHeader): boolean
}

/** @param aborted the aborted transactions of the part of the log that is looked at */
export function createTransactionSieve(aborted: readonly AbortedTransaction[]): TransactionSieve {
  const byProducer = new Map<number, AbortedTransaction[]>()
  for (const transaction of aborted) {
    const others = byProducer.get(transaction.producerId)
    if (others === undefined) byProducer.set(transaction.producerId, [transaction])
    else others.push(transaction)
  }
  /** Those of which a batch has been seen since their last marker. */
  const withBatches = new Set<number>()
  return {
    isAborted({ isTransactional, isControl, producerId, baseOffset }) {
      if (!isTransactional || isControl) return false
      const ranges = byProducer.get(producerId) ?? []
      return ranges.some(({ firstOffset, markerOffset }) => firstOffset <= baseOffset && baseOffset < markerOffset)
    },
    endsNothing({ isTransactional, isControl, producerId }) {
      if (isControl) return !withBatches.delete(producerId)
      if (isTransactional) withBatches.add(producerId)
      return false
    },
  }
}
