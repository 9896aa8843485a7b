import type { FetchedBatch, FetchedRecord, Headers, TopicPartition } from '@partita/protocol'
import type { FetchedPartition, IncomingMessage } from './broker-api.ts'
import { readableHeaders } from './headers.ts'

/** A record as kafkajs decoded it; its headers are converted when they are read. */
class DecodedRecord implements FetchedRecord {
  readonly offset: number
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly #message: IncomingMessage
  #headers: Headers | undefined

  constructor(offset: number, message: IncomingMessage) {
    this.offset = offset
    this.timestamp = Number(message.timestamp)
    this.key = message.key
    this.value = message.value
    this.#message = message
  }

  get byteLength(): number {
    return (this.key?.length ?? 0) + (this.value?.length ?? 0)
  }

  get headers(): Headers {
    this.#headers ??= readableHeaders(this.#message.headers)
    return this.#headers
  }
}

/**
 * What a fetch from `offset` brought of a partition: without what lies before that offset (a broker sends whole batches),
 * without control records and without the records of aborted transactions.
 */
export function toFetchedBatch(target: TopicPartition, offset: number, fetched: FetchedPartition): FetchedBatch {
  const records: FetchedRecord[] = []
  const aborted = abortedTransactions(fetched)
  let nextOffset = offset
  for (const message of fetched.messages) {
    const at = Number(message.offset)
    if (at < offset) continue
    nextOffset = Math.max(nextOffset, at + 1)
    if (aborted !== undefined && aborted.covers(message, at)) continue
    if (message.isControlRecord !== true) records.push(new DecodedRecord(at, message))
  }
  // A compacted batch may end after its last record, or have none.
  nextOffset = Math.max(nextOffset, fetched.endOffset ?? endOfBatch(fetched.messages.at(-1)))
  const { topic, partition } = target
  // Brokers look at the high watermark before they read, and may read further (seen with Kafka 4.3.1).
  const highWatermark = Math.max(Number(fetched.highWatermark), nextOffset)
  return { topic, partition, records, nextOffset, highWatermark }
}

function endOfBatch(message: IncomingMessage | undefined): number {
  const batch = message?.batchContext
  return batch === undefined ? 0 : Number(batch.firstOffset) + batch.lastOffsetDelta + 1
}

interface AbortedTransactions {
  /** To be asked of every record in order. */
  covers(message: IncomingMessage, offset: number): boolean
}

/**
 * Follows which producers' transactions are aborted as the offsets go by: from the first offset that the broker names
 * until the producer's next control record. (Java: `CompletedFetch.consumeAbortedTransactionsUpTo`.)
 */
function abortedTransactions(fetched: FetchedPartition): AbortedTransactions | undefined {
  if (fetched.abortedTransactions === undefined || fetched.abortedTransactions.length === 0) return undefined
  const coming = fetched.abortedTransactions
    .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: Number(firstOffset) }))
    .sort((a, b) => b.firstOffset - a.firstOffset)
  const open = new Set<string>()
  return {
    covers(message, offset) {
      for (let next = coming.at(-1); next !== undefined && next.firstOffset <= offset; next = coming.at(-1)) {
        open.add(next.producerId)
        coming.pop()
      }
      const context = message.batchContext
      if (context === undefined || !open.has(context.producerId)) return false
      // Whatever its kind: while a producer's transaction is open and aborted, its next control record ends it.
      if (message.isControlRecord === true) open.delete(context.producerId)
      return context.inTransaction && message.isControlRecord !== true
    },
  }
}
