import type { FileSystem } from './file-system.ts'
import { removeSegmentFiles, segmentPath, segmentsIn } from './segment-file.ts'

/**
 * What compaction writes goes to `….log.cleaned`. When that is whole and will last, it is renamed to `FROM-UNTIL.swap`, which
 * decides: from then on, however often it is interrupted, it takes the place of all segments that begin in that range. The
 * end is in the name because the last batches may be gone, so that the file itself does not tell.
 */
export const cleanedPath = (folder: string, from: number): string => `${segmentPath(folder, from)}.log.cleaned`

const cleanedFile = /\.cleaned$/
const swapFile = /^(\d{20})-(\d{20})\.swap$/

export function swapPath(folder: string, from: number, until: number): string {
  return `${segmentPath(folder, from)}-${String(until).padStart(20, '0')}.swap`
}

/** Takes the last steps of a swap, of which some may be done. */
export function finishSwap(files: FileSystem, folder: string, from: number, until: number): void {
  for (const offset of segmentsIn(files, folder)) {
    if (offset > from && offset < until) removeSegmentFiles(files, segmentPath(folder, offset))
  }
  const path = segmentPath(folder, from)
  for (const ending of ['.index', '.timeindex']) files.remove(path + ending)
  files.rename(swapPath(folder, from, until), `${path}.log`)
  files.syncFolder(folder)
}

/** Finishes what was decided, and removes what was not, in a folder whose broker died. */
export function finishSwaps(files: FileSystem, folder: string): void {
  for (const name of files.list(folder)) {
    if (cleanedFile.test(name)) files.remove(`${folder}/${name}`)
    const [, from, until] = swapFile.exec(name) ?? []
    if (from !== undefined && until !== undefined) finishSwap(files, folder, Number(from), Number(until))
  }
}
