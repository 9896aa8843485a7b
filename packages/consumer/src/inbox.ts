import type { FetchedRecord } from '@partita/protocol'

const nothing: readonly FetchedRecord[] = []

/**
 * Fetched records that nobody has looked at yet, as the transport gave them. They become tasks in lanes only when there is
 * something to do for a handler, one moment before they start: thousands of them waiting cost no more than their bytes.
 */
export class Inbox {
  /** The first batch, of which `#next` comes next, and those behind it. */
  #first: readonly FetchedRecord[] = nothing
  #next = 0
  #others: (readonly FetchedRecord[])[] = []
  #count = 0

  get count(): number {
    return this.#count
  }

  push(records: readonly FetchedRecord[]): void {
    if (records.length === 0) return
    if (this.#count === 0) {
      this.#first = records
      this.#next = 0
    } else this.#others.push(records)
    this.#count += records.length
  }

  peek(): FetchedRecord | null {
    return this.#count === 0 ? null : this.#first[this.#next]!
  }

  /** Takes the first record out. */
  shift(): void {
    this.#count -= 1
    this.#next += 1
    if (this.#next < this.#first.length) return
    this.#first = this.#others.shift() ?? nothing
    this.#next = 0
  }

  clear(): void {
    this.#first = nothing
    this.#next = 0
    this.#others = []
    this.#count = 0
  }
}
