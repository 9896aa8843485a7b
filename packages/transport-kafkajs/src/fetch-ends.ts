import type { FetchAnswer } from './broker-api.ts'

type Decode = (bytes: unknown) => Promise<unknown>

/** The first version that has record batches, and so batches without records. kafkajs knows versions up to 11. */
const firstVersion = 4

/** Bytes before a batch's records: see `RecordBatch` in Kafka's protocol guide. */
const batchHead = 61
const currentMagic = 2

/**
 * kafkajs decodes an answer into records, and nothing is left of a batch that has none: compaction keeps such a batch as
 * long as its producer is known by it, and whoever goes on behind the last record asks for it for ever. This decodes as
 * kafkajs does, and sets each partition's `endOffset` besides, from the heads of the batches.
 */
export function decodeWithEnds(version: number, decode: Decode): Decode {
  return async (bytes) => {
    const answer = await decode(bytes)
    if (version >= firstVersion && Buffer.isBuffer(bytes)) tellEnds(answer as FetchAnswer, new Reader(bytes), version)
    return answer
  }
}

/** Walks through the bytes beside what was decoded of them. */
function tellEnds({ responses }: FetchAnswer, reader: Reader, version: number): void {
  // throttle time, and from version 7 on an error and the session's id
  reader.skip(version >= 7 ? 10 : 4)
  reader.skip(4)
  for (const { partitions } of responses) {
    reader.skip(reader.int16())
    reader.skip(4)
    for (const partition of partitions) {
      // partition, error, high watermark, last stable offset, and from version 5 on where the log starts
      reader.skip(version >= 5 ? 30 : 22)
      reader.skip(Math.max(0, reader.int32()) * 16)
      // the preferred replica
      if (version >= 11) reader.skip(4)
      const endOffset = endOf(reader.take(Math.max(0, reader.int32())), partition.messages.length)
      if (endOffset !== undefined) Object.assign(partition, { endOffset })
    }
  }
}

/**
 * Behind the last whole batch; `undefined` where there is none, or where records are in a format without batches.
 * @param decoded how many records kafkajs made of them: it passes over a batch that it cannot read, which must not be lost
 */
function endOf(records: Buffer, decoded: number): number | undefined {
  let endOffset: number | undefined
  let count = 0
  for (let at = 0; at + batchHead <= records.length;) {
    const end = at + 12 + records.readInt32BE(at + 8)
    if (end > records.length || end < at + batchHead || records[at + 16] !== currentMagic) break
    count += records.readInt32BE(at + 57)
    if (count > decoded) break
    endOffset = Number(records.readBigInt64BE(at)) + records.readInt32BE(at + 23) + 1
    at = end
  }
  return endOffset
}

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  skip(count: number): void {
    this.#at += count
  }

  int16(): number {
    this.#at += 2
    return this.#bytes.readInt16BE(this.#at - 2)
  }

  int32(): number {
    this.#at += 4
    return this.#bytes.readInt32BE(this.#at - 4)
  }

  take(count: number): Buffer {
    this.#at += count
    return this.#bytes.subarray(this.#at - count, this.#at)
  }
}
