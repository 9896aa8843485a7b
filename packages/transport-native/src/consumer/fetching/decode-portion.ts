import type { FetchedRecord } from '@partita/protocol'
import { type BatchHeader, decodeBatch, recordsOf } from '@partita/wire'
import type { FetchedSlice } from './fetched-slice.ts'
import { relevantBatches } from './relevant-batches.ts'

/**
 * Records are views of copies of about that size: so few bytes that they are soon all read, and so many that small batches
 * share them.
 */
const pieceBytes = 65_536

/** Some of a slice's records. */
export interface Portion {
  /** In offset order, as views of bytes that are theirs. */
  readonly records: readonly FetchedRecord[]
  readonly nextOffset: number
  /** The slice has nothing more. */
  readonly isLast: boolean
}

/**
 * The next batch of the slice that has something for the application, decoded: at once where it is not compressed. A
 * slice is decoded batch by batch, so that records live from there to their handler and no longer, which spares the
 * garbage collector (measured: a sixth of the CPU of a whole consumer), and so that a partition can be paused in
 * between.
 * @throws PartitaError `CORRUPT_MESSAGE`, `MALFORMED`; a promise may reject with `MISSING_PACKAGE` besides
 */
export function decodePortion(slice: FetchedSlice): Portion | Promise<Portion> {
  slice.left ??= relevantBatches(slice).reverse()
  const header = slice.left.at(-1)
  if (header === undefined) return { records: [], nextOffset: slice.nextOffset, isLast: true }
  if (header.compressionType === 'none') return portionOf(slice, copiedRecords(slice, header))
  return decodeBatch(slice.bytes, header).then((records) => portionOf(slice, records))
}

/** Takes it off the slice. */
export function deliverPortion(slice: FetchedSlice, { nextOffset }: Portion): void {
  slice.left?.pop()
  slice.from = nextOffset
}

function copiedRecords(slice: FetchedSlice, header: BatchHeader): FetchedRecord[] {
  const { position, byteLength } = header
  const piece = slice.piece ?? {
    bytes: slice.bytes.slice(position, position + Math.max(byteLength, pieceBytes)),
    start: position,
  }
  const next = slice.left!.at(-2)
  const holdsNext = next !== undefined && next.position + next.byteLength <= piece.start + piece.bytes.length
  // Kept only for a batch that is in it: what lives longer than it is read is promoted, and costs more to collect.
  slice.piece = holdsNext ? piece : null
  return recordsOf(piece.bytes, header, position - piece.start)
}

function portionOf({ left, from, nextOffset }: FetchedSlice, records: readonly FetchedRecord[]): Portion {
  const isLast = left!.length === 1
  const beginsBefore = records[0] !== undefined && records[0].offset < from
  return {
    records: beginsBefore ? records.filter(({ offset }) => offset >= from) : records,
    nextOffset: isLast ? nextOffset : left!.at(-1)!.lastOffset + 1,
    isLast,
  }
}
