import { PartitaError } from '@partita/protocol'
import type { Endpoint } from './connector.ts'

const shape = /^(?:\[(?<ipv6>[0-9a-fA-F:.%\w]+)\]|(?<name>[^\s:/[\]]+)):(?<port>\d{1,5})$/

/**
 * Reads `host:port` or `[IPv6]:port`.
 * @param option the option's name, for the error
 * @throws PartitaError `INVALID_OPTION`
 */
export function parseAddress(option: string, address: string): Endpoint {
  const groups = typeof address === 'string' ? shape.exec(address)?.groups : undefined
  const host = groups?.['ipv6'] ?? groups?.['name']
  const port = Number(groups?.['port'])
  if (host !== undefined && port >= 1 && port <= 65_535) return { host, port }
  throw new PartitaError(
    'INVALID_OPTION',
    `${option} has ${JSON.stringify(address)}, which is not "host:port" with a port from 1 to 65535. ` +
      'An IPv6 address stands in brackets, "[::1]:9092"; no scheme ("kafka://") stands before it.',
    { api: option },
  )
}
