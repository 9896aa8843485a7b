import { readFile } from 'node:fs/promises'
import { PartitaError } from '@partita/protocol'

/** Passwords by user. */
export type UserTable = Readonly<Record<string, string>>

/** @throws PartitaError `INVALID_OPTION` where the file cannot be read, or says something else; it shows no password */
export async function readUsersFile(path: string): Promise<UserTable> {
  return parseUsers((await readFlagFile('--users-file', path)).split(/\r?\n/), path)
}

/**
 * A `NAME:PASSWORD` each: the name ends at the first colon, and the password may hold anything. Empty lines, and those
 * that begin with `#`, say nothing.
 * @param where for the error: the file, or the flag
 */
export function parseUsers(lines: readonly string[], where: string): UserTable {
  const users = new Map<string, string>()
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const at = line.indexOf(':')
    const name = line.slice(0, Math.max(at, 0))
    const place = lines.length === 1 ? where : `${where} (line ${index + 1})`
    // Not what was given: it may be a password.
    if (name === '' || at === line.length - 1) throw invalid(`${place}: a user is NAME:PASSWORD.`)
    if (users.has(name)) throw invalid(`${place}: the user ${JSON.stringify(name)} is there twice.`)
    users.set(name, line.slice(at + 1))
  }
  return Object.fromEntries(users)
}

/** @throws PartitaError `INVALID_OPTION` naming the flag */
export async function readFlagFile(flag: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new PartitaError('INVALID_OPTION', `${flag}: ${(cause as Error).message}.`, { cause })
  }
}

function invalid(message: string): PartitaError {
  return new PartitaError('INVALID_OPTION', message)
}
