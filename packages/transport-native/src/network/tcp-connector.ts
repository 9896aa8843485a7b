import type { ConnectionOptions } from 'node:tls'
import type { Connector } from './connector.ts'

/**
 * TCP, or TLS over it: see `sockets.ts`. Sockets are loaded with the first connection: whoever brings another
 * connector needs none.
 */
export function tcpConnector(tls?: ConnectionOptions): Connector {
  return {
    async connect(endpoint, signal) {
      const { socketConnector } = await import('./sockets.ts')
      return socketConnector(tls).connect(endpoint, signal)
    },
  }
}
