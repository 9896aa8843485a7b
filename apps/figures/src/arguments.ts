import { parseArgs } from 'node:util'
import { PartitaError } from '@partita/protocol'

/** The ways to a cluster, the default first. */
const transportNames = ['native', 'kafkajs'] as const
export type TransportName = (typeof transportNames)[number]

export interface Arguments {
  /** `host:port` of a real cluster; none: an embedded broker is started. */
  readonly brokers: readonly string[] | undefined
  readonly transport: TransportName
  readonly help: boolean
}

export const usage = `Usage: npm start [-- --brokers host:port[,host:port…]] [--transport native|kafkajs]

Draws the seven figures of Partita from records that really travelled, then replays a real history in order.
Without --brokers everything runs on an embedded broker in this process.`

const options = {
  brokers: { type: 'string' },
  transport: { type: 'string', default: transportNames[0] },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** Reads the command line. Throws `INVALID_OPTION` with one sentence that says what is wrong. */
export function readArguments(args: readonly string[]): Arguments {
  try {
    const { brokers, transport, help } = parseArgs({ args: [...args], options }).values
    return { brokers: brokers?.split(',').map(brokerAddress), transport: transportName(transport), help }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PartitaError('INVALID_OPTION', reason, { cause })
  }
}

function transportName(text: string): TransportName {
  const name = transportNames.find((each) => each === text)
  if (name !== undefined) return name
  throw new Error(`--transport takes ${transportNames.join(' or ')}; got "${text}".`)
}

function brokerAddress(text: string): string {
  const address = text.trim()
  const port = Number(/^(?:[^:\s]+|\[[0-9a-fA-F:]+\]):(\d{1,5})$/.exec(address)?.[1])
  if (port >= 1 && port <= 65_535) return address
  throw new Error(`--brokers takes host:port, such as 127.0.0.1:9092; got "${address}".`)
}
