import { type Bytes, PartitaError, toBytes, type TopicPartition } from '@partita/protocol'
import { keyIdentity } from './key-identity.ts'
import type { Halted } from './producer.ts'

interface Halt extends Halted {
  /** What later records are rejected with. */
  readonly error: PartitaError
}

interface TopicHalts {
  readonly keys: Map<string, Halt>
  readonly partitions: Map<number, Halt>
}

/** What takes no records until it is resumed: keys of a topic and whole partitions, each with the failure behind it. */
export class Halts {
  readonly #topics = new Map<string, TopicHalts>()
  readonly #maxKeys: number

  /** @param maxKeys the most keys of one topic */
  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys
  }

  get none(): boolean {
    return this.#topics.size === 0
  }

  get size(): number {
    let size = 0
    for (const { keys, partitions } of this.#topics.values()) size += keys.size + partitions.size
    return size
  }

  /** What a record of that partition and key is to be rejected with, if anything. */
  find({ topic, partition }: TopicPartition, key: Bytes | null): PartitaError | undefined {
    const halts = this.#topics.get(topic)
    if (halts === undefined) return undefined
    const halt = halts.partitions.get(partition)
    if (halt !== undefined) return halt.error
    return key === null || halts.keys.size === 0 ? undefined : halts.keys.get(keyIdentity(key))?.error
  }

  haltPartition({ topic, partition }: TopicPartition, cause: PartitaError): void {
    const { partitions } = this.#of(topic)
    if (partitions.has(partition)) return
    const remedy = 'producer.resume({ topic, partition }) opens it again.'
    const error = haltedError('partition', { topic, partition }, cause, remedy)
    partitions.set(partition, { topic, partition, key: null, cause, error })
  }

  /**
   * Halts keys that were to go to that partition.
   * @returns `false`: too many; nothing was halted
   */
  haltKeys({ topic, partition }: TopicPartition, keys: ReadonlyMap<string, Bytes>, cause: PartitaError): boolean {
    const halts = this.#of(topic)
    if (halts.keys.size + keys.size > this.#maxKeys) return false
    // One error for all: it names no key, for a key may be somebody's name.
    const remedy = 'producer.resume({ topic, key }) opens it again.'
    const error = haltedError('key', { topic, partition }, cause, remedy)
    for (const [identity, key] of keys) {
      if (halts.keys.has(identity)) continue
      halts.keys.set(identity, { topic, partition, key: toBytes(key), cause, error })
    }
    return true
  }

  /** @returns whether the key was halted */
  resumeKey(topic: string, key: Bytes): boolean {
    return this.#resume(topic, ({ keys }) => keys.delete(keyIdentity(key)))
  }

  /** Opens a partition and the keys that were halted in it. */
  resumePartition({ topic, partition }: TopicPartition): boolean {
    return this.#resume(topic, ({ keys, partitions }) => {
      let found = partitions.delete(partition)
      for (const [identity, halt] of keys) {
        if (halt.partition === partition) found = keys.delete(identity)
      }
      return found
    })
  }

  resumeTopic(topic: string): boolean {
    return this.#topics.delete(topic)
  }

  /** Opens everything. */
  clear(): void {
    this.#topics.clear()
  }

  list(): Halted[] {
    const all = Array.from(this.#topics.values(), ({ keys, partitions }) => [...partitions.values(), ...keys.values()])
    return all.flat().map(({ topic, partition, key, cause }) => ({ topic, partition, key, cause }))
  }

  #of(topic: string): TopicHalts {
    let halts = this.#topics.get(topic)
    if (halts === undefined) this.#topics.set(topic, (halts = { keys: new Map(), partitions: new Map() }))
    return halts
  }

  #resume(topic: string, open: (halts: TopicHalts) => boolean): boolean {
    const halts = this.#topics.get(topic)
    if (halts === undefined) return false
    const found = open(halts)
    if (halts.keys.size === 0 && halts.partitions.size === 0) this.#topics.delete(topic)
    return found
  }
}

function haltedError(what: string, place: TopicPartition, cause: PartitaError, remedy: string): PartitaError {
  return new PartitaError(
    'HALTED',
    `An earlier record of the same ${what} failed for good (${cause.code}), and onFailure halts the ${what} so that ` +
      `nothing is stored out of order. Send again what was rejected, in order, after ${remedy}`,
    { topic: place.topic, partition: place.partition, cause },
  )
}
