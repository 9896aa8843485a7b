import type { Socket } from 'node:net'
import type { ByteStream, Endpoint, StreamListener } from './connector.ts'

/** How long a stream that is closed may take to send what was written. */
const closeTimeoutMs = 1_000

/** Begins to connect over plain TCP. */
export function openTcpSocket({ host, port }: Endpoint): Socket {
  return process.getBuiltinModule('node:net').connect({ host, port, noDelay: true, keepAlive: true })
}

/**
 * The stream over a socket that is about to connect.
 * @param ready the event that says that bytes can be sent
 */
export function streamOver(
  socket: Socket,
  ready: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<ByteStream> {
  return new Promise((resolve, reject) => {
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
