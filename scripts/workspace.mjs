// Brings node_modules up to date with the lockfile, then runs a workspace command.
// Needs only Node and npm: pnpm comes through npx at the version devEngines pins.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { engines, devEngines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

// An install under an older Node leaves out native binaries whose `engines` exclude it, and pnpm
// does not repair that later: refuse before anything is written.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Partita needs Node ${engines.node}; this is ${process.version}.`)
  process.exit(1)
}

const bin = join(root, 'node_modules', '.bin')
const env = {
  ...process.env,
  PATH: bin + delimiter + process.env.PATH,
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
}

function run(command, args, stdio) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    env,
    stdio,
    shell: process.platform === 'win32',
  })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

const { name, version } = devEngines.packageManager
const installed = existsSync(join(bin, 'pnpm'))
const [pnpm, ...pnpmArgs] = installed ? ['pnpm'] : ['npx', '--yes', `${name}@${version}`]
if (!installed) console.error('First run: installing the workspace (about half a minute).')
// Quiet when there is nothing to say: what a newcomer should see is the command's own output.
run(pnpm, [...pnpmArgs, 'install', '--frozen-lockfile', '--reporter=silent'], 'inherit')

const [command, ...args] = process.argv.slice(2)
if (command) run(command, args, 'inherit')
