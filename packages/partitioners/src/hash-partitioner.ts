import {
  type Bytes,
  integerOption,
  PartitaError,
  type Partitioner,
  type PartitionInfo,
  type TopicPartitioner,
} from '@partita/protocol'
import type { Formula } from './formula.ts'
import { partitionOf } from './key-bytes.ts'
import { requirePartitions } from './keyless/availability.ts'

/** One hash for all records that have none of their own: they go to `hash % n`, so 0 is partition 0. */
export interface FixedHash {
  readonly hash: number
}

/**
 * Where a record without key goes: where a strategy says, where the hash of no bytes at all says, where a fixed hash
 * says, or nowhere: `'error'` refuses it.
 */
export type NullKeyPolicy = Partitioner | 'as-empty' | FixedHash | 'error'

/** Where a record with an empty key goes: by its hash like any other, where one without key would, or as there. */
export type EmptyKeyPolicy = 'hash' | 'as-null' | Partitioner | FixedHash | 'error'

export interface HashPartitionerOptions {
  /** To show to people. */
  readonly name: string
  /** One of `formulas`, or your own. */
  readonly formula: Formula
  readonly nullKey: NullKeyPolicy
  readonly emptyKey: EmptyKeyPolicy
}

/** A partitioner that hashes keys. What it was made of can be read, so that a key can be placed without a producer. */
export interface HashPartitioner extends Partitioner, HashPartitionerOptions {}

/**
 * Places keys by a formula over *all* partitions, with a leader or without, and the rest by a policy. It is
 * deterministic unless empty keys are left to a strategy.
 * @throws PartitaError `INVALID_OPTION` for a fixed hash that is not a whole number from 0 to 2^32 - 1
 */
export function hashPartitioner(options: HashPartitionerOptions): HashPartitioner {
  const { name, formula, nullKey, emptyKey } = options
  checkPolicy('nullKey', nullKey)
  checkPolicy('emptyKey', emptyKey)
  const emptyDecider = emptyKey === 'as-null' ? nullKey : emptyKey
  return {
    name,
    formula,
    nullKey,
    emptyKey,
    deterministic: !isStrategy(emptyDecider) || emptyDecider.deterministic,
    forTopic: (topic) => new HashTopic(topic, options),
  }
}

/** Whether a partitioner is one of {@link hashPartitioner}'s. */
export function isHashPartitioner(partitioner: Partitioner): partitioner is HashPartitioner {
  return 'formula' in partitioner && 'nullKey' in partitioner && 'emptyKey' in partitioner
}

/**
 * What decides about a record: the bytes to hash, a fixed hash, or a strategy.
 * @throws PartitaError `INVALID_RECORD_FIELD` where the policy is `'error'`
 */
export function decider(options: HashPartitionerOptions, key: Bytes | null): Bytes | FixedHash | Partitioner {
  if (key !== null && key.length > 0) return key
  const { name, nullKey, emptyKey } = options
  const policy = key === null || emptyKey === 'as-null' ? nullKey : emptyKey
  if (policy === 'as-empty' || policy === 'hash') return ''
  if (policy !== 'error') return policy
  throw new PartitaError(
    'INVALID_RECORD_FIELD',
    `${name} places records by their key, and this one's is ${key === null ? 'missing' : 'empty'}. Give the record a ` +
      'key or an explicit partition, or choose a partitioner that has a rule for such records.',
    { api: 'key' },
  )
}

class HashTopic implements TopicPartitioner {
  readonly #options: HashPartitionerOptions
  readonly #formula: Formula
  readonly #onNull: TopicPartitioner | undefined
  readonly #onEmpty: TopicPartitioner | undefined

  constructor(topic: string, options: HashPartitionerOptions) {
    this.#options = options
    this.#formula = options.formula
    const { nullKey, emptyKey } = options
    this.#onNull = isStrategy(nullKey) ? nullKey.forTopic(topic) : undefined
    // As no key: by the same state, so that both share one sticky partition or one round.
    if (emptyKey === 'as-null') this.#onEmpty = this.#onNull
    else this.#onEmpty = isStrategy(emptyKey) ? emptyKey.forTopic(topic) : undefined
  }

  partition(key: Bytes | null, partitions: readonly PartitionInfo[]): number {
    requirePartitions(partitions)
    if (key !== null && key.length > 0) return partitionOf(this.#formula, key, partitions.length)
    const strategy = key === null ? this.#onNull : this.#onEmpty
    if (strategy !== undefined) return strategy.partition(key, partitions)
    // No strategy, so bytes or a fixed hash.
    const decides = decider(this.#options, key) as Bytes | FixedHash
    return isFixedHash(decides)
      ? decides.hash % partitions.length
      : partitionOf(this.#formula, decides, partitions.length)
  }

  appended(partition: number, bytes: number, batchFull: boolean): void {
    this.#onNull?.appended?.(partition, bytes, batchFull)
  }
}

type Policy = NullKeyPolicy | EmptyKeyPolicy

function isStrategy(policy: Policy): policy is Partitioner {
  return typeof policy === 'object' && 'forTopic' in policy
}

export function isFixedHash(decides: Bytes | FixedHash | Partitioner): decides is FixedHash {
  return typeof decides === 'object' && 'hash' in decides
}

function checkPolicy(name: string, policy: Policy): void {
  if (typeof policy === 'object' && !isStrategy(policy)) {
    integerOption(`${name}.hash`, policy.hash, { min: 0, max: 0xffff_ffff })
  }
}
