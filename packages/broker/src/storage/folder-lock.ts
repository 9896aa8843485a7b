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

/** Whether a file in a data folder is a lock, or was to become one. */
export function isLock(name: string): boolean {
  return name === '.lock' || name.startsWith('.lock.')
}

/**
 * Takes a folder for this process alone, until the returned function is called. A lock whose process is gone is taken over.
 * @throws PartitaError `INVALID_OPTION` naming the process that holds it
 */
export function lockFolder(folder: string): () => void {
  const path = join(fs.realpathSync(folder), '.lock')
  // Written beside it first, and then put in place whole: nobody ever sees half a lock and takes it for a dead one's.
  const draft = `${path}.${process.pid}`
  const mine = JSON.stringify({ pid: process.pid, started: startOf(process.pid) } satisfies Holder)
  fs.writeFileSync(draft, mine)
  try {
    // Twice: a lock that is taken over is removed first. Somebody else may then be quicker, and is named.
    for (let attempt = 0; !isLinked(draft, path, mine); attempt++) {
      const text = textIn(path)
      const holder = holderIn(text)
      if (attempt > 1 || isHolding(holder, path)) throw inUse(folder, holder)
      takeAway(path, text)
    }
  } finally {
    fs.rmSync(draft, { force: true })
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

/** `false` where the lock is there already. */
function isLinked(draft: string, path: string, text: string): boolean {
  try {
    fs.linkSync(draft, path)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error
  }
  // A file system without links (FAT, some of networks).
  try {
    fs.writeFileSync(path, text, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/**
 * Removes the lock of a process that is gone, as it was read. If another process has taken it over meanwhile, what lies
 * there is that one's: it is put back.
 */
export function takeAway(path: string, text: string | undefined): void {
  const aside = `${path}.${process.pid}.old`
  try {
    fs.renameSync(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if (textIn(aside) !== text) isLinked(aside, path, textIn(aside) ?? '')
  fs.rmSync(aside, { force: true })
}

function textIn(path: string): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8')
  } catch {
    // Gone by now.
    return undefined
  }
}

function holderIn(text: string | undefined): Holder | undefined {
  try {
    return JSON.parse(text ?? '') as Holder
  } catch {
    // Cut off by a crash: nobody's.
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
