import { compressBatch, controlBatch, createBatchWriter, setBaseOffset, setPartitionLeaderEpoch } from '@partita/wire'

interface Stored {
  readonly base: number
  readonly last: number
  readonly bytes: Uint8Array
}

/** One partition of a fake cluster: who leads it, and its log. */
export class FakeLog {
  leader: number
  leaderEpoch = 0
  start = 0
  end = 0
  /** What a reader of committed records is told. */
  readonly aborted: { producerId: number; firstOffset: number }[] = []
  /** Where epochs ended, for those that were cut off. */
  readonly epochEnds: Map<number, number> = new Map()
  #batches: Stored[] = []
  #appended: (() => void)[] = []

  constructor(leader: number) {
    this.leader = leader
  }

  /** Appends values as one batch; keys are none. */
  append(values: readonly string[], producer: { producerId?: number; transactional?: boolean } = {}): void {
    const writer = createBatchWriter()
    for (const [index, value] of values.entries()) writer.append(1_000 + this.end + index, null, value, [])
    this.put(writer.finish({ ...producer, producerEpoch: 0, baseSequence: 0 }), values.length)
  }

  async appendCompressed(values: readonly string[]): Promise<void> {
    const writer = createBatchWriter()
    for (const value of values) writer.append(1_000, null, value, [])
    this.put(await compressBatch(writer.finish(), 'gzip'), values.length)
  }

  endTransaction(marker: 'abort' | 'commit', producerId: number): void {
    this.put(controlBatch(marker, { producerId, producerEpoch: 0, timestamp: 1 }), 1)
  }

  put(bytes: Uint8Array, count: number): void {
    setBaseOffset(bytes, { position: 0, byteLength: bytes.length }, this.end)
    setPartitionLeaderEpoch(bytes, { position: 0, byteLength: bytes.length }, this.leaderEpoch)
    this.#batches.push({ base: this.end, last: this.end + count - 1, bytes })
    this.end += count
    for (const wake of this.#appended.splice(0)) wake()
  }

  /** Compaction: these offsets are gone. */
  gap(offsets: number): void {
    this.end += offsets
  }

  /** Retention: nothing below is left. */
  deleteBelow(offset: number): void {
    this.start = offset
    this.#batches = this.#batches.filter(({ last }) => last >= offset)
  }

  /** A new leader without the last records. */
  cutOff(offset: number, leader: number): void {
    this.epochEnds.set(this.leaderEpoch, offset)
    this.#batches = this.#batches.filter(({ last }) => last < offset)
    this.end = offset
    this.moveTo(leader)
  }

  moveTo(leader: number): void {
    this.leader = leader
    this.leaderEpoch += 1
  }

  read(offset: number, maxBytes: number): Uint8Array {
    const found: Uint8Array[] = []
    let size = 0
    for (const { last, bytes } of this.#batches) {
      if (last < offset || (found.length > 0 && size + bytes.length > maxBytes)) continue
      found.push(bytes)
      size += bytes.length
    }
    const all = new Uint8Array(size)
    let at = 0
    for (const bytes of found) {
      all.set(bytes, at)
      at += bytes.length
    }
    return all
  }

  onceAppended(wake: () => void): void {
    this.#appended.push(wake)
  }
}
