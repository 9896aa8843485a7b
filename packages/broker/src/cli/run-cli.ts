import { createRequire } from 'node:module'
import { isPartitaError, type PartitaError } from '@partita/protocol'
import type { Broker } from '../broker.ts'
import type { ListenOptions } from '../options.ts'
import { startBroker } from '../start-broker.ts'
import { parseArguments, type ServeCommand } from './arguments.ts'
import { helpText } from './flags.ts'
import { watchClients } from './new-clients.ts'
import { type SignalSource, stopSignals } from './stop-signals.ts'
import { readTopicsFile } from './topics-file.ts'
import { readFlagFile, readUsersFile } from './users-file.ts'

/** What the command line needs of its process: `process`, or a test's double. */
export interface CliHost extends SignalSource {
  readonly stdout: Output
  readonly stderr: Output
  /** Ends the process at once. */
  exit(code: number): void
}

interface Output {
  write(text: string): unknown
  /** Who reads it may go away, as `| head -1` does: that is no reason to end. */
  on(event: 'error', listener: () => void): unknown
}

/** Where lines go, by what they are. */
interface Lines {
  say(line: string): void
  fail(line: string): void
}

/**
 * The command `partita-broker`: a broker that runs until it is told to stop.
 * @param args without node and the script
 * @returns the exit code, once all is closed: 0 stopped or nothing to do, 1 it could not listen, 2 a flag or a topic is wrong
 */
export async function runCli(args: readonly string[], host: CliHost): Promise<number> {
  const lines = linesTo(host)
  try {
    const command = parseArguments(args)
    if (command.kind === 'help') lines.say(helpText().trimEnd())
    else if (command.kind === 'version') lines.say(packageVersion())
    else await serve(command, host, lines)
    return 0
  } catch (error) {
    if (!isPartitaError(error)) throw error
    lines.fail(`partita-broker: ${error.message}${advice(error)}`)
    return error.code === 'CONNECTION_FAILED' ? 1 : 2
  }
}

async function serve(command: ServeCommand, host: CliHost, lines: Lines): Promise<void> {
  const { options, topicsFile, verbosity } = command
  const say = verbosity === 'quiet' ? (): void => undefined : lines.say
  const topics =
    topicsFile === undefined ? options.topics : { ...(await readTopicsFile(topicsFile)), ...options.topics }
  const onWarning = verbosity === 'quiet' ? undefined : lines.fail
  const broker = await startBroker({ ...options, ...(await securityOf(command)), topics, onWarning })
  if (verbosity === 'verbose') watchClients(broker.control, lines.say)
  const signals = stopSignals(host, (code) => host.exit(code))
  say(readyLine(broker))
  await signals.first
  await broker.close()
  signals.forget()
  say('Stopped.')
}

/** Who may connect, and how they are kept from being overheard: out of files, so that no secret is on the command line. */
async function securityOf({ users, usersFile, tlsFiles }: ServeCommand): Promise<Pick<ListenOptions, 'sasl' | 'tls'>> {
  const all = { ...(usersFile !== undefined && (await readUsersFile(usersFile))), ...users }
  const asks = usersFile !== undefined || Object.keys(users).length > 0
  return {
    ...(asks && { sasl: { users: all } }),
    ...(tlsFiles !== undefined && {
      tls: {
        cert: await readFlagFile('--tls-cert', tlsFiles.cert),
        key: await readFlagFile('--tls-key', tlsFiles.key),
      },
    }),
  }
}

function readyLine({ addresses, bootstrap, topics, nodes }: Broker): string {
  const count = topics().length
  const isAlone = nodes().length === 1
  const listed = addresses.join(isAlone ? ' and ' : ', ')
  const what = `${isAlone ? '' : `${nodes().length} nodes and `}${count} ${count === 1 ? 'topic' : 'topics'}`
  const elsewhere = bootstrap.every((address) => addresses.includes(address))
    ? ''
    : `; clients go to ${bootstrap.join()}`
  return `Kafka at ${listed}${elsewhere}, with ${what}. Ctrl-C stops it.`
}

function linesTo({ stdout, stderr }: CliHost): Lines {
  for (const output of [stdout, stderr]) output.on('error', () => undefined)
  return {
    say: (line) => void stdout.write(`${line}\n`),
    fail: (line) => void stderr.write(`${line}\n`),
  }
}

/** What someone at a command line can do about an error whose text is about the API's options. */
function advice({ code, place, cause }: PartitaError): string {
  if (code === 'CONNECTION_FAILED') {
    const isTaken = (cause as NodeJS.ErrnoException | undefined)?.code === 'EADDRINUSE'
    return isTaken ? ' Choose another port with --port.' : ''
  }
  if (code === 'INVALID_OPTION' && place.api === 'host') return ' Here: --allow-remote.'
  return ' See --help.'
}

/** From the package itself: this file is two folders deep in `src` as in `dist`. */
function packageVersion(): string {
  const { version } = createRequire(import.meta.url)('../../package.json') as { readonly version: string }
  return version
}
