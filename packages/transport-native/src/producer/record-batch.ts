import {
  type BatchBuilder,
  type BatchLimits,
  type BatchRecord,
  type Bytes,
  type CompressionType,
  type Headers,
  PartitaError,
  type SealedBatch,
  type TopicPartition,
} from '@partita/protocol'
import {
  type BatchWriter,
  compressBatch,
  createBatchWriter,
  type ProducerState,
  readBatchHeader,
  recordsOf,
  setProducerState,
} from '@partita/wire'

/** A batch being filled: each record is encoded where it will be sent from, at once. */
export class RecordBatchBuilder implements BatchBuilder {
  readonly #target: TopicPartition
  readonly #writer: BatchWriter
  readonly #sealed: (batch: RecordBatch) => void

  /**
   * @param buffer what it is encoded into, until that has to grow
   * @param sealed told once the batch is full or wanted
   */
  constructor(target: TopicPartition, limits: BatchLimits, buffer: Uint8Array, sealed: (batch: RecordBatch) => void) {
    this.#target = target
    this.#writer = createBatchWriter({ buffer, maxBytes: limits.maxBytes, maxRecords: limits.maxRecords })
    this.#sealed = sealed
  }

  append(timestamp: number, key: Bytes | null, value: Bytes | null, headers: Headers): boolean {
    return this.#writer.append(timestamp, key, value, headers)
  }

  get count(): number {
    return this.#writer.count
  }

  get byteLength(): number {
    return this.#writer.byteLength
  }

  seal(): RecordBatch {
    const batch = new RecordBatch(this.#target, this.#writer)
    this.#sealed(batch)
    return batch
  }
}

/**
 * A batch that takes no more records. Its header and its CRC are written at its first write, when the producer id and the
 * sequence are known: once, not twice. From then on its bytes are never changed in place, and used for something else only
 * when they were stored at the first attempt: a request that was given up may still be waiting in a connection (what
 * KAFKA-19012 was about).
 */
export class RecordBatch implements SealedBatch {
  readonly topic: string
  readonly partition: number
  readonly count: number
  /** Before compression. */
  readonly byteLength: number
  /** What it is stamped with; `undefined`: not yet, or not any more. */
  stamp: ProducerState | undefined
  /** Some attempt has handed its bytes over: it may be in the log, or get there. */
  sent = false
  /** How often its bytes were handed over. */
  attempts = 0
  /** `undefined`: the buffer was given away. */
  #writer: BatchWriter | undefined
  /** Finished, without compression. */
  #plain: Uint8Array | undefined
  /** What is sent, where that is not `#plain`: compressed, or stamped a second time. */
  #form: Uint8Array | undefined
  #compressed = false

  constructor({ topic, partition }: TopicPartition, writer: BatchWriter) {
    if (writer.count === 0) {
      throw new PartitaError('UNEXPECTED', 'A batch was sealed without a record.', { topic, partition })
    }
    this.topic = topic
    this.partition = partition
    this.count = writer.count
    this.byteLength = writer.byteLength
    this.#writer = writer
  }

  /** What is sent: the same at each attempt, unless it is stamped anew in between. */
  get bytes(): Uint8Array {
    return this.#form ?? this.#finished()
  }

  /** Sets producer id, epoch and sequence, and whether it is part of a transaction. */
  setStamp(state: ProducerState): void {
    this.stamp = state
    this.sent = false
    if (this.#plain === undefined) {
      this.#finished(state)
      return
    }
    const stamped = this.bytes.slice()
    setProducerState(stamped, { position: 0, byteLength: stamped.length }, state)
    this.#form = stamped
  }

  /** Gives its buffer away, to be used again. Nothing can be read of the batch any more. */
  releaseBuffer(): Uint8Array | undefined {
    const plain = this.#plain
    this.#plain = this.#form = this.#writer = undefined
    return plain === undefined ? undefined : new Uint8Array(plain.buffer)
  }

  /** Compresses it, once; what came out serves the retries too. */
  async compress(type: CompressionType): Promise<void> {
    if (this.#compressed) return
    const compressed = await compressBatch(this.bytes, type)
    if (this.#compressed) return
    this.#form = compressed
    this.#compressed = true
  }

  records(): Iterable<BatchRecord> {
    const plain = this.#finished()
    return recordsOf(plain, readBatchHeader(plain))
  }

  #finished(state?: ProducerState): Uint8Array {
    if (this.#plain !== undefined) return this.#plain
    if (this.#writer !== undefined) return (this.#plain = this.#writer.finish(state))
    const { topic, partition } = this
    throw new PartitaError('UNEXPECTED', 'The batch was released: its bytes are not kept.', { topic, partition })
  }
}
