/** A transaction whose records readers of committed records have to skip. */
export interface AbortedTransaction {
  readonly producerId: number
  /** Of its first record in the partition. */
  readonly firstOffset: number
  /** Of its marker. */
  readonly markerOffset: number
}

/** The transactions of one partition's log: those that are open, and those that were aborted. */
export class TransactionIndex {
  /**
   * First offsets by producer; made for the first transaction, as most logs never see one. A map keeps the order of
   * insertion, and offsets only grow: the first one is the least.
   */
  #open: Map<number, number> | undefined
  /** In the order of their markers. */
  #aborted: AbortedTransaction[] = []

  /** Where the transaction begins that is open for longest; `undefined` where none is. */
  get firstOpenOffset(): number | undefined {
    return this.#open?.values().next().value
  }

  /** Where a producer's open transaction begins. */
  openSince(producerId: number): number | undefined {
    return this.#open?.get(producerId)
  }

  /** Records of a transaction were appended; only the first of them count. */
  begin(producerId: number, firstOffset: number): void {
    const open = (this.#open ??= new Map())
    if (!open.has(producerId)) open.set(producerId, firstOffset)
  }

  /** The marker of a producer's transaction was appended. There may have been no records: then nothing is noted. */
  end(producerId: number, markerOffset: number, isAborted: boolean): void {
    const firstOffset = this.openSince(producerId)
    if (firstOffset === undefined) return
    this.#open?.delete(producerId)
    if (isAborted) this.#aborted.push({ producerId, firstOffset, markerOffset })
  }

  /** The aborted transactions that have a record or a marker from `offset` up to before `limit`, by their beginnings. */
  abortedIn(offset: number, limit: number): AbortedTransaction[] {
    const aborted = this.#aborted
    const found: AbortedTransaction[] = []
    // From the end, where most readers are.
    for (let i = aborted.length - 1; i >= 0 && aborted[i]!.markerOffset >= offset; i--) {
      if (aborted[i]!.firstOffset < limit) found.push(aborted[i]!)
    }
    return found.sort((one, other) => one.firstOffset - other.firstOffset)
  }

  /** Markers of aborted transactions are not in the log any more, nor is anything else of them. */
  forgetAborted(markerOffsets: Iterable<number>): void {
    const gone = new Set(markerOffsets)
    if (gone.size > 0) this.#aborted = this.#aborted.filter(({ markerOffset }) => !gone.has(markerOffset))
  }

  /** Records before `offset` were deleted. */
  forgetBefore(offset: number): void {
    this.#aborted = this.#aborted.filter(({ markerOffset }) => markerOffset >= offset)
  }

  clear(): void {
    this.#open = undefined
    this.#aborted = []
  }
}
