import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const packages = fileURLToPath(new URL('../..', import.meta.url))
const bundler = fileURLToPath(new URL('../../../scripts/bundle-package.mjs', import.meta.url))
const run = promisify(execFile)

/** A folder in which the packages are installed as a user has them: built, and found through their `exports`. */
export interface BuiltPackages extends AsyncDisposable {
  readonly folder: string
}

/** Bundles the packages as they are now, without declarations, into a folder of their own: no build is needed first. */
export async function buildPackages(): Promise<BuiltPackages> {
  const folder = await mkdtemp(join(tmpdir(), 'partita-built-'))
  await Promise.all(
    ['protocol', 'wire', 'broker'].map((name) => build(name, join(folder, 'node_modules/@partita', name))),
  )
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

async function build(name: string, target: string): Promise<void> {
  const source = join(packages, name)
  await mkdir(target, { recursive: true })
  await cp(join(source, 'package.json'), join(target, 'package.json'))
  if (name === 'broker') await cp(join(source, 'bin'), join(target, 'bin'), { recursive: true })
  await run(process.execPath, [bundler, source, join(target, 'dist')])
}
