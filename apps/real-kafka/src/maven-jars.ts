import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isPartitaError, PartitaError } from '@partita/protocol'
import { startGuardian } from './guardian.ts'
import { javaCommand } from './java.ts'
import { lastLines, type ProgramResult, runProgram } from './run-program.ts'

/** What Maven calls a library. */
export interface MavenArtifact {
  readonly group: string
  readonly artifact: string
  readonly version: string
  /** What it depends on and is left out all the same, as `group:artifact`. Default: nothing. */
  readonly without?: readonly string[] | undefined
}

const downloadTimeoutMs = 10 * 60_000

/**
 * The folder with these libraries and all they depend on, fetched from Maven Central the first time and kept in
 * `PARTITA_KAFKA_HOME`, else in the user's cache (`$XDG_CACHE_HOME/partita` or `~/.cache/partita`).
 *
 * @param name of the folder; says for people what is fetched too, so it has a version in it
 * @param instead what to do where Maven cannot fetch them; ends the messages that say so
 * @throws PartitaError `MISSING_PACKAGE` where `java` or `mvn` is missing, `CONNECTION_FAILED` where Maven could not
 * fetch the jars
 */
export async function mavenJars(name: string, artifacts: readonly MavenArtifact[], instead: string): Promise<string> {
  const home = jarsHome()
  const folder = join(home, name)
  // It came there by a rename, so where it is, it is whole.
  if (existsSync(folder)) return folder
  await mkdir(home, { recursive: true })
  const draft = await mkdtemp(join(home, `.${name}-`))
  const guardian = startGuardian(draft)
  try {
    await download(name, pomOf(artifacts), draft, instead)
    await rename(join(draft, 'jars'), folder)
  } catch (error) {
    // Another process was quicker: its jars are as good as ours.
    if (!existsSync(folder)) throw error
  } finally {
    await guardian.dismiss()
  }
  return folder
}

function jarsHome(): string {
  const { PARTITA_KAFKA_HOME: own, XDG_CACHE_HOME: cache } = process.env
  if (own !== undefined && own !== '') return own
  return join(cache !== undefined && cache !== '' ? cache : join(homedir(), '.cache'), 'partita')
}

async function download(name: string, pom: string, draft: string, instead: string): Promise<void> {
  // Maven runs on Java: said first, its absence reads better than Maven's own words for it.
  await javaCommand()
  const pomFile = join(draft, 'pom.xml')
  await writeFile(pomFile, pom)
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${join(draft, 'jars')}`]
  const { exitCode, stdout, stderr } = await maven(['-q', '-B', '-f', pomFile, ...goal], instead)
  if (exitCode === 0) return
  throw new PartitaError(
    'CONNECTION_FAILED',
    `Maven could not fetch ${name} (exit code ${exitCode}). Give it a way to Maven Central, ` +
      `${instead}. What Maven said:\n${lastLines(stdout + stderr, 20)}\n`,
    { retriable: true },
  )
}

async function maven(args: readonly string[], instead: string): Promise<ProgramResult> {
  try {
    return await runProgram('mvn', args, { timeoutMs: downloadTimeoutMs })
  } catch (cause) {
    if (!isPartitaError(cause) || cause.code !== 'MISSING_PACKAGE') throw cause
    throw new PartitaError(
      'MISSING_PACKAGE',
      `The jars are fetched with Maven, and mvn is not on the PATH. Install it (Debian: maven), ${instead}.`,
      { cause },
    )
  }
}

function pomOf(artifacts: readonly MavenArtifact[]): string {
  return `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>partita</groupId>
  <artifactId>jars</artifactId>
  <version>1</version>
  <dependencies>
${artifacts.map((artifact) => `    ${dependency(artifact)}\n`).join('')}  </dependencies>
</project>
`
}

function dependency({ group, artifact, version, without = [] }: MavenArtifact): string {
  const excluded = without.map(
    (each) => `<exclusion>${coordinates(...(each.split(':') as [string, string]))}</exclusion>`,
  )
  const exclusions = excluded.length === 0 ? '' : `<exclusions>${excluded.join('')}</exclusions>`
  return `<dependency>${coordinates(group, artifact)}<version>${version}</version>${exclusions}</dependency>`
}

function coordinates(group: string, artifact: string): string {
  return `<groupId>${group}</groupId><artifactId>${artifact}</artifactId>`
}
