import { type Clock, isPartitaError } from '@partita/protocol'
import { createVirtualClock } from '@partita/testing'
import {
  type BatchHeader,
  batchHeaders,
  compressBatch,
  createBatchWriter,
  decodeBatch,
  readBatchHeader,
  recordsOf,
} from '@partita/wire'
import { createConfigSet } from '../src/configs/config-set.ts'
import { topicConfigTable } from '../src/configs/topic-config-table.ts'
import { createMemoryStorage, type Storage } from '../src/core/storage.ts'
import { bytesOf } from '../src/log/batch-entry.ts'
import { batchRulesOf } from '../src/log/check-batch.ts'
import type { CleaningSettings } from '../src/log/compaction/cleaning-plan.ts'
import { compactLog, type CompactionOptions } from '../src/log/compaction/compact-log.ts'
import { PartitionLog } from '../src/log/partition-log.ts'
import { openDiskStorage } from '../src/storage/disk-storage.ts'
import { type Appended, Partition } from '../src/topics/partition.ts'
import type { FakeFiles } from './fake-files.ts'
import { text } from './api-client.ts'

const topicId = '0'.repeat(32)
const rules = batchRulesOf(createConfigSet(topicConfigTable), true)

/** A key and its value, `null` for a tombstone. */
export type Entry = readonly [key: string, value: string | null]

interface WriteOptions {
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
  readonly transactional?: boolean
  readonly gzip?: boolean
}

/** A partition on its own, and what is done with one that is compacted. */
export interface CompactedPartition {
  readonly partition: Partition
  readonly log: PartitionLog
  readonly clock: Clock
  write(entries: readonly Entry[], options?: WriteOptions): Promise<number>
  compact(options?: Partial<CompactionOptions & CleaningSettings>): Promise<void>
  /** Everything that is there, `offset key=value`, whatever transactions say. */
  contents(): Promise<string[]>
  /** What each key is to somebody who reads what is committed, from the start to the end. */
  committed(): Record<string, string>
}

export function storageOn(files: FakeFiles): Storage {
  const storage = openDiskStorage({ files, fsync: 'never', clock: createVirtualClock(), warn: () => undefined })
  storage.keep('topic', ['t'], { id: topicId, partitions: 1, configs: {} })
  return storage
}

/** @param segmentBytes 14: every batch has a segment of its own */
export function compactedPartition(
  storage: Storage = createMemoryStorage(),
  segmentBytes = 14,
  clock: Clock = createVirtualClock(),
): CompactedPartition {
  const store = storage.openLog({ topic: 't', topicId, partition: 0 })
  const log = new PartitionLog(store, { segmentBytes, segmentMs: Number.POSITIVE_INFINITY })
  const partition = new Partition(0, clock, 1_000_000_000, log)
  return {
    partition,
    log,
    clock,
    async write(entries, { gzip = false, ...fields } = {}) {
      const writer = createBatchWriter()
      for (const [key, value] of entries) writer.append(clock.now(), key, value, [['h', new Uint8Array([1])]])
      const batch = await compressBatch(writer.finish(fields), gzip ? 'gzip' : 'none')
      const result = partition.append(batch, rules, () => undefined)
      if ('error' in result) throw new Error(`${result.error}: ${result.message}`)
      return (result satisfies Appended).baseOffset
    },
    async compact({ isForced = true, now = clock.now(), pause = async () => true, maxKeyBytes, ...settings } = {}) {
      const all = {
        minCleanableDirtyRatio: 0.5,
        minCompactionLagMs: 0,
        maxCompactionLagMs: Number.POSITIVE_INFINITY,
        deleteRetentionMs: 1_000,
        segmentBytes,
        ...settings,
      }
      const isLastOfProducer = (header: BatchHeader): boolean => partition.isLastOfProducer(header)
      await compactLog(log, { settings: all, now, isForced, pause, maxKeyBytes, isLastOfProducer })
    },
    async contents() {
      const found: string[] = []
      for (const bytes of log.entries.map(bytesOf)) {
        const header = readBatchHeader(bytes)
        const at = `${header.baseOffset}${header.lastOffset > header.baseOffset ? `-${header.lastOffset}` : ''}`
        if (header.recordCount === 0) found.push(`${at} nothing`)
        else if (header.isControl) found.push(`${at} marker`)
        else {
          const records = await decodeBatch(bytes, header).catch((error: unknown) => {
            if (isPartitaError(error)) return undefined
            throw error
          })
          if (records === undefined) found.push(`${at} unreadable`)
          else found.push(...records.map(({ offset, key, value }) => `${offset} ${text(key)}=${text(value)}`))
        }
      }
      return found
    },
    committed() {
      const values = new Map<string, string>()
      const limit = log.lastStableOffset
      for (let offset = log.startOffset; offset < limit;) {
        const bytes = log.read(offset, 1_000_000, true, limit)
        const headers = [...batchHeaders(bytes)]
        if (headers.length === 0) break
        const end = headers.at(-1)!.lastOffset + 1
        const pending = log.transactions.abortedIn(offset, end)
        const aborting = new Set<number>()
        for (const header of headers) {
          while (pending[0] !== undefined && pending[0].firstOffset <= header.baseOffset) {
            aborting.add(pending.shift()!.producerId)
          }
          if (header.isControl) aborting.delete(header.producerId)
          else if (!header.isTransactional || !aborting.has(header.producerId)) {
            for (const { key, value } of recordsOf(bytes, header)) {
              if (value === null) values.delete(text(key)!)
              else values.set(text(key)!, text(value)!)
            }
          }
        }
        offset = end
      }
      return Object.fromEntries([...values].sort(([one], [other]) => (one < other ? -1 : 1)))
    },
  }
}
