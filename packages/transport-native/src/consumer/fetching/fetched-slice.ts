import { batchHeaders, type BatchHeader, type fetchApi, type ResponseOf } from '@partita/wire'

/** What one answer says of one partition. */
export type AnsweredPartition = ResponseOf<typeof fetchApi>['responses'][number]['partitions'][number]

/** What one fetch brought of one partition: batches, of which only the headers have been looked at. */
export interface FetchedSlice {
  /** What was asked for, then what is delivered next: a batch comes whole, and may begin before it. */
  from: number
  /** Where the fetch goes on. */
  readonly nextOffset: number
  readonly highWatermark: number
  readonly headers: readonly BatchHeader[]
  readonly aborted: AnsweredPartition['abortedTransactions']
  bytes: Uint8Array
  /** It is the first of another log than the slices before. */
  startsOver: boolean
  /** Those that are still to be delivered, the next one last; `null` until they are sifted. */
  left: BatchHeader[] | null
}

/** Finds out where the fetch goes on, at the cost of a few headers. `null`: the answer has no whole batch. */
export function sliceOf(answered: AnsweredPartition, from: number): FetchedSlice | null {
  const { records: bytes, abortedTransactions: aborted } = answered
  if (bytes === null || bytes.length === 0) return null
  const headers = [...batchHeaders(bytes)]
  const last = headers.at(-1)
  if (last === undefined || last.lastOffset < from) return null
  const nextOffset = last.lastOffset + 1
  // Brokers look at the high watermark before they read, and may read further (seen with Kafka 4.3.1).
  const highWatermark = Math.max(answered.highWatermark, nextOffset)
  return { from, nextOffset, highWatermark, headers, aborted, bytes, startsOver: false, left: null }
}
