/** A request, written field by field. Not for records: those are too many. */
export class Request {
  readonly #bytes: Buffer
  #at = 4

  constructor(apiKey: number, version: number, capacity: number) {
    this.#bytes = Buffer.allocUnsafe(capacity)
    const [correlationId, noClientId] = [0, -1]
    this.int16(apiKey, version).int32(correlationId).int16(noClientId)
  }

  int8(value: number): this {
    this.#at = this.#bytes.writeInt8(value, this.#at)
    return this
  }

  int16(...values: readonly number[]): this {
    for (const value of values) this.#at = this.#bytes.writeInt16BE(value, this.#at)
    return this
  }

  int32(...values: readonly number[]): this {
    for (const value of values) this.#at = this.#bytes.writeInt32BE(value, this.#at)
    return this
  }

  int64(value: number): this {
    this.#at = this.#bytes.writeBigInt64BE(BigInt(value), this.#at)
    return this
  }

  string(value: string): this {
    this.int16(Buffer.byteLength(value))
    this.#at += this.#bytes.write(value, this.#at)
    return this
  }

  /** @param following how many bytes of the request are written behind these */
  frame(following = 0): Buffer {
    this.#bytes.writeInt32BE(this.#at - 4 + following, 0)
    return this.#bytes.subarray(0, this.#at)
  }
}
