import type { ClusterNode } from './cluster/cluster-node.ts'
import type { BrokerCore } from './core/broker-core.ts'
import type { TlsOptions } from './options.ts'
import { listen, type TcpListener } from './tcp-listener.ts'

/** With port 0 the system chooses one of IPv4, and what it chose may be taken in IPv6: then it chooses again. */
const attempts = 10

/** What the system answers where it has no IPv6. */
const noIpv6 = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT'])

/**
 * Listens at 127.0.0.1 and, where there is IPv6, at ::1 with the same port: a client that looks up `localhost` may try
 * either first. The first listener is the one to tell clients of, as every client reaches it.
 * @throws PartitaError `CONNECTION_FAILED`, also where only one of the two addresses is taken: clients would meet two servers
 */
export async function listenAtLoopback(
  core: BrokerCore,
  node: ClusterNode,
  port: number,
  tls?: TlsOptions,
  attempt = 1,
): Promise<[TcpListener, ...TcpListener[]]> {
  const v4 = await listen(core, node, { host: '127.0.0.1', port }, tls)
  try {
    return [v4, await listen(core, node, { host: '::1', port: v4.endpoint.port }, tls)]
  } catch (error) {
    const code = codeOf(error)
    if (code !== undefined && noIpv6.has(code)) return [v4]
    await v4.close()
    if (code === 'EADDRINUSE' && port === 0 && attempt < attempts)
      return listenAtLoopback(core, node, port, tls, attempt + 1)
    throw error
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as { readonly cause?: NodeJS.ErrnoException }).cause?.code
}
