import { PartitaError } from '@partita/protocol'
import type { ClusterNode, Endpoint } from './cluster/cluster-node.ts'
import type { NodeListener } from './cluster/node-control.ts'
import type { BrokerCore } from './core/broker-core.ts'
import { listenAtLoopback } from './loopback-listener.ts'
import type { TlsOptions } from './options.ts'
import { listen, type TcpListener } from './tcp-listener.ts'

/** What brings TCP connections to one node. */
export interface TcpNode extends NodeListener {
  /** What it listens at, or did when it was up; the first is the one to tell clients of. */
  readonly endpoints: readonly [Endpoint, ...Endpoint[]]
  /** Stops it for good. */
  close(): Promise<void>
}

/**
 * Listens for a node; when it is stopped and started it has its address again.
 * @throws PartitaError `CONNECTION_FAILED` where the address cannot be bound; `INVALID_OPTION` where TLS cannot be set up
 */
export async function listenForNode(
  core: BrokerCore,
  node: ClusterNode,
  { host, port }: Endpoint,
  tls?: TlsOptions,
): Promise<TcpNode> {
  const open = async (at: number): Promise<readonly [TcpListener, ...TcpListener[]]> =>
    host === 'localhost' ? listenAtLoopback(core, node, at, tls) : [await listen(core, node, { host, port: at }, tls)]

  let listeners: readonly TcpListener[] = await open(port)
  const [first, ...others] = listeners.map(({ endpoint }) => endpoint)
  let isClosed = false
  /** Whatever comes next waits for it: the address may be taken still, or again. */
  let last: Promise<void> = Promise.resolve()

  function closeListeners(): Promise<void> {
    const closing = listeners.map((listener) => listener.close())
    listeners = []
    return Promise.all(closing).then(() => undefined)
  }

  async function reopen(): Promise<void> {
    if (isClosed) throw new PartitaError('CLOSED', 'The broker is closed: its nodes are not started any more.')
    if (listeners.length > 0) return
    listeners = await open(first!.port)
    if (isClosed) await closeListeners()
  }

  function stop(): Promise<void> {
    const closed = closeListeners()
    last = Promise.all([last.then(closeListeners), closed]).then(() => undefined)
    return last
  }

  return {
    endpoints: [first!, ...others],
    start() {
      const started = last.then(reopen)
      last = started.catch(() => undefined)
      return started
    },
    stop,
    close() {
      isClosed = true
      return stop()
    },
  }
}
