import type { OffsetMap, OffsetRange } from './offset-map.ts'

/**
 * What an earlier member had finished beyond the committed offset, as the commit's metadata told it. Asked about
 * offsets in ascending order.
 */
export class RememberedOffsets {
  readonly #finished: readonly OffsetRange[]
  #next = 0

  constructor(map: OffsetMap | null) {
    this.#finished = map === null ? [] : map.finished
  }

  /** Everything from here on is news. 0 where nothing is remembered. */
  get end(): number {
    return this.#finished.at(-1)?.end ?? 0
  }

  /** Whether the record was finished before. Offsets must ascend from call to call. */
  has(offset: number): boolean {
    let range = this.#finished[this.#next]
    while (range !== undefined && range.end <= offset) range = this.#finished[++this.#next]
    return range !== undefined && range.start <= offset
  }

  /** The first offset from here on that was not finished. */
  pass(offset: number): number {
    return this.has(offset) ? this.#finished[this.#next]!.end : offset
  }

  /** What is left to do from `offset` up to the end. */
  *unfinishedFrom(offset: number): Generator<OffsetRange> {
    let at = offset
    for (const range of this.#finished) {
      if (range.end <= at) continue
      if (range.start > at) yield { start: at, end: range.start }
      at = range.end
    }
  }
}
