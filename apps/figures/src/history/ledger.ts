import { setTimeout as sleep } from 'node:timers/promises'
import { noFile, type FileChange } from './history.ts'

export interface Violation {
  readonly path: string
  readonly expected: string
  readonly found: string
}

/**
 * A store that every change is applied to by read, check and write, each some milliseconds away as a database is. Two
 * handlers of one path at a time, a change too early, too late, lost or twice: any of them shows as a violation.
 */
export interface Ledger {
  apply(change: FileChange): Promise<void>
  readonly violations: readonly Violation[]
  readonly files: ReadonlyMap<string, string>
  readonly busy: number
  readonly mostBusy: number
}

/** The work of one change: two waits of 1 to 8 ms, drawn from its own content so that every run does the same work. */
function waitsOf({ blob, was }: FileChange): readonly [number, number] {
  return [1 + (Number.parseInt(was.slice(-2), 16) % 8), 1 + (Number.parseInt(blob.slice(-2), 16) % 8)]
}

export function createLedger(): Ledger {
  const files = new Map<string, string>()
  const violations: Violation[] = []
  let busy = 0
  let mostBusy = 0

  async function readCheckWrite(change: FileChange): Promise<void> {
    const [readMs, writeMs] = waitsOf(change)
    await sleep(readMs)
    const found = files.get(change.path) ?? noFile
    if (found !== change.was) violations.push({ path: change.path, expected: change.was, found })
    await sleep(writeMs)
    if (change.blob === noFile) files.delete(change.path)
    else files.set(change.path, change.blob)
  }

  return {
    violations,
    files,
    get busy() {
      return busy
    },
    get mostBusy() {
      return mostBusy
    },
    async apply(change) {
      busy++
      mostBusy = Math.max(mostBusy, busy)
      try {
        await readCheckWrite(change)
      } finally {
        busy--
      }
    },
  }
}
