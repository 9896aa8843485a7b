/** A transaction whose records readers of committed records have to skip. */
export interface AbortedTransaction {
  readonly producerId: number
  /** Of its first record in the partition. */
  readonly firstOffset: number
  /** Of its marker. */
  readonly markerOffset: number
}

/** The transactions of one partition's log: those that are open, and those that were aborted. */
export interface TransactionIndex {
  /** Where the transaction begins that is open for longest; `undefined` where none is. */
  readonly firstOpenOffset: number | undefined
  /** Where a producer's open transaction begins. */
  openSince(producerId: number): number | undefined
  /** Records of a transaction were appended; only the first of them count. */
  begin(producerId: number, firstOffset: number): void
  /** The marker of a producer's transaction was appended. There may have been no records: then nothing is noted. */
  end(producerId: number, markerOffset: number, isAborted: boolean): void
  /** The aborted transactions that have a record or a marker from `offset` up to before `limit`, by their beginnings. */
  abortedIn(offset: number, limit: number): AbortedTransaction[]
  /** Markers of aborted transactions are not in the log any more, nor is anything else of them. */
  forgetAborted(markerOffsets: Iterable<number>): void
  /** Records before `offset` were deleted. */
  forgetBefore(offset: number): void
  clear(): void
}

export function createTransactionIndex(): TransactionIndex {
  /** First offsets by producer. A map keeps the order of insertion, and offsets only grow: the first one is the least. */
  const open = new Map<number, number>()
  /** In the order of their markers. */
  let aborted: AbortedTransaction[] = []
  return {
    get firstOpenOffset() {
      return open.values().next().value
    },
    openSince: (producerId) => open.get(producerId),
    begin(producerId, firstOffset) {
      if (!open.has(producerId)) open.set(producerId, firstOffset)
    },
    end(producerId, markerOffset, isAborted) {
      const firstOffset = open.get(producerId)
      if (firstOffset === undefined) return
      open.delete(producerId)
      if (isAborted) aborted.push({ producerId, firstOffset, markerOffset })
    },
    abortedIn(offset, limit) {
      const found: AbortedTransaction[] = []
      // From the end, where most readers are.
      for (let i = aborted.length - 1; i >= 0 && aborted[i]!.markerOffset >= offset; i--) {
        if (aborted[i]!.firstOffset < limit) found.push(aborted[i]!)
      }
      return found.sort((one, other) => one.firstOffset - other.firstOffset)
    },
    forgetAborted(markerOffsets) {
      const gone = new Set(markerOffsets)
      if (gone.size > 0) aborted = aborted.filter(({ markerOffset }) => !gone.has(markerOffset))
    },
    forgetBefore(offset) {
      aborted = aborted.filter(({ markerOffset }) => markerOffset >= offset)
    },
    clear() {
      open.clear()
      aborted = []
    },
  }
}
