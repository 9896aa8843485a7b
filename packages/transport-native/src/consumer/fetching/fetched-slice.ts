import { batchHeaders, type BatchHeader, type fetchApi, type ResponseOf } from '@partita/wire'
import type { FrameMemory } from '../../network/frame-memory.ts'

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
  /** The answer's, whose memory is held as long as it is read: what is handed over is never a view of it. */
  bytes: Uint8Array
  readonly memory: FrameMemory
  /** Of the bytes, copied for records to be views of. */
  piece: { readonly bytes: Uint8Array; readonly start: number } | null
  /** It is the first of another log than the slices before. */
  startsOver: boolean
  /** Those that are still to be delivered, the next one last; `null` until they are sifted. */
  left: BatchHeader[] | null
}

/**
 * Finds out where the fetch goes on, at the cost of a few headers, and holds the answer's memory. `null`: the answer has no
 * whole batch.
 */
export function sliceOf(answered: AnsweredPartition, from: number, memory: FrameMemory): FetchedSlice | null {
  const { records: bytes, abortedTransactions: aborted } = answered
  if (bytes === null || bytes.length === 0) return null
  const headers = [...batchHeaders(bytes)]
  const last = headers.at(-1)
  if (last === undefined || last.lastOffset < from) return null
  const nextOffset = last.lastOffset + 1
  // Brokers look at the high watermark before they read, and may read further (seen with Kafka 4.3.1).
  const highWatermark = Math.max(answered.highWatermark, nextOffset)
  memory.hold(bytes)
  return {
    from,
    nextOffset,
    highWatermark,
    headers,
    aborted,
    bytes,
    memory,
    piece: null,
    startsOver: false,
    left: null,
  }
}

/** Copies bytes that are to be kept for a while, so that the answer's memory need not be. */
export function keepAside(slice: FetchedSlice): void {
  const { bytes, memory } = slice
  slice.bytes = bytes.slice()
  memory.letGo(bytes)
}
