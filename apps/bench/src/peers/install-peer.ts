import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Installable } from './peer.ts'

/** Where a peer is, or why it is not there. */
export type Installed = { readonly folder: string } | { readonly failure: string }

const limitMs = 20 * 60_000

/**
 * The folder with the peer and all it needs, in the user's cache: installed the first time, checked by loading it. What
 * cannot be installed is remembered too (a native build that fails takes minutes); remove its `.failed` file to try again.
 */
export async function installPeer(peer: Installable): Promise<Installed> {
  const home = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'partita', 'bench')
  const folder = join(home, `${peer.package.replace('/', '+')}-${peer.version}-node${process.versions.modules}`)
  if (existsSync(folder)) return { folder }
  const failed = `${folder}.failed`
  if (existsSync(failed)) return { failure: await readFile(failed, 'utf8') }
  await mkdir(home, { recursive: true })
  console.error(`Installing ${peer.package} ${peer.version} into ${home}: the first time only.`)
  let failure = ''
  for (const environment of peer.installations) {
    const draft = await mkdtemp(join(home, '.draft-'))
    try {
      failure = await install(peer, draft, environment)
      if (failure === '') {
        await rename(draft, folder)
        return { folder }
      }
    } catch (error) {
      // Another bench was quicker: what it installed is as good.
      if (existsSync(folder)) return { folder }
      throw error
    } finally {
      await rm(draft, { recursive: true, force: true })
    }
  }
  await writeFile(failed, failure)
  return { failure }
}

/** What went wrong; empty: nothing. */
async function install(
  peer: Installable,
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  await writeFile(join(folder, 'package.json'), '{ "private": true }')
  const name = `${peer.package}@${peer.version}`
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--engine-strict=false']
  const installed = await run('npm', ['install', ...quiet, name], folder, environment)
  if (installed !== '' || !peer.loads) return installed
  return await run(process.execPath, ['-e', `require(${JSON.stringify(peer.package)})`], folder, environment)
}

/** The last line of what it complained about; empty: it succeeded. */
async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-20_000)))
  const limit = setTimeout(() => child.kill('SIGKILL'), limitMs)
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      said += error.message
      resolve(1)
    })
    child.once('close', resolve)
  })
  clearTimeout(limit)
  if (code === 0) return ''
  const lines = said.split('\n').filter((line) => /error/i.test(line) && !/complete log|ERR! *$/.test(line))
  return (lines[0] ?? said.trim().split('\n').at(-1) ?? `exit code ${code}`).trim().slice(0, 200)
}
