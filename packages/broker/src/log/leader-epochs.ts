/** Where an epoch ended: its offsets are before `endOffset`. */
export interface EpochEnd {
  readonly leaderEpoch: number
  readonly endOffset: number
}

interface EpochStart {
  readonly epoch: number
  readonly offset: number
}

/** Where each leader of a partition began to write (Java: `LeaderEpochFileCache`). */
export class LeaderEpochs {
  #starts: readonly EpochStart[] = []

  /** A leader begins at the end of the log. Epochs in which nothing was written leave no trace. */
  begin(epoch: number, offset: number): void {
    const last = this.#starts.at(-1)
    if (last !== undefined && last.epoch >= epoch) return
    // A copy, as most logs have one: an array that may grow keeps room for sixteen more.
    this.#starts = [...this.#starts.filter((start) => start.offset < offset), { epoch, offset }]
  }

  /**
   * Where an epoch ended, or the last one before it that is known. `undefined`: it is none that has begun.
   * @param log from where to where there are records now
   */
  endOf(epoch: number, log: { readonly startOffset: number; readonly endOffset: number }): EpochEnd | undefined {
    // -1 stands for none.
    if (epoch < 0) return undefined
    const next = this.#starts.findIndex((start) => start.epoch > epoch)
    if (next < 0) {
      const isLatest = this.#starts.at(-1)?.epoch === epoch
      return isLatest ? { leaderEpoch: epoch, endOffset: log.endOffset } : undefined
    }
    const endOffset = Math.max(this.#starts[next]!.offset, log.startOffset)
    return { leaderEpoch: this.#starts[next - 1]?.epoch ?? epoch, endOffset }
  }
}
