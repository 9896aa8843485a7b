import * as fs from 'node:fs'
import { join } from 'node:path'
import { PartitaError } from '@partita/protocol'

/** Who holds a folder. The process id alone would not do: it is given again, in containers nearly always the same. */
interface Holder {
  readonly pid: number
  /** When the process began, as the system counts; `undefined` where it does not say. */
  readonly started?: string | undefined
}

const held = new Set<string>()

/**
 * Takes a folder for this process alone, until the returned function is called. A lock whose process is gone is taken over.
 * @throws PartitaError `INVALID_OPTION` naming the process that holds it
 */
export function lockFolder(folder: string): () => void {
  const path = join(fs.realpathSync(folder), '.lock')
  const mine = JSON.stringify({ pid: process.pid, started: startOf(process.pid) } satisfies Holder)
  // Twice: a lock that is taken over is removed first. Somebody else may then be quicker, and is named.
  for (let attempt = 0; ; attempt++) {
    try {
      fs.writeFileSync(path, mine, { flag: 'wx' })
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const holder = holderIn(path)
      if (attempt > 1 || isHolding(holder, path)) throw inUse(folder, holder)
      fs.rmSync(path, { force: true })
    }
  }
  held.add(path)
  return () => {
    held.delete(path)
    fs.rmSync(path, { force: true })
  }
}

function inUse(folder: string, holder: Holder | undefined): PartitaError {
  const who = holder?.pid === process.pid ? 'another broker in this process' : `process ${holder?.pid ?? 'unknown'}`
  const message = `The data folder ${folder} is in use by ${who}: close that broker, or use another folder.`
  return new PartitaError('INVALID_OPTION', message, { api: 'dataDir' })
}

function holderIn(path: string): Holder | undefined {
  try {
    return JSON.parse(fs.readFileSync(path, 'utf8')) as Holder
  } catch {
    // Gone by now, or cut off by a crash: nobody's.
    return undefined
  }
}

function isHolding(holder: Holder | undefined, path: string): boolean {
  if (holder === undefined) return false
  if (holder.pid === process.pid) return held.has(path)
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return holder.started === undefined || holder.started === startOf(holder.pid)
}

/** Linux tells it, in ticks since it was booted itself: the 20th field behind the name, which may hold anything. */
function startOf(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
