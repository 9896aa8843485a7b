import { type BatchHeader, readBatchHeader, recordsOf, setBaseOffset, verifyCrc } from '@partita/wire'

export type AppendAnswer =
  | { readonly error: 'NONE'; readonly baseOffset: number }
  | { readonly error: 'CORRUPT_MESSAGE' | 'INVALID_PRODUCER_EPOCH' | 'OUT_OF_ORDER_SEQUENCE_NUMBER' }

interface ProducerEntry {
  epoch: number
  /** The last five. */
  batches: { readonly first: number; readonly last: number; readonly baseOffset: number }[]
}

const decoder = new TextDecoder()

/** One partition's log, with the check of producer ids, epochs and sequences as Kafka's brokers make it. */
export class PartitionLog {
  readonly batches: Uint8Array[] = []
  readonly #producers = new Map<number, ProducerEntry>()
  #end = 0

  append(sent: Uint8Array): AppendAnswer {
    const bytes = sent.slice()
    const header = readBatchHeader(bytes)
    if (header.byteLength !== bytes.length || !verifyCrc(bytes, header)) return { error: 'CORRUPT_MESSAGE' }
    if (header.producerId < 0) return this.#store(bytes, header)
    const entry = this.#producers.get(header.producerId)
    const first = header.baseSequence
    const last = (first + header.recordCount - 1) & 0x7fffffff
    if (entry !== undefined) {
      const known = entry.batches.find((batch) => batch.first === first && batch.last === last)
      if (entry.epoch === header.producerEpoch && known !== undefined)
        return { error: 'NONE', baseOffset: known.baseOffset }
      if (header.producerEpoch < entry.epoch) return { error: 'INVALID_PRODUCER_EPOCH' }
      const expected = header.producerEpoch > entry.epoch ? 0 : (entry.batches.at(-1)!.last + 1) & 0x7fffffff
      if (first !== expected) return { error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }
    }
    const answer = this.#store(bytes, header)
    const before = entry?.epoch === header.producerEpoch ? entry.batches : []
    const batches = [...before, { first, last, baseOffset: answer.baseOffset }].slice(-5)
    this.#producers.set(header.producerId, { epoch: header.producerEpoch, batches })
    return answer
  }

  /** The producer's state as after a truncation that took `batches` of the last batches away. */
  truncate(batches: number): void {
    for (const bytes of this.batches.splice(this.batches.length - batches)) {
      const { producerId, recordCount } = readBatchHeader(bytes)
      this.#end -= recordCount
      this.#producers.get(producerId)?.batches.pop()
    }
  }

  get values(): string[] {
    return this.batches.flatMap((bytes) =>
      recordsOf(bytes, readBatchHeader(bytes)).map(({ value }) => decoder.decode(value ?? new Uint8Array(0))),
    )
  }

  get headers(): BatchHeader[] {
    return this.batches.map((bytes) => readBatchHeader(bytes))
  }

  #store(bytes: Uint8Array, header: BatchHeader): { error: 'NONE'; baseOffset: number } {
    const baseOffset = this.#end
    setBaseOffset(bytes, header, baseOffset)
    this.batches.push(bytes)
    this.#end += header.recordCount
    return { error: 'NONE', baseOffset }
  }
}
