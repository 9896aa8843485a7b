import type { Server, Socket } from 'node:net'
import { PartitaError } from '@partita/protocol'
import { addressText } from './cluster/address-text.ts'
import type { ClusterNode, Endpoint } from './cluster/cluster-node.ts'
import type { BrokerCore } from './core/broker-core.ts'
import type { TlsOptions } from './options.ts'
import { createTlsServer } from './tls-server.ts'

/** A server socket that hands its connections to a broker. */
export interface TcpListener {
  /** The address and the port that were bound. */
  readonly endpoint: Endpoint
  /** Closes the server and all connections; settles when their handles are gone. */
  readonly close: () => Promise<void>
}

/** How long a connection that is ended may take to send what was written. */
const endTimeoutMs = 1_000

/**
 * @param node whom clients mean that connect here
 * @throws PartitaError `CONNECTION_FAILED` where the address cannot be bound; `INVALID_OPTION` where TLS cannot be set up
 */
export async function listen(
  core: BrokerCore,
  node: ClusterNode,
  { host, port }: Endpoint,
  tls?: TlsOptions,
): Promise<TcpListener> {
  const sockets = new Set<Socket>()
  const server = serverFor(core, node, tls)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return new Promise((resolve, reject) => {
    const refuse = (cause: NodeJS.ErrnoException): void => {
      const message = `The broker cannot listen at ${addressText({ host, port })}: ${whyNot(cause)}.`
      reject(new PartitaError('CONNECTION_FAILED', message, { cause }))
    }
    server.once('error', refuse)
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', refuse)
      // One connection could not be accepted; the next may be.
      server.on('error', ({ message }) => core.state.warn(`A connection could not be accepted: ${message}.`))
      resolve({ endpoint: endpointOf(server), close: () => close(server, sockets) })
    })
  })
}

function serverFor(core: BrokerCore, node: ClusterNode, tls: TlsOptions | undefined): Server {
  const serveOne = (socket: Socket): void => serve(core, node, socket)
  // Node's part is taken when it is needed: all else of this package runs where there are no sockets.
  if (tls === undefined) return process.getBuiltinModule('node:net').createServer({ noDelay: true }, serveOne)
  return createTlsServer(tls, { serve: serveOne, warn: core.state.warn })
}

function serve(core: BrokerCore, node: ClusterNode, socket: Socket): void {
  const session = core.connect(node, {
    clientAddress: `${socket.remoteAddress}:${socket.remotePort}`,
    clientHost: String(socket.remoteAddress),
    write(pieces) {
      if (pieces.length === 1) return socket.write(pieces[0]!)
      let isTaken = true
      socket.cork()
      for (const piece of pieces) isTaken = socket.write(piece)
      socket.uncork()
      return isTaken
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    end() {
      // Paused, so that only what goes out counts: a client that takes nothing is not waited for.
      socket.pause().setTimeout(endTimeoutMs, () => socket.destroy())
      socket.destroySoon()
    },
    close: () => void socket.destroy(),
  })
  socket.on('data', (chunk) => {
    // The answers to what came in one piece leave in one piece.
    socket.cork()
    session.receive(chunk)
    socket.uncork()
  })
  socket.on('drain', () => session.drained())
  // A connection that breaks is an everyday event: 'close' follows, and the session ends there.
  socket.on('error', () => undefined)
  socket.on('close', () => session.closed())
}

function whyNot({ code, message }: NodeJS.ErrnoException): string {
  return code === 'EADDRINUSE' ? 'another program listens there' : message
}

function endpointOf(server: Server): Endpoint {
  const address = server.address()
  if (typeof address !== 'object' || address === null)
    throw new PartitaError('UNEXPECTED', 'The server has no address.')
  return { host: address.address, port: address.port }
}

function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    for (const socket of sockets) socket.destroy()
  })
}
