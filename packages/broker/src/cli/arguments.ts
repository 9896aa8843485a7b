import { parseArgs } from 'node:util'
import { PartitaError } from '@partita/protocol'
import type { ConfigValues, ListenOptions } from '../options.ts'
import { flags } from './flags.ts'
import { topicList, type TopicTable } from './topics-file.ts'
import { parseUsers, type UserTable } from './users-file.ts'

/** How much is said. */
export type Verbosity = 'quiet' | 'normal' | 'verbose'

/** What the command line asks for. */
export type Command = { readonly kind: 'help' } | { readonly kind: 'version' } | ServeCommand

export interface ServeCommand {
  readonly kind: 'serve'
  readonly options: ListenOptions & { readonly topics: TopicTable }
  /** A file with more topics. Where it has one of `options`, those win. */
  readonly topicsFile: string | undefined
  /** A file with more users. */
  readonly usersFile: string | undefined
  /** Who may connect, besides those of the file; where there is neither, everyone. */
  readonly users: UserTable
  /** Where the certificate and its key are. */
  readonly tlsFiles: { readonly cert: string; readonly key: string } | undefined
  readonly verbosity: Verbosity
}

/** @throws PartitaError `INVALID_OPTION` in one line: which flag is wrong, and what would be right */
export function parseArguments(args: readonly string[]): Command {
  const values = valuesOf(args)
  if (values.help) return { kind: 'help' }
  if (values.version) return { kind: 'version' }
  return {
    kind: 'serve',
    topicsFile: values.topics,
    usersFile: values['users-file'],
    users: parseUsers(values['sasl-user'] ?? [], '--sasl-user'),
    tlsFiles: tlsFiles(values),
    verbosity: verbosity(values),
    options: {
      port: values.port === undefined ? 9092 : wholeNumber('--port', values.port, 0, 65_535),
      host: values.host ?? 'localhost',
      advertisedHost: values.advertise,
      allowRemote: values['allow-remote'] ?? false,
      topics: topicList(values.topic ?? [], '--topic'),
      nodes: values.nodes === undefined ? undefined : wholeNumber('--nodes', values.nodes, 1, 100),
      numPartitions: values.partitions === undefined ? undefined : wholeNumber('--partitions', values.partitions, 1),
      autoCreateTopics: values['no-auto-create'] ? false : undefined,
      configs: configs(values.config ?? []),
      dataDir: values['data-dir'],
      fsync: fsyncPolicy(values),
    },
  }
}

/** Of the flag with this type, what `parseArgs` gives. */
type ValueOf<F> = F extends { type: 'boolean' } ? boolean : F extends { multiple: true } ? string[] : string
type Values = { readonly [N in keyof typeof flags]?: ValueOf<(typeof flags)[N]> | undefined }

function valuesOf(args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], options: flags }).values
  } catch (error) {
    // What node says after its first sentence is about arguments that are not flags: there are none here.
    const [what] = /^[^\n]*?(?=\.(\s|$)|\n|$)/.exec((error as Error).message) ?? []
    throw invalid(`${what?.replace('argument is ambiguous', 'is followed by another flag, not by a value')}.`, error)
  }
}

function verbosity({ quiet, verbose }: Values): Verbosity {
  if (quiet && verbose) throw invalid('--quiet and --verbose exclude each other.')
  if (quiet) return 'quiet'
  return verbose ? 'verbose' : 'normal'
}

function fsyncPolicy({ fsync, 'data-dir': dataDir }: Values): ListenOptions['fsync'] {
  if (fsync === undefined) return undefined
  if (dataDir === undefined) throw invalid('--fsync needs a folder: --data-dir DIR.')
  if (fsync === 'never' || fsync === 'interval' || fsync === 'always') return fsync
  throw invalid(`--fsync must be never, interval or always; got ${JSON.stringify(fsync)}.`)
}

function tlsFiles({ 'tls-cert': cert, 'tls-key': key }: Values): ServeCommand['tlsFiles'] {
  if (cert === undefined && key === undefined) return undefined
  if (cert !== undefined && key !== undefined) return { cert, key }
  throw invalid('--tls-cert and --tls-key need each other.')
}

function wholeNumber(flag: string, text: string, min: number, max = 0x7fffffff): number {
  const value = Number(text)
  if (/^\d{1,10}$/.test(text) && value >= min && value <= max) return value
  throw invalid(`${flag} must be a whole number from ${min} to ${max}; got ${JSON.stringify(text)}.`)
}

function configs(pairs: readonly string[]): ConfigValues {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at > 0) return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
      throw invalid(`--config must be KEY=VALUE, as in --config message.max.bytes=2000; got ${JSON.stringify(pair)}.`)
    }),
  )
}

function invalid(message: string, cause?: unknown): PartitaError {
  return new PartitaError('INVALID_OPTION', message, { cause })
}
