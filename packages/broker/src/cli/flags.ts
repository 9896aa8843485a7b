/** A flag of the command line, as `parseArgs` of `node:util` takes it and as the help describes it. */
interface Flag {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  readonly multiple?: boolean
  /** What stands for the value in the help. */
  readonly value?: string
  readonly help: string
}

/** All flags there are, in the order of the help. */
export const flags = {
  port: { type: 'string', short: 'p', value: 'PORT', help: 'where to listen; 0: any port that is free. Default 9092' },
  host: {
    type: 'string',
    value: 'ADDRESS',
    help: 'where to listen. Default localhost, which is 127.0.0.1 and ::1',
  },
  topic: {
    type: 'string',
    short: 't',
    multiple: true,
    value: 'NAME[:PARTITIONS]',
    help: 'a topic that is there from the start; may be given again',
  },
  topics: {
    type: 'string',
    value: 'FILE',
    help: 'a file of topics: a NAME[:PARTITIONS] per line, or JSON (see below)',
  },
  nodes: {
    type: 'string',
    short: 'n',
    value: 'COUNT',
    help: 'a cluster of so many, at PORT and those that follow. Default 1',
  },
  partitions: { type: 'string', value: 'COUNT', help: 'of a topic made without saying how many. Default 1' },
  'no-auto-create': { type: 'boolean', help: 'asking for an unknown topic does not create it' },
  config: {
    type: 'string',
    short: 'c',
    multiple: true,
    value: 'KEY=VALUE',
    help: "a broker setting by Kafka's name; may be given again",
  },
  'data-dir': {
    type: 'string',
    value: 'DIR',
    help: 'a folder to keep everything in; it is there again at the next start. Default: in memory',
  },
  fsync: {
    type: 'string',
    value: 'WHEN',
    help: 'never, interval (every second) or always (before an answer): what outlives the machine. Default never',
  },
  'tls-cert': { type: 'string', value: 'FILE', help: 'TLS: the certificate, in PEM. Default: no encryption' },
  'tls-key': { type: 'string', value: 'FILE', help: 'TLS: its private key, in PEM' },
  'users-file': {
    type: 'string',
    value: 'FILE',
    help: 'who may connect, a NAME:PASSWORD per line: by PLAIN and SCRAM. Default: everyone',
  },
  'sasl-user': {
    type: 'string',
    multiple: true,
    value: 'NAME:PASSWORD',
    help: 'one more of them; may be given again. Other users of this machine can see it',
  },
  'allow-remote': {
    type: 'boolean',
    help: 'allow an ADDRESS that other machines reach; think of --tls-cert and --users-file',
  },
  advertise: {
    type: 'string',
    value: 'HOST',
    help: 'what clients are told to connect to, where it is not ADDRESS',
  },
  quiet: { type: 'boolean', short: 'q', help: 'say nothing but errors' },
  verbose: { type: 'boolean', short: 'v', help: 'say also which clients connect, a line for each kind' },
  help: { type: 'boolean', short: 'h', help: 'print this and end' },
  version: { type: 'boolean', help: 'print the version and end' },
} as const

/** What `--help` prints. */
export function helpText(): string {
  const rows = Object.entries<Flag>(flags).map(([name, { short, value, help }]) => {
    const usage = `--${name}${value === undefined ? '' : ` ${value}`}`
    return { usage: short === undefined ? `    ${usage}` : `-${short}, ${usage}`, help }
  })
  const width = Math.max(...rows.map(({ usage }) => usage.length))
  return `Usage: partita-broker [flags]

A Kafka broker for any client. What it keeps is gone when it stops, unless there is --data-dir. Stop it with Ctrl-C.

${rows.map(({ usage, help }) => `  ${usage.padEnd(width)}  ${help}`).join('\n')}

A topics file in JSON: { "orders": 12, "audit": { "partitions": 1, "configs": { "cleanup.policy": "compact" } } }

Exit codes: 0 stopped, 1 it could not listen, 2 a flag or a topic is wrong.
`
}
