/** A record as places in the bytes of its answer: key and value are cut when they are asked for. */
export class RecordView {
  readonly bytes: Buffer
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly keyStart: number
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number

  constructor(
    bytes: Buffer,
    partition: number,
    offset: number,
    timestamp: number,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
  ) {
    this.bytes = bytes
    this.partition = partition
    this.offset = offset
    this.timestamp = timestamp
    this.keyStart = keyStart
    this.keyEnd = keyEnd
    this.valueStart = valueStart
    this.valueEnd = valueEnd
  }

  get key(): Buffer {
    return this.bytes.subarray(this.keyStart, this.keyEnd)
  }

  get value(): Buffer {
    return this.bytes.subarray(this.valueStart, this.valueEnd)
  }
}

const batchHeaderBytes = 61

/**
 * Reads the record batches between `start` and `end`, the last of which may be cut off.
 * @returns the offset behind them; `undefined`: there was no whole batch
 */
export function readBatches(
  bytes: Buffer,
  start: number,
  end: number,
  partition: number,
  each: (record: RecordView) => void,
): number | undefined {
  let next: number | undefined
  let at = start
  while (at + batchHeaderBytes <= end) {
    const baseOffset = Number(bytes.readBigInt64BE(at))
    const batchEnd = at + 12 + bytes.readInt32BE(at + 8)
    if (batchEnd > end) break
    const firstTimestamp = Number(bytes.readBigInt64BE(at + 27))
    const records = bytes.readInt32BE(at + 57)
    const cursor = new VarintCursor(bytes, at + batchHeaderBytes)
    for (let i = 0; i < records; i++) {
      const length = cursor.varint()
      const recordEnd = cursor.at + length
      cursor.at++ // attributes
      const timestamp = firstTimestamp + cursor.varint()
      const offset = baseOffset + cursor.varint()
      const keyLength = cursor.varint()
      const keyStart = cursor.at
      cursor.at += keyLength
      const valueLength = cursor.varint()
      const valueStart = cursor.at
      const [keyEnd, valueEnd] = [keyStart + keyLength, valueStart + valueLength]
      each(new RecordView(bytes, partition, offset, timestamp, keyStart, keyEnd, valueStart, valueEnd))
      cursor.at = recordEnd
    }
    next = baseOffset + bytes.readInt32BE(at + 23) + 1
    at = batchEnd
  }
  return next
}

class VarintCursor {
  readonly #bytes: Buffer
  at: number

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  varint(): number {
    let byte = this.#bytes[this.at++]!
    let bits = byte & 0x7f
    for (let shift = 7; byte > 0x7f; shift += 7) {
      byte = this.#bytes[this.at++]!
      bits |= (byte & 0x7f) << shift
    }
    return (bits >>> 1) ^ -(bits & 1)
  }
}
