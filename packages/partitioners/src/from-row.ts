import { type Clock, type Partitioner, systemClock } from '@partita/protocol'
import type { CatalogRow, NullKeyRule, StrategyRule } from './catalog/row.ts'
import { type Formula, formulas } from './formula.ts'
import { hashPartitioner, type NullKeyPolicy } from './hash-partitioner.ts'
import { murmur2 } from './hashes/murmur2.ts'
import { random } from './keyless/random.ts'
import { roundRobin } from './keyless/round-robin.ts'
import { stickyByBatch, stickyByBytes } from './keyless/sticky.ts'
import { stickyByTime } from './keyless/sticky-by-time.ts'
import type { ClockOption, KeylessStrategy } from './keyless/strategy.ts'

/** What the strategies of a named partitioner take; one that has no use for an option leaves it alone. */
export interface NamedPartitionerOptions extends ClockOption {
  /** Where a round robin begins. Default: as the client does. */
  readonly start?: number | 'random' | undefined
  /** Bytes for one partition, where records without key are sticky by bytes or batch. Default: as the client does. */
  readonly stickyBatchSize?: number | undefined
  /** Milliseconds for one partition, where records without key are sticky by time. Default: as the client does. */
  readonly stickyPartitioningLingerMs?: number | undefined
}

/** Makes a partitioner of what the catalog says of an implementation. */
export function fromRow(name: string, row: CatalogRow, options: NamedPartitionerOptions): Partitioner {
  const own = row.strategy
  const merged: NamedPartitionerOptions = {
    clock: options.clock,
    start: options.start ?? own?.start,
    stickyBatchSize: options.stickyBatchSize ?? own?.stickyBatchSize,
    stickyPartitioningLingerMs: options.stickyPartitioningLingerMs ?? own?.stickyPartitioningLingerMs,
  }
  if (row.emptyKey !== 'as-other-keys') {
    const nullKey = nullPolicy(row.nullKey, merged)
    return hashPartitioner({ name, formula: formulas[row.key], nullKey, emptyKey: row.emptyKey })
  }
  if (row.key === 'process-random') return perProcess(name, options.clock ?? systemClock)
  const onKey = strategies[row.key](merged)
  return row.nullKey === row.key ? { ...onKey, name } : splitByKey(name, onKey, strategies[row.nullKey](merged))
}

const strategies: { readonly [rule in StrategyRule]: (options: NamedPartitionerOptions) => KeylessStrategy } = {
  'sticky-by-bytes': stickyByBytes,
  'sticky-by-batch': stickyByBatch,
  'sticky-by-time': stickyByTime,
  'round-robin': roundRobin,
  random,
}

function nullPolicy(rule: NullKeyRule, options: NamedPartitionerOptions): NullKeyPolicy {
  if (rule === 'as-empty' || rule === 'error') return rule
  if (rule === 'partition-0') return { hash: 0 }
  // Measured: erlang:phash2(undefined), OTP 25.
  if (rule === 'hash-of-undefined') return { hash: 45_914_356 }
  return strategies[rule](options)
}

/** Keys are ignored, but for whether there is one. (librdkafka's `random`.) */
function splitByKey(name: string, onKey: KeylessStrategy, onNull: KeylessStrategy): KeylessStrategy {
  return {
    name,
    deterministic: false,
    forTopic(topic) {
      const keyed = onKey.forTopic(topic)
      const keyless = onNull.forTopic(topic)
      return {
        partition: (key, partitions) => (key === null ? keyless : keyed).partition(key, partitions),
        appended: (partition, bytes, batchFull) => keyless.appended?.(partition, bytes, batchFull),
      }
    },
  }
}

/** A hash with a seed of its own in every process, as Python's `hash()` has; what it is made of does not matter. */
function perProcess(name: string, clock: Clock): Partitioner {
  const seed = Math.floor(clock.random() * 0x1_0000_0000)
  const value = (bytes: Uint8Array, length: number): number =>
    Math.imul(murmur2(bytes, length) ^ seed, 0x9e3779b1) >>> 0
  const formula: Formula = {
    name: 'process-random',
    text: 'hash with a random seed(key) % n',
    class: undefined,
    value,
    partition: (bytes, length, count) => value(bytes, length) % count,
  }
  return { ...hashPartitioner({ name, formula, nullKey: 'as-empty', emptyKey: 'hash' }), deterministic: false }
}
