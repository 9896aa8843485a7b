import type { BatchSummary } from '../log/batch-store.ts'

/** Kafka's `index.interval.bytes`: so many bytes of batches lie between two entries. */
const intervalBytes = 4096
const offsetEntryBytes = 8
const timeEntryBytes = 12

/**
 * The two indexes that Kafka keeps beside a segment (Java: `LogSegment.append`, `OffsetIndex`, `TimeIndex`). The broker has
 * no need of them; they are there for whoever reads its files.
 */
export class IndexBuilder {
  readonly #baseOffset: number
  readonly #offsets: { readonly offset: number; readonly position: number }[] = []
  readonly #times: { readonly timestamp: number; readonly offset: number }[] = []
  #bytesSince = 0
  #latest = { timestamp: -1, offset: -1 }

  constructor(baseOffset: number) {
    this.#baseOffset = baseOffset
  }

  add({ lastOffset, maxTimestamp }: BatchSummary, position: number, byteLength: number): void {
    if (maxTimestamp > this.#latest.timestamp) this.#latest = { timestamp: maxTimestamp, offset: lastOffset }
    if (this.#bytesSince > intervalBytes) {
      this.#offsets.push({ offset: lastOffset, position })
      this.#addTime()
      this.#bytesSince = 0
    }
    this.#bytesSince += byteLength
  }

  /** Of the `.index` file: last offset of a batch, relative to the segment's, and the batch's position. */
  offsetIndex(): Uint8Array {
    const view = new DataView(new ArrayBuffer(this.#offsets.length * offsetEntryBytes))
    this.#offsets.forEach(({ offset, position }, i) => {
      view.setInt32(i * offsetEntryBytes, offset - this.#baseOffset)
      view.setInt32(i * offsetEntryBytes + 4, position)
    })
    return new Uint8Array(view.buffer)
  }

  /** Of the `.timeindex` file: the latest timestamp so far, and the relative last offset of the batch that has it. */
  timeIndex(): Uint8Array {
    this.#addTime()
    const view = new DataView(new ArrayBuffer(this.#times.length * timeEntryBytes))
    this.#times.forEach(({ timestamp, offset }, i) => {
      view.setBigInt64(i * timeEntryBytes, BigInt(timestamp))
      view.setInt32(i * timeEntryBytes + 8, offset - this.#baseOffset)
    })
    return new Uint8Array(view.buffer)
  }

  #addTime(): void {
    if (this.#latest.timestamp > (this.#times.at(-1)?.timestamp ?? -1)) this.#times.push(this.#latest)
  }
}
