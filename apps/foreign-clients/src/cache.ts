import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PartitaError } from '@partita/protocol'
import { lastLines, type ProgramResult, runProgram } from '@partita/real-kafka'

/** An addon is compiled: minutes on a small machine. */
const installTimeoutMs = 20 * 60_000

/** Where clients are installed: in the user's cache, outside of any work tree. */
export function cacheFolder(name: string): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  return join(cache, 'partita', 'foreign-clients', name)
}

/** Our programs for clients of other languages. */
export const programs: string = fileURLToPath(new URL('../programs', import.meta.url))

/** Makes a folder of the cache, once: a folder that is there whole holds the file that `install` makes last. */
export async function installOnce(
  name: string,
  last: string,
  install: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = cacheFolder(name)
  if (existsSync(join(folder, last))) return
  await mkdir(folder, { recursive: true })
  await install(folder)
}

/** A step of an installation. Throws `MISSING_PACKAGE` with the end of what it said where it fails. */
export async function must(
  command: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<ProgramResult> {
  const result = await runProgram(command, args, { timeoutMs: installTimeoutMs, cwd, env })
  if (result.exitCode === 0) return result
  const said = lastLines(result.stdout + result.stderr, 5)
  throw new PartitaError('MISSING_PACKAGE', `${command} ${args.join(' ')} failed:\n${said}`)
}
