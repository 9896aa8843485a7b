/** An answer, read field by field. Not for records: those are too many. */
export class Answer {
  readonly bytes: Buffer
  at: number

  constructor(frame: Buffer) {
    this.bytes = frame
    const correlationIdBytes = 4
    this.at = correlationIdBytes
  }

  int16(): number {
    this.at += 2
    return this.bytes.readInt16BE(this.at - 2)
  }

  int32(): number {
    this.at += 4
    return this.bytes.readInt32BE(this.at - 4)
  }

  int64(): number {
    this.at += 8
    return Number(this.bytes.readBigInt64BE(this.at - 8))
  }

  string(): string {
    const length = Math.max(0, this.int16())
    this.at += length
    return this.bytes.toString('utf8', this.at - length, this.at)
  }

  skip(bytes: number): void {
    this.at += bytes
  }

  /** Nothing is tried again. */
  errorCode(): void {
    const code = this.int16()
    if (code !== 0) throw new Error(`Kafka answered with error ${code}`)
  }
}
