import { join } from 'node:path'
import { isPartitaError, PartitaError } from '@partita/protocol'
import { lastLines, runProgram } from './run-program.ts'

/** Kafka 4's servers need it. */
const oldestJava = 17

/** What to do where no Kafka can be started; ends the messages about programs that are missing. */
export const orUseYourOwnKafka = 'or set KAFKA_BROKERS to the host:port list of a Kafka that runs already'

const checked = new Map<string, Promise<string>>()

/**
 * The `java` to run: that of `JAVA_HOME` where it is set (as Kafka's own scripts do), else the one on the `PATH`. Its
 * version is checked once.
 *
 * @throws PartitaError `MISSING_PACKAGE` where there is none, or one older than 17
 */
export function javaCommand(): Promise<string> {
  const home = process.env['JAVA_HOME']
  const command = home === undefined || home === '' ? 'java' : join(home, 'bin', 'java')
  let known = checked.get(command)
  if (known === undefined) {
    known = checkVersion(command)
    checked.set(command, known)
  }
  return known
}

async function checkVersion(command: string): Promise<string> {
  let printed: string
  try {
    const { stdout, stderr } = await runProgram(command, ['-version'], { timeoutMs: 20_000 })
    printed = stderr + stdout
  } catch (cause) {
    if (!isPartitaError(cause) || cause.code !== 'MISSING_PACKAGE') throw cause
    throw new PartitaError('MISSING_PACKAGE', `A real Kafka needs Java, and ${command} is not there. ${install}.`, {
      cause,
    })
  }
  const version = javaVersion(printed)
  if (version !== undefined && version >= oldestJava) return command
  const found = version === undefined ? `does not say its version:\n${lastLines(printed, 5)}\n` : `is Java ${version}.`
  throw new PartitaError(
    'MISSING_PACKAGE',
    `A real Kafka needs Java ${oldestJava} or later; ${command} ${found} ${install}.`,
  )
}

const install = `Install a JRE ${oldestJava} or later (Debian: openjdk-${oldestJava}-jre-headless), ${orUseYourOwnKafka}`

/** The feature version in what `java -version` prints: 17 of `"17.0.15"`, 8 of `"1.8.0_412"`. */
export function javaVersion(printed: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(printed)
  return match === null ? undefined : Number(match[1])
}

/** The command line of a class of the jars. SLF4J's simple logger writes to stderr, so stdout is the class's own. */
export function javaArguments(
  jars: string,
  mainClass: string,
  options: { readonly logLevel: 'info' | 'warn'; readonly jvm: readonly string[] },
): string[] {
  return [
    ...options.jvm,
    `-Dorg.slf4j.simpleLogger.defaultLogLevel=${options.logLevel}`,
    '-Dorg.slf4j.simpleLogger.showDateTime=true',
    '-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS',
    // Hundreds of lines, every setting with its value: they would be all that the tail of a log shows.
    '-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config.AbstractConfig=warn',
    '-cp',
    join(jars, '*'),
    mainClass,
  ]
}
