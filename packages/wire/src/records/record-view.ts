import type { FetchedRecord, Header, Headers } from '@partita/protocol'
import { noHeaders } from '@partita/protocol'
import { ByteReader } from '../bytes/byte-reader.ts'

/**
 * One record of a batch, as integers over the batch's bytes: key, value and headers are cut out when they are read. The
 * places were checked when the view was made.
 */
export class RecordView implements FetchedRecord {
  readonly offset: number
  readonly timestamp: number
  readonly #bytes: Uint8Array
  readonly #keyStart: number
  /** -1: null. */
  readonly #keyLength: number
  readonly #valueStart: number
  readonly #valueLength: number
  readonly #headersStart: number
  readonly #headerCount: number

  // Nine parameters, because an object to hold them would be made for every record.
  constructor(
    bytes: Uint8Array,
    offset: number,
    timestamp: number,
    keyStart: number,
    keyLength: number,
    valueStart: number,
    valueLength: number,
    headersStart: number,
    headerCount: number,
  ) {
    this.#bytes = bytes
    this.offset = offset
    this.timestamp = timestamp
    this.#keyStart = keyStart
    this.#keyLength = keyLength
    this.#valueStart = valueStart
    this.#valueLength = valueLength
    this.#headersStart = headersStart
    this.#headerCount = headerCount
  }

  get byteLength(): number {
    return Math.max(0, this.#keyLength) + Math.max(0, this.#valueLength)
  }

  get key(): Uint8Array | null {
    return this.#cut(this.#keyStart, this.#keyLength)
  }

  get value(): Uint8Array | null {
    return this.#cut(this.#valueStart, this.#valueLength)
  }

  get headers(): Headers {
    if (this.#headerCount === 0) return noHeaders
    const reader = new ByteReader(this.#bytes, this.#headersStart)
    return Array.from({ length: this.#headerCount }, () => readHeader(reader))
  }

  #cut(start: number, length: number): Uint8Array | null {
    return length < 0 ? null : this.#bytes.subarray(start, start + length)
  }
}

function readHeader(reader: ByteReader): Header {
  const name = reader.text(reader.varint())
  const length = reader.varint()
  return [name, length < 0 ? null : reader.take(length)]
}
