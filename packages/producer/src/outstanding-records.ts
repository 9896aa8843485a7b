/** The records that were sent between two flushes. */
export interface Generation {
  pending: number
  readonly waiters: ((end: Promise<void>) => void)[]
}

/** Records of one generation, of those that are settled together. */
export interface Share {
  readonly generation: Generation
  count: number
}

/** A promise as the result makes a flush take more steps than a record does, so that it is not the quicker one. */
const settled = Promise.resolve()

/**
 * Every record that has no result yet, counted by generation, so that a flush waits for what was sent before it and for
 * nothing else. Each record leaves through `acknowledge` or `fail`, once.
 */
export class OutstandingRecords {
  acknowledged = 0
  failed = 0
  #current: Generation = { pending: 0, waiters: [] }
  /** Generations that a flush waits for, oldest first. */
  readonly #flushed: Generation[] = []

  get pending(): number {
    return this.#flushed.reduce((sum, { pending }) => sum + pending, this.#current.pending)
  }

  /** Whether somebody waits for a flush: then nothing lingers. */
  get flushing(): boolean {
    return this.#flushed.length > 0
  }

  enter(): Generation {
    this.#current.pending++
    return this.#current
  }

  acknowledge(shares: readonly Share[]): void {
    this.acknowledged += this.#leave(shares)
  }

  fail(shares: readonly Share[]): void {
    this.failed += this.#leave(shares)
  }

  /** Settles when everything that has entered so far has left. */
  drained(): Promise<void> {
    if (this.#current.pending > 0) {
      this.#flushed.push(this.#current)
      this.#current = { pending: 0, waiters: [] }
    }
    const last = this.#flushed.at(-1)
    return last === undefined ? Promise.resolve() : new Promise((resolve) => last.waiters.push(resolve))
  }

  #leave(shares: readonly Share[]): number {
    let left = 0
    for (const { generation, count } of shares) {
      generation.pending -= count
      left += count
    }
    while (this.#flushed[0]?.pending === 0) {
      for (const resolve of this.#flushed.shift()!.waiters) resolve(settled)
    }
    return left
  }
}
