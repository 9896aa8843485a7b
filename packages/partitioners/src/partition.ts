import { type Bytes, integerOption } from '@partita/protocol'
import { implementationOf, rowOf } from './catalog/catalog.ts'
import type { DeterministicName, PartitionerName } from './catalog/names.ts'
import { fromRow } from './from-row.ts'
import { decider, type HashPartitioner, isFixedHash, isHashPartitioner } from './hash-partitioner.ts'
import { partitionOf } from './key-bytes.ts'
import { partitionerName } from './partitioner-name.ts'

/** Filled as names are used; there are only so many. `undefined`: keys do not decide under this name. */
const made = new Map<PartitionerName, HashPartitioner | undefined>()

/**
 * The partition of a key among `count`, as the named client chooses it. A pure function.
 * @param key bytes, or text that stands for its UTF-8 form; an empty key is a key, too
 * @throws PartitaError `INVALID_OPTION` for an unknown name, or a count that is not from 1 to 2^31 - 1
 */
export function partition(key: Bytes, count: number, name: DeterministicName): number
/**
 * The same for every name, and for `null`, which is no key: `undefined` where the key does not decide alone, but chance,
 * time or what was sent before.
 * @throws PartitaError `INVALID_RECORD_FIELD` for `null` where the client refuses it
 */
export function partition(key: Bytes | null, count: number, name: PartitionerName): number | undefined
export function partition(key: Bytes | null, count: number, name: PartitionerName): number | undefined {
  integerOption('count', count, { min: 1, max: 0x7fff_ffff })
  const partitioner = hashPartitionerFor(name)
  if (partitioner === undefined) return undefined
  const decides = decider(partitioner, key)
  if (typeof decides === 'string' || decides instanceof Uint8Array)
    return partitionOf(partitioner.formula, decides, count)
  return isFixedHash(decides) ? decides.hash % count : undefined
}

function hashPartitionerFor(name: PartitionerName): HashPartitioner | undefined {
  if (made.has(name)) return made.get(name)
  const row = rowOf(implementationOf(partitionerName(name)))
  const partitioner = row.key === 'process-random' ? undefined : fromRow(name, row, {})
  const hashing = partitioner !== undefined && isHashPartitioner(partitioner) ? partitioner : undefined
  made.set(name, hashing)
  return hashing
}
