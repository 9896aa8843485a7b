import type { Clock } from '@partita/protocol'
import type { KeptTopic, LogPlace, StateKeys, StateKind, Storage } from '../core/storage.ts'
import type { BatchStore } from '../log/batch-store.ts'
import { DiskBatchStore, type LogMark, logMarks } from './disk-batch-store.ts'
import { type FileSystem, writeWhole } from './file-system.ts'
import { Flusher, type FsyncPolicy } from './flusher.ts'
import { setStraysAside } from './stray-folders.ts'
import { StateJournal } from './state-journal.ts'

export interface DiskStorageOptions {
  readonly files: FileSystem
  readonly fsync: FsyncPolicy
  readonly clock: Clock
  readonly warn: (message: string) => void
  /** What clients are told of where the files are. Default `data`. */
  readonly logDir?: string
  /** Called when the storage is closed and all files are. */
  readonly closed?: () => void
}

type LogMarks = Readonly<Record<LogMark, Map<string, number>>>

/** There while the files are as they were when a broker closed them: nothing has to be checked then. */
const cleanMarker = '.clean-shutdown'

/** Keeps what a broker knows in a folder that nobody else writes to. Throws what the file system answers. */
export function openDiskStorage({ files, fsync, clock, warn, logDir = 'data', closed }: DiskStorageOptions): Storage {
  const isTrusted = files.list('').includes(cleanMarker)
  files.remove(cleanMarker)
  files.syncFolder('')
  const journal = new StateJournal(files, warn)
  const flusher = new Flusher(fsync, clock)
  const stores = new Map<string, DiskBatchStore>()
  const marks: LogMarks = { 'log-start': new Map(), 'log-cleaned': new Map() }
  for (const [[kind, topic, partition], value] of journal.all()) {
    if (isMark(kind)) marks[kind].set(`${topic}-${partition}`, Number(value))
  }
  setStraysAside(files, topicsIn(journal), warn)
  let writes = 0
  /** The folder may be another broker's by now. */
  let isClosed = false

  function keep(kind: StateKind | LogMark, key: readonly (string | number)[], value: unknown): void {
    if (isClosed) return
    writes += 1
    if (journal.set([kind, ...key], value)) flusher.wrote(journal)
  }

  /** Whether every log there is was read to its end, and nothing has failed since. */
  function isSound(): boolean {
    const logs = [...stores.values()]
    let expected = 0
    for (const { partitions } of topicsIn(journal).values()) expected += partitions
    return journal.failure === undefined && logs.length === expected && logs.every((store) => store.isSound)
  }

  return {
    logDir,
    *kept<K extends StateKind>(kind: K) {
      for (const [[its, ...key], value] of journal.all()) {
        if (its === kind) yield [key as unknown as StateKeys[K], value] as const
      }
    },
    keep,
    openLog(place: LogPlace): BatchStore {
      const { topic, partition } = place
      const name = `${topic}-${partition}`
      const surroundings = {
        files,
        flusher,
        isTrusted,
        warn,
        writing: () => void (writes += 1),
        keepMark: (mark: LogMark, offset: number) => keep(mark, [topic, partition], offset),
        removed() {
          for (const mark of logMarks) keep(mark, [topic, partition], undefined)
          stores.delete(name)
        },
      }
      const kept = { start: marks['log-start'].get(name) ?? 0, cleaned: marks['log-cleaned'].get(name) ?? 0 }
      for (const mark of logMarks) marks[mark].delete(name)
      const store = new DiskBatchStore(place, surroundings, kept)
      stores.set(name, store)
      return store
    },
    flushed: () => flusher.flushed(),
    barrier() {
      if (fsync === 'always') flusher.flushNow(journal)
    },
    get failure() {
      return journal.failure
    },
    get writes() {
      return writes
    },
    async close() {
      await flusher.close()
      for (const store of stores.values()) store.close()
      isClosed = true
      journal.close()
      try {
        if (isSound()) writeWhole(files, cleanMarker, new Uint8Array(0))
        files.syncFolder('')
      } catch (error) {
        warn(`The data folder could not be marked as closed in order: ${(error as Error).message}`)
      }
      closed?.()
    },
  }
}

function isMark(kind: string | number | undefined): kind is LogMark {
  return logMarks.some((mark) => mark === kind)
}

function topicsIn(journal: StateJournal): Map<string, KeptTopic> {
  const topics = new Map<string, KeptTopic>()
  for (const [[kind, name], value] of journal.all()) if (kind === 'topic') topics.set(String(name), value as KeptTopic)
  return topics
}
