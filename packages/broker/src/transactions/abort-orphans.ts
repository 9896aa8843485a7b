import { partitionName } from '@partita/protocol'
import type { BrokerState } from '../core/broker-state.ts'
import type { TransactionOutlets } from './transaction-coordinator.ts'

/**
 * Ends what is open in a log and belongs to no open transaction, or it would hold up readers of committed records for ever:
 * the disk failed when its marker was to be written, or what was kept of its transaction is lost.
 */
export function abortOrphans(
  { topics, transactions, warn }: Pick<BrokerState, 'topics' | 'transactions' | 'warn'>,
  writeMarker: TransactionOutlets['writeMarker'],
): void {
  const open = new Set<string>()
  // Those that are open, and those whose markers could not be written yet.
  for (const { producer, partitions } of transactions.all()) {
    for (const [topic, indexes] of partitions) {
      for (const partition of indexes) open.add(`${producer.producerId} ${partitionName({ topic, partition })}`)
    }
  }
  for (const { name: topic, partitions } of topics.all()) {
    for (const partition of partitions) {
      const place = partitionName({ topic, partition: partition.index })
      for (const { producerId, producerEpoch } of Array.from(partition.producers())) {
        const isOpen = partition.log.transactions.openSince(producerId) !== undefined
        if (!isOpen || open.has(`${producerId} ${place}`)) continue
        warn(
          `Producer ${producerId} has left records in ${place} that belong to no open transaction: they are aborted.`,
        )
        writeMarker({ topic, partition: partition.index }, 'abort', { producerId, producerEpoch })
      }
    }
  }
}
