import type { FetchedRecord } from '@partita/protocol'

/**
 * Fetched records that nobody has looked at yet, as the transport gave them. They become tasks in lanes only when there is
 * something to do for a handler, one moment before they start: thousands of them waiting cost no more than their bytes.
 */
export class Inbox {
  #batches: (readonly FetchedRecord[])[] = []
  /** Of the first batch. */
  #next = 0
  #count = 0
  #bytes = 0

  get count(): number {
    return this.#count
  }

  /** Bytes of keys and values. */
  get bytes(): number {
    return this.#bytes
  }

  push(records: readonly FetchedRecord[]): void {
    if (records.length === 0) return
    this.#batches.push(records)
    this.#count += records.length
    for (const record of records) this.#bytes += record.byteLength
  }

  peek(): FetchedRecord | null {
    return this.#batches[0]?.[this.#next] ?? null
  }

  /** Takes the first record out. */
  shift(): void {
    this.#count -= 1
    this.#bytes -= this.#batches[0]![this.#next]!.byteLength
    this.#next += 1
    if (this.#next < this.#batches[0]!.length) return
    this.#batches.shift()
    this.#next = 0
  }

  clear(): void {
    this.#batches = []
    this.#next = 0
    this.#count = 0
    this.#bytes = 0
  }
}
