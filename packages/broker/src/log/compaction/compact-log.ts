import { isPartitaError } from '@partita/protocol'
import { type BatchHeader, decodeBatch, readBatchHeader } from '@partita/wire'
import { bytesOf } from '../batch-entry.ts'
import type { LogSegment } from '../log-segments.ts'
import type { PartitionLog } from '../partition-log.ts'
import { cleanBatch, type CleaningRules } from './clean-batch.ts'
import { type CleaningPlan, type CleaningSettings, cleaningPlan, groupsOf } from './cleaning-plan.ts'
import { createKeyOffsets, type KeyOffsets } from './key-offsets.ts'
import { createTransactionSieve, type TransactionSieve } from './transaction-sieve.ts'

export interface CompactionOptions {
  readonly settings: CleaningSettings
  readonly now: number
  /** Compacts what can be, however little is new. */
  readonly isForced: boolean
  readonly isLastOfProducer: (header: BatchHeader) => boolean
  /** Lets others have their turn. `false`: the broker was closed meanwhile. */
  readonly pause: () => Promise<boolean>
  /** What the keys of one run may take; default 128 MiB. The rest is for the next run. */
  readonly maxKeyBytes?: number | undefined
}

/** So much is read before others have their turn. */
const bytesPerTurn = 1024 * 1024

/**
 * Leaves the last record of each key in the older segments of a log. Offsets stay, and so does the log's start. Appends and
 * deletions go on meanwhile.
 * @throws PartitaError `KAFKA_STORAGE_ERROR`
 */
export async function compactLog(log: PartitionLog, options: CompactionOptions): Promise<void> {
  const { settings, now, isForced, isLastOfProducer } = options
  const plan = cleaningPlan(log, settings, now, isForced)
  if (plan === undefined) return
  const turns = createTurns(options.pause)
  const known = await readKeys(log, plan, turns, options.maxKeyBytes)
  if (known === undefined) return
  const { keys, knownTo } = known
  const { deleteRetentionMs, segmentBytes } = settings
  const rules = { keys, knownTo, sieve: sieveOf(log, plan), now, deleteRetentionMs, isLastOfProducer }
  const sources = plan.sources.filter(({ baseOffset }) => baseOffset <= knownTo)
  for (const group of groupsOf(sources, segmentBytes)) {
    if (!(await cleanSegments(log, group, rules, turns))) return
  }
  log.markCleaned(knownTo + 1)
}

function sieveOf(log: PartitionLog, { sources }: CleaningPlan): TransactionSieve {
  return createTransactionSieve(log.transactions.abortedIn(log.startOffset, sources.at(-1)!.endOffset))
}

/** Gives way to others now and then; `false` once the work is to be given up. */
type Turns = (bytesRead: number) => Promise<boolean> | boolean

function createTurns(pause: () => Promise<boolean>): Turns {
  let left = bytesPerTurn
  return (bytesRead) => {
    left -= bytesRead
    if (left > 0) return true
    left = bytesPerTurn
    return pause()
  }
}

/** The last offset of every key in what is new, and how far that is known. */
async function readKeys(
  log: PartitionLog,
  plan: CleaningPlan,
  turns: Turns,
  maxKeyBytes: number | undefined,
): Promise<{ readonly keys: KeyOffsets; readonly knownTo: number } | undefined> {
  const keys = createKeyOffsets(maxKeyBytes)
  const sieve = sieveOf(log, plan)
  const end = plan.sources.at(-1)!.endOffset
  let next = plan.dirtyFrom
  while (!keys.isFull) {
    const entry = log.batchFrom(next)
    if (entry === undefined || entry.baseOffset >= end) return { keys, knownTo: Math.max(next, end) - 1 }
    const bytes = bytesOf(entry)
    const header = readBatchHeader(bytes)
    if (!header.isControl && !sieve.isAborted(header)) await putKeys(bytes, header, log.startOffset, keys)
    next = entry.lastOffset + 1
    if (log.isClosed || !(await turns(entry.byteLength))) return undefined
  }
  return { keys, knownTo: next - 1 }
}

async function putKeys(bytes: Uint8Array, header: BatchHeader, from: number, keys: KeyOffsets): Promise<void> {
  try {
    for (const { key, offset } of await decodeBatch(bytes, header)) {
      if (key !== null && offset >= from) keys.put(key, offset)
    }
  } catch (error) {
    if (!isUnreadable(error)) throw error
  }
}

/** Writes some segments anew, as one. `false`: they are not there any more, or the broker was closed. */
async function cleanSegments(
  log: PartitionLog,
  group: readonly LogSegment[],
  rules: CleaningRules,
  turns: Turns,
): Promise<boolean> {
  const from = group[0]!.baseOffset
  const until = group.at(-1)!.endOffset
  const rewrite = log.rewrite(from, until)
  const goneMarkers: number[] = []
  let isChanged = group.length > 1
  try {
    let next = from
    for (
      let entry = log.batchFrom(next);
      entry !== undefined && entry.baseOffset < until;
      entry = log.batchFrom(next)
    ) {
      const bytes = bytesOf(entry)
      const header = readBatchHeader(bytes)
      const cleaned = await cleanOrLeave(bytes, header, rules)
      if (log.isClosed) return false
      if (cleaned !== bytes) isChanged = true
      if (cleaned !== undefined) rewrite.append(cleaned, readBatchHeader(cleaned))
      if (header.isControl && (cleaned === undefined || readBatchHeader(cleaned).recordCount === 0)) {
        goneMarkers.push(header.baseOffset)
      }
      next = entry.lastOffset + 1
      if (!(await turns(entry.byteLength))) return false
    }
    if (!isChanged) return true
    if (!rewrite.commit()) return false
    // Readers would look for the marker of an aborted transaction in vain, and skip what its producer wrote later.
    log.transactions.forgetAborted(goneMarkers)
    return true
  } finally {
    rewrite.abandon()
  }
}

/** A batch that cannot be read (its codec is not installed) stays as it is. */
async function cleanOrLeave(
  bytes: Uint8Array,
  header: BatchHeader,
  rules: CleaningRules,
): Promise<Uint8Array | undefined> {
  try {
    return await cleanBatch(bytes, header, rules)
  } catch (error) {
    if (!isUnreadable(error)) throw error
    return bytes
  }
}

function isUnreadable(error: unknown): boolean {
  return isPartitaError(error) && error.code !== 'KAFKA_STORAGE_ERROR'
}
