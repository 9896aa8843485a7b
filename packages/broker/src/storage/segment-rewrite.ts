import type { BatchLocation, BatchSummary, SegmentRewrite } from '../log/batch-store.ts'
import type { FileSystem } from './file-system.ts'
import type { SegmentFile } from './segment-file.ts'
import { cleanedPath, finishSwap, swapPath } from './swap-files.ts'

/** A commit is in two halves: before `prepare` returns nothing is decided, behind it all is. */
export interface FileRewrite extends Omit<SegmentRewrite, 'commit'> {
  prepare(): void
  /** Takes back what a `prepare` that threw has left. */
  undo(): void
  finish(): void
}

/**
 * Begins a file that is to take the place of some segments. Throws what the file system answers.
 * @param segment what it will be; its own file is not touched before the commit
 */
export function rewriteSegments(files: FileSystem, folder: string, segment: SegmentFile, until: number): FileRewrite {
  const path = cleanedPath(folder, segment.baseOffset)
  const swap = swapPath(folder, segment.baseOffset, until)
  const file = files.open(path)
  let isOpen = true

  function close(): void {
    if (isOpen) file.close()
    isOpen = false
  }

  return {
    append(bytes: Uint8Array, summary: BatchSummary): BatchLocation {
      if (!isOpen) throw new Error('it was given up')
      const position = segment.size
      if (position === 0) file.truncate(0)
      file.write(bytes, position)
      segment.note(summary, bytes.length)
      return { segment, position }
    },
    prepare() {
      if (segment.size === 0) file.truncate(0)
      // Whatever the policy: what it replaces may have been on the disk for long.
      file.syncNow()
      close()
      files.rename(path, swap)
      files.syncFolder(folder)
    },
    undo() {
      files.remove(path)
      files.remove(swap)
      files.syncFolder(folder)
    },
    finish: () => finishSwap(files, folder, segment.baseOffset, until),
    abandon() {
      if (!isOpen) return
      close()
      files.remove(path)
    },
  }
}
