import type { ConnectionOptions } from 'node:tls'
import type { Connector } from './connector.ts'

/**
 * TCP, or TLS over it. Sockets are loaded with the first connection: whoever brings another connector needs none, and who
 * wants no TLS has not to wait for Node's, which takes longer to load than a connection to open.
 * @param tls Node's options for TLS; `undefined` for plain TCP
 */
export function tcpConnector(tls?: ConnectionOptions): Connector {
  return {
    async connect(endpoint, signal) {
      const { openTcpSocket, streamOver } = await import('./sockets.ts')
      if (tls === undefined) return streamOver(openTcpSocket(endpoint), 'connect', signal)
      const { openTlsSocket } = await import('./tls-socket.ts')
      return streamOver(openTlsSocket(endpoint, tls), 'secureConnect', signal)
    },
  }
}
