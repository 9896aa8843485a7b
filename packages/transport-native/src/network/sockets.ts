import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import type { ByteStream, Connector, Endpoint, StreamListener } from './connector.ts'

/** How long a stream that is closed may take to send what was written. */
const closeTimeoutMs = 1_000

/**
 * TCP, or TLS over it.
 * @param tls Node's options for TLS; `undefined` for plain TCP. The certificate is verified unless they say otherwise, and
 *   the broker's name is sent (SNI) unless it is an address.
 */
export function socketConnector(tls?: ConnectionOptions): Connector {
  return {
    connect(endpoint, signal) {
      return new Promise((resolve, reject) => {
        const socket = openSocket(endpoint, tls)
        const giveUp = (): void => fail(signal.reason as Error)
        const fail = (error: Error): void => {
          settle()
          socket.destroy()
          reject(error)
        }
        const opened = (): void => {
          settle()
          resolve(new SocketStream(socket))
        }
        const ready = tls === undefined ? 'connect' : 'secureConnect'
        const closed = (): void => fail(new Error('the connection was closed before it was ready'))
        function settle(): void {
          signal.removeEventListener('abort', giveUp)
          socket.off('error', fail).off('close', closed).off(ready, opened)
          // A late error of a socket that is given up must not end the process.
          socket.on('error', ignore)
        }
        socket.once(ready, opened).once('error', fail).once('close', closed)
        if (signal.aborted) giveUp()
        else signal.addEventListener('abort', giveUp, { once: true })
      })
    },
  }
}

function openSocket({ host, port }: Endpoint, tls: ConnectionOptions | undefined): Socket {
  const target = { host, port, noDelay: true, keepAlive: true }
  if (tls === undefined) return connectTcp(target)
  // TLS knows no addresses as server names.
  const servername = isIP(host) === 0 ? { servername: host } : {}
  return connectTls({ ...servername, ...tls, ...target }).setNoDelay(true)
}

class SocketStream implements ByteStream {
  readonly #socket: Socket
  #isDestroyed = false

  constructor(socket: Socket) {
    this.#socket = socket
  }

  listen(listener: StreamListener): void {
    let reason: Error | undefined
    this.#socket.on('error', (error) => (reason = error))
    this.#socket.on('data', (bytes) => {
      if (!this.#isDestroyed) listener.onData(bytes)
    })
    this.#socket.on('drain', () => listener.onDrain())
    this.#socket.on('close', () => {
      if (!this.#isDestroyed) listener.onClose(reason)
    })
    // Kafka's brokers do not half-close: an end is an end.
    this.#socket.on('end', () => this.#socket.destroy())
    if (this.#socket.destroyed) queueMicrotask(() => listener.onClose(reason))
  }

  write(pieces: readonly Uint8Array[]): boolean {
    const socket = this.#socket
    if (pieces.length === 1) return socket.write(pieces[0]!)
    socket.cork()
    let takesMore = true
    for (const piece of pieces) takesMore = socket.write(piece)
    socket.uncork()
    return takesMore
  }

  close(): void {
    // The host's own timer, which does not keep the process: a peer that reads nothing must not either.
    this.#socket.setTimeout(closeTimeoutMs, () => this.#socket.destroy())
    this.#socket.destroySoon()
  }

  destroy(): void {
    this.#isDestroyed = true
    this.#socket.destroy()
  }
}

function ignore(): void {}
