import type { ConnectionOptions } from 'node:tls'
import type { Connector } from './connector.ts'
import { openTcpSocket, streamOver } from './sockets.ts'
import { openTlsSocket } from './tls-socket.ts'

/**
 * TCP, or TLS over it. What only Node has is taken with the first connection: whoever brings another connector needs none of it,
 * and who wants no TLS has not to wait for Node's, which takes longer to load than a connection to open.
 * @param tls Node's options for TLS; `undefined` for plain TCP
 */
export function tcpConnector(tls?: ConnectionOptions): Connector {
  return {
    async connect(endpoint, signal) {
      if (tls === undefined) return streamOver((onread) => openTcpSocket(endpoint, onread), 'connect', signal)
      return streamOver((onread) => openTlsSocket(endpoint, tls, onread), 'secureConnect', signal)
    },
  }
}
