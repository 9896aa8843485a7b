import { parseArgs } from 'node:util'
import { PartitaError } from '@partita/protocol'

export interface Arguments {
  /** `host:port` of a real cluster; none: an embedded broker is started. */
  readonly brokers: readonly string[] | undefined
  readonly help: boolean
}

export const usage = `Usage: npm start [-- --brokers host:port[,host:port…]]

Draws the seven figures of Partita from records that really travelled, then replays a real history in order.
Without --brokers everything runs on an embedded broker in this process.`

/** Reads the command line. Throws `INVALID_OPTION` with one sentence that says what is wrong. */
export function readArguments(args: readonly string[]): Arguments {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { brokers: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
    })
    return { brokers: values.brokers?.split(',').map(brokerAddress), help: values.help }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PartitaError('INVALID_OPTION', reason, { cause })
  }
}

function brokerAddress(text: string): string {
  const address = text.trim()
  const port = Number(/^(?:[^:\s]+|\[[0-9a-fA-F:]+\]):(\d{1,5})$/.exec(address)?.[1])
  if (port >= 1 && port <= 65_535) return address
  throw new Error(`--brokers takes host:port, such as 127.0.0.1:9092; got "${address}".`)
}
