import { PartitaError } from '@partita/protocol'
import { readControlMarker, recordsOf, verifyCrc, type BatchHeader } from '@partita/wire'
import type { FetchedSlice } from './fetched-slice.ts'

/**
 * The batches of a slice whose records are for the application: not markers of transactions, and, where only committed
 * ones are to be seen (the broker then tells of the aborted ones), none of an aborted one. All are checked against
 * their CRC.
 * @throws PartitaError `CORRUPT_MESSAGE`, `MALFORMED`
 */
export function relevantBatches(slice: FetchedSlice): BatchHeader[] {
  const { headers, bytes, from } = slice
  const aborted = new AbortedTransactions(slice.aborted ?? [])
  const relevant: BatchHeader[] = []
  for (const header of headers) {
    if (!verifyCrc(bytes, header)) throw corrupt(header)
    aborted.openUpTo(header.lastOffset)
    if (header.isControl) {
      if (isAbortMarker(bytes, header)) aborted.close(header.producerId)
      continue
    }
    const isAborted = header.isTransactional && aborted.isOpen(header.producerId)
    if (!isAborted && header.lastOffset >= from) relevant.push(header)
  }
  return relevant
}

/** By producer: one has no two transactions at a time. (Java: `CompletedFetch`, the same walk.) */
class AbortedTransactions {
  readonly #toCome: { readonly producerId: number; readonly firstOffset: number }[]
  readonly #open: Set<number> = new Set()

  constructor(aborted: readonly { readonly producerId: number; readonly firstOffset: number }[]) {
    this.#toCome = aborted.toSorted((a, b) => b.firstOffset - a.firstOffset)
  }

  openUpTo(offset: number): void {
    while ((this.#toCome.at(-1)?.firstOffset ?? Infinity) <= offset) this.#open.add(this.#toCome.pop()!.producerId)
  }

  isOpen(producerId: number): boolean {
    return this.#open.has(producerId)
  }

  close(producerId: number): void {
    this.#open.delete(producerId)
  }
}

function isAbortMarker(bytes: Uint8Array, header: BatchHeader): boolean {
  // Compaction may have left nothing but the header.
  const marker = recordsOf(bytes, header)[0]
  return marker !== undefined && readControlMarker(marker) === 'abort'
}

function corrupt({ baseOffset }: BatchHeader): PartitaError {
  const text = `The record batch at offset ${baseOffset} does not have the CRC that its header names: it was damaged.`
  return new PartitaError('CORRUPT_MESSAGE', text, { offset: baseOffset, retriable: true })
}
