import type { FetchedRecord, Header, Headers } from '@partita/protocol'
import { noHeaders } from '@partita/protocol'
import { ByteReader } from '../bytes/byte-reader.ts'

/** What the records of one batch have in common. */
export interface RecordSource {
  readonly bytes: Uint8Array
  /** Of `bytes`, as `bytes.buffer` looks it up anew each time. */
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly baseTimestamp: number
}

/**
 * One record of a batch, as integers over the batch's bytes: key, value and headers are cut out when they are read. The
 * places were checked when the view was made.
 */
export class RecordView implements FetchedRecord {
  readonly offset: number
  readonly #source: RecordSource
  /** A timestamp would be a number on the heap. */
  readonly #timestampDelta: number
  readonly #keyStart: number
  /** -1: null. */
  readonly #keyLength: number
  readonly #valueStart: number
  readonly #valueLength: number

  // Seven parameters, because an object to hold them would be made for every record.
  constructor(
    source: RecordSource,
    offset: number,
    timestampDelta: number,
    keyStart: number,
    keyLength: number,
    valueStart: number,
    valueLength: number,
  ) {
    this.#source = source
    this.offset = offset
    this.#timestampDelta = timestampDelta
    this.#keyStart = keyStart
    this.#keyLength = keyLength
    this.#valueStart = valueStart
    this.#valueLength = valueLength
  }

  get timestamp(): number {
    return this.#source.baseTimestamp + this.#timestampDelta
  }

  get byteLength(): number {
    return Math.max(0, this.#keyLength) + Math.max(0, this.#valueLength)
  }

  get key(): Uint8Array | null {
    return cut(this.#source, this.#keyStart, this.#keyLength)
  }

  get value(): Uint8Array | null {
    return cut(this.#source, this.#valueStart, this.#valueLength)
  }

  get headers(): Headers {
    const { bytes } = this.#source
    const at = this.#valueStart + Math.max(0, this.#valueLength)
    if (bytes[at] === 0) return noHeaders
    const reader = new ByteReader(bytes, at)
    return Array.from({ length: reader.varint() }, () => readHeader(reader))
  }
}

/** Half the cost of `subarray`, which asks the bytes for their constructor first (measured on Node 20 and 24). */
function cut(source: RecordSource, start: number, length: number): Uint8Array | null {
  return length < 0 ? null : new Uint8Array(source.buffer, source.byteOffset + start, length)
}

function readHeader(reader: ByteReader): Header {
  const name = reader.text(reader.varint())
  const length = reader.varint()
  return [name, length < 0 ? null : reader.take(length)]
}
