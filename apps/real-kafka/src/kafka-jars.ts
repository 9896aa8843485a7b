import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isPartitaError, PartitaError } from '@partita/protocol'
import { startGuardian } from './guardian.ts'
import { javaCommand, orUseYourOwnKafka } from './java.ts'
import { lastLines, type ProgramResult, runProgram } from './run-program.ts'

/** The Kafka that is started where a test does not ask for another. */
export const defaultKafkaVersion = '4.3.1'

const downloadTimeoutMs = 10 * 60_000

/**
 * The folder with the jars of one Kafka version, server and tools: about 55 MB, fetched from Maven Central the first
 * time and kept in `PARTITA_KAFKA_HOME`, else in the user's cache (`$XDG_CACHE_HOME/partita` or `~/.cache/partita`).
 * Verified with 4.3.1 and 3.9.1.
 *
 * @throws PartitaError `INVALID_OPTION`, `MISSING_PACKAGE` where `java` or `mvn` is missing, `CONNECTION_FAILED` where
 * Maven could not fetch the jars
 */
export async function kafkaJars(version: string = defaultKafkaVersion): Promise<string> {
  const home = kafkaHome()
  const folder = join(home, `kafka-${kafkaVersion(version)}`)
  // It came there by a rename, so where it is, it is whole.
  if (existsSync(folder)) return folder
  await mkdir(home, { recursive: true })
  const draft = await mkdtemp(join(home, `.kafka-${version}-`))
  const guardian = startGuardian(draft)
  try {
    await download(version, draft)
    await rename(join(draft, 'jars'), folder)
  } catch (error) {
    // Another process was quicker: its jars are as good as ours.
    if (!existsSync(folder)) throw error
  } finally {
    await guardian.dismiss()
  }
  return folder
}

function kafkaHome(): string {
  const { PARTITA_KAFKA_HOME: own, XDG_CACHE_HOME: cache } = process.env
  if (own !== undefined && own !== '') return own
  return join(cache !== undefined && cache !== '' ? cache : join(homedir(), '.cache'), 'partita')
}

/** The version becomes part of a path and of a POM. */
function kafkaVersion(version: string): string {
  if (/^\d+\.\d+\.\d+$/.test(version)) return version
  throw new PartitaError('INVALID_OPTION', `version must be like "4.3.1"; got ${JSON.stringify(version)}.`, {
    api: 'version',
  })
}

async function download(version: string, draft: string): Promise<void> {
  // Maven runs on Java: said first, its absence reads better than Maven's own words for it.
  await javaCommand()
  const pom = join(draft, 'pom.xml')
  await writeFile(pom, pomFor(version))
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${join(draft, 'jars')}`]
  const { exitCode, stdout, stderr } = await maven(['-q', '-B', '-f', pom, ...goal])
  if (exitCode === 0) return
  throw new PartitaError(
    'CONNECTION_FAILED',
    `Maven could not fetch Kafka ${version} (exit code ${exitCode}). Give it a way to Maven Central, ` +
      `${orUseYourOwnKafka}. What Maven said:\n${lastLines(stdout + stderr, 20)}\n`,
    { retriable: true },
  )
}

async function maven(args: readonly string[]): Promise<ProgramResult> {
  try {
    return await runProgram('mvn', args, { timeoutMs: downloadTimeoutMs })
  } catch (cause) {
    if (!isPartitaError(cause) || cause.code !== 'MISSING_PACKAGE') throw cause
    throw new PartitaError(
      'MISSING_PACKAGE',
      `Kafka's jars are fetched with Maven, and mvn is not on the PATH. Install it (Debian: maven), ${orUseYourOwnKafka}.`,
      { cause },
    )
  }
}

/**
 * Kafka's artifacts leave the choice of a log writer to the one who installs them. The simple one of SLF4J needs no
 * configuration file; Kafka 3's own (`slf4j-reload4j`) does, and two at once are a warning on every start.
 */
function pomFor(version: string): string {
  const exclusions = '<exclusions>' + exclusion('org.slf4j', 'slf4j-reload4j') + '</exclusions>'
  return `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>partita</groupId>
  <artifactId>kafka-under-test</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>${coordinates('org.apache.kafka', 'kafka_2.13', version)}${exclusions}</dependency>
    <dependency>${coordinates('org.apache.kafka', 'kafka-tools', version)}${exclusions}</dependency>
    <dependency>${coordinates('org.slf4j', 'slf4j-simple', '1.7.36')}</dependency>
  </dependencies>
</project>
`
}

function coordinates(group: string, artifact: string, version: string): string {
  return `<groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>`
}

function exclusion(group: string, artifact: string): string {
  return `<exclusion><groupId>${group}</groupId><artifactId>${artifact}</artifactId></exclusion>`
}
