import { type BatchHeader, decodeBatch, deleteHorizonOf, filterBatch } from '@partita/wire'
import type { KeyOffsets } from './key-offsets.ts'
import type { TransactionSieve } from './transaction-sieve.ts'

/** What decides which records stay. */
export interface CleaningRules {
  readonly keys: KeyOffsets
  /** Behind this offset nothing is known of keys: all records stay. */
  readonly knownTo: number
  readonly sieve: TransactionSieve
  readonly now: number
  readonly deleteRetentionMs: number
  /** Whether a retry of its producer's last batch is known by this one: it stays, if need be as a header alone. */
  readonly isLastOfProducer: (header: BatchHeader) => boolean
}

/**
 * What compaction leaves of a batch: the same bytes, fewer, or `undefined` for nothing. (Java: `Cleaner.cleanInto`,
 * `MemoryRecords.filterTo`.)
 * @throws PartitaError `MALFORMED`; `MISSING_PACKAGE` naming what to install for its compression
 */
export async function cleanBatch(
  bytes: Uint8Array,
  header: BatchHeader,
  rules: CleaningRules,
): Promise<Uint8Array | undefined> {
  const { sieve, now, deleteRetentionMs } = rules
  const horizon = deleteHorizonOf(header)
  const isExpired = horizon !== undefined && horizon <= now
  const endsNothing = sieve.endsNothing(header)
  const isDiscarded = header.isControl ? endsNothing && isExpired : sieve.isAborted(header)
  const kept = isDiscarded || header.recordCount === 0 ? noOffsets : await keptOffsets(bytes, header, rules, isExpired)
  if (kept.offsets.size === 0) {
    if (!rules.isLastOfProducer(header)) return undefined
    return header.recordCount === 0 ? bytes : filterBatch(bytes, header, { isKept: () => false })
  }
  const needsHorizon = horizon === undefined && (kept.hasTombstones || endsNothing)
  if (kept.offsets.size === header.recordCount && !needsHorizon) return bytes
  return filterBatch(bytes, header, {
    isKept: ({ offset }) => kept.offsets.has(offset),
    deleteHorizonMs: needsHorizon ? now + deleteRetentionMs : undefined,
  })
}

interface KeptOffsets {
  readonly offsets: ReadonlySet<number>
  readonly hasTombstones: boolean
}

const noOffsets: KeptOffsets = { offsets: new Set(), hasTombstones: false }

async function keptOffsets(
  bytes: Uint8Array,
  header: BatchHeader,
  { keys, knownTo }: CleaningRules,
  isExpired: boolean,
): Promise<KeptOffsets> {
  const offsets = new Set<number>()
  let hasTombstones = false
  for (const { offset, key, value } of await decodeBatch(bytes, header)) {
    const isLast = key !== null && keys.lastOf(key) <= offset && (value !== null || !isExpired)
    if (!header.isControl && offset <= knownTo && !isLast) continue
    offsets.add(offset)
    hasTombstones ||= value === null
  }
  return { offsets, hasTombstones }
}
