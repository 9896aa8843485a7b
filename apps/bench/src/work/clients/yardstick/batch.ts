import { crc32c } from '@partita/wire'

export interface Stored {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
}

const headerBytes = 61
const crcStart = 21
const firstCapacity = 256 * 1024
/** Under Kafka's `message.max.bytes`. */
const maxBytes = 1_000_000

/** A record batch that records are encoded straight into. Used again when it was stored. */
export class Batch {
  #bytes = Buffer.allocUnsafe(firstCapacity)
  #length = headerBytes
  #firstTimestamp = 0
  #lastTimestamp = 0
  /** One for each record, in order. */
  settle: ((stored: Stored) => void)[] = []

  append(key: Uint8Array, keyLength: number, value: Uint8Array, timestamp: number): void {
    const offset = this.settle.length
    if (offset === 0) this.#firstTimestamp = timestamp
    this.#lastTimestamp = timestamp
    this.#makeRoom(keyLength + value.length + 30)
    const since = timestamp - this.#firstTimestamp
    const bytes = this.#bytes
    const fields = varintLength(since) + varintLength(offset) + varintLength(keyLength) + varintLength(value.length)
    let at = putVarint(bytes, this.#length, 2 + fields + keyLength + value.length)
    bytes[at++] = 0 // attributes
    at = putVarint(bytes, at, since)
    at = putVarint(bytes, at, offset)
    at = putVarint(bytes, at, keyLength)
    for (let i = 0; i < keyLength; i++) bytes[at++] = key[i]!
    at = putVarint(bytes, at, value.length)
    bytes.set(value, at)
    at += value.length
    bytes[at++] = 0 // headers
    this.#length = at
  }

  seal(): Buffer {
    const [epoch, magic, attributes, none] = [-1, 2, 0, -1]
    const bytes = this.#bytes
    const records = this.settle.length
    bytes.writeBigInt64BE(0n, 0)
    bytes.writeInt32BE(this.#length - 12, 8)
    bytes.writeInt32BE(epoch, 12)
    bytes.writeInt8(magic, 16)
    bytes.writeInt16BE(attributes, crcStart)
    bytes.writeInt32BE(records - 1, 23)
    bytes.writeBigInt64BE(BigInt(this.#firstTimestamp), 27)
    bytes.writeBigInt64BE(BigInt(this.#lastTimestamp), 35)
    bytes.writeBigInt64BE(BigInt(none), 43) // producer id
    bytes.writeInt16BE(none, 51) // producer epoch
    bytes.writeInt32BE(none, 53) // first sequence
    bytes.writeInt32BE(records, 57)
    bytes.writeUInt32BE(crc32c(bytes, crcStart, this.#length), 17)
    return bytes.subarray(0, this.#length)
  }

  stored(topic: string, partition: number, baseOffset: number): void {
    const { settle } = this
    const timestamp = this.#lastTimestamp
    for (let i = 0; i < settle.length; i++) settle[i]!({ topic, partition, offset: baseOffset + i, timestamp })
    this.settle = []
    this.#length = headerBytes
  }

  #makeRoom(bytes: number): void {
    if (this.#length + bytes > maxBytes)
      throw new Error('the yardstick has one batch a partition, and this one is full')
    if (this.#length + bytes <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(this.#bytes.length * 2)
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}

function varintLength(value: number): number {
  const bits = value << 1
  return bits < 0x80 ? 1 : bits < 0x4000 ? 2 : bits < 0x200000 ? 3 : bits < 0x10000000 ? 4 : 5
}

/** Zigzag, of numbers that are not negative. */
function putVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start
  let bits = value << 1
  for (; bits > 0x7f; bits >>>= 7) bytes[at++] = (bits & 0x7f) | 0x80
  bytes[at++] = bits
  return at
}
