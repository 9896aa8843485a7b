import type {
  BatchBuilder,
  BatchLimits,
  BatchRecord,
  Bytes,
  Headers,
  SealedBatch,
  TopicPartition,
} from '@partita/protocol'
import { toBytes } from '@partita/protocol'

/** A batch of the scripted producer transport: builder and sealed batch in one, with what became of it. */
export class ScriptedBatch implements BatchBuilder, SealedBatch {
  readonly topic: string
  readonly partition: number
  readonly content: BatchRecord[] = []
  byteLength = 61
  /** Writes so far. */
  attempts = 0
  /** The base offset where it was stored first; -1: not stored. */
  storedAt = -1
  state: 'open' | 'sealed' | 'done' | 'abandoned' = 'open'
  readonly #limits: BatchLimits

  constructor({ topic, partition }: TopicPartition, limits: BatchLimits) {
    this.topic = topic
    this.partition = partition
    this.#limits = limits
  }

  get count(): number {
    return this.content.length
  }

  append(timestamp: number, key: Bytes | null, value: Bytes | null, headers: Headers): boolean {
    if (this.state !== 'open') throw new Error('contract of BatchBuilder: append after seal')
    const copy = (bytes: Bytes | null): Bytes | null => (bytes instanceof Uint8Array ? bytes.slice() : bytes)
    const size = 12 + (key === null ? 0 : toBytes(key).length) + (value === null ? 0 : toBytes(value).length)
    const isFull = this.count >= this.#limits.maxRecords || this.byteLength + size > this.#limits.maxBytes
    if (isFull && this.count > 0) return false
    this.content.push({ timestamp, key: copy(key), value: copy(value), headers })
    this.byteLength += size
    return true
  }

  seal(): SealedBatch {
    if (this.count === 0) throw new Error('contract of BatchBuilder: seal of an empty batch')
    this.state = 'sealed'
    return this
  }

  records(): Iterable<BatchRecord> {
    return this.content
  }
}
