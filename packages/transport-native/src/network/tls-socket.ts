import type { OnReadOpts } from 'node:net'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import type { Endpoint } from './connector.ts'

/**
 * Begins to connect over TLS.
 * @param tls Node's options for it. The certificate is verified unless they say otherwise, and the broker's name is sent (SNI)
 *   unless it is an address.
 */
export function openTlsSocket({ host, port }: Endpoint, tls: ConnectionOptions, onread: OnReadOpts): TLSSocket {
  const { isIP } = process.getBuiltinModule('node:net')
  const { connect } = process.getBuiltinModule('node:tls')
  const target = { host, port, noDelay: true, keepAlive: true, onread }
  // TLS knows no addresses as server names.
  const servername = isIP(host) === 0 ? { servername: host } : {}
  return connect({ ...servername, ...tls, ...target }).setNoDelay(true)
}
