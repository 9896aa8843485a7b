import { mkdirSync } from 'node:fs'
import type { Clock } from '@partita/protocol'
import { isPartitaError, PartitaError } from '@partita/protocol'
import type { Storage } from '../core/storage.ts'
import { openDiskStorage } from './disk-storage.ts'
import type { FsyncPolicy } from './flusher.ts'
import { isLock, lockFolder } from './folder-lock.ts'
import { nodeFileSystem } from './node-file-system.ts'
import { StateJournal } from './state-journal.ts'

export interface DataFolderOptions {
  readonly dataDir: string
  readonly fsync: FsyncPolicy
  readonly clock: Clock
  readonly warn: (message: string) => void
}

/**
 * Opens a folder for one broker, and makes it where it does not exist.
 * @throws PartitaError `INVALID_OPTION` where it is in use, is something else's, or cannot be written; `UNSUPPORTED` where a
 *   later version of the broker has written it
 */
export function openDataFolder({ dataDir, ...options }: DataFolderOptions): Storage {
  let unlock: (() => void) | undefined
  try {
    mkdirSync(dataDir, { recursive: true })
    unlock = lockFolder(dataDir)
    const files = nodeFileSystem(dataDir)
    const names = files.list('').filter((name) => !isLock(name))
    if (names.length > 0 && !StateJournal.isIn(names)) throw foreign(dataDir)
    return openDiskStorage({ ...options, files, logDir: dataDir, closed: unlock })
  } catch (cause) {
    unlock?.()
    if (isPartitaError(cause)) throw cause
    const message = `The data folder ${dataDir} cannot be used: ${(cause as Error).message}.`
    throw new PartitaError('INVALID_OPTION', message, { api: 'dataDir', cause })
  }
}

function foreign(dataDir: string): PartitaError {
  const message =
    `dataDir is ${dataDir}, which is not empty and was not written by this broker. ` +
    'Use an empty folder, or one that does not exist yet.'
  return new PartitaError('INVALID_OPTION', message, { api: 'dataDir' })
}
