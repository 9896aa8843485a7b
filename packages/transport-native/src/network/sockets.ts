import type { OnReadOpts, Socket } from 'node:net'
import type { ByteStream, Endpoint, StreamListener } from './connector.ts'

/** How long a stream that is closed may take to send what was written. */
const closeTimeoutMs = 1_000
/** What is read at once where the listener has no space of its own. */
const readBytes = 65_536

/** Begins to connect over plain TCP. */
export function openTcpSocket({ host, port }: Endpoint, onread: OnReadOpts): Socket {
  return process.getBuiltinModule('node:net').connect({ host, port, noDelay: true, keepAlive: true, onread })
}

/**
 * The stream over a socket.
 * @param open begins to connect one, which is to read so
 * @param ready the event that says that bytes can be sent
 */
export function streamOver(
  open: (onread: OnReadOpts) => Socket,
  ready: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<ByteStream> {
  return new Promise((resolve, reject) => {
    const reader = new SocketReader()
    const socket = open(reader.options)
    const giveUp = (): void => fail(signal.reason as Error)
    const fail = (error: Error): void => {
      settle()
      socket.destroy()
      reject(error)
    }
    const opened = (): void => {
      settle()
      resolve(new SocketStream(socket, reader))
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

/**
 * Reads into memory that is there already: the listener's, or a piece that serves again and again. Node allocates 64 KiB for
 * each read otherwise, and takes every chunk through a stream: that was half of what receiving an answer of megabytes costs.
 */
class SocketReader {
  listener: StreamListener | undefined
  #own: Uint8Array | undefined

  readonly options: OnReadOpts = {
    buffer: () => this.listener?.space?.() ?? (this.#own ??= new Uint8Array(readBytes)),
    callback: (length, buffer) => {
      const bytes = buffer.subarray(0, length)
      this.listener?.onData(buffer === this.#own ? bytes.slice() : bytes)
      return true
    },
  }
}

class SocketStream implements ByteStream {
  readonly #socket: Socket
  readonly #reader: SocketReader

  constructor(socket: Socket, reader: SocketReader) {
    this.#socket = socket
    this.#reader = reader
  }

  listen(listener: StreamListener): void {
    let reason: Error | undefined
    this.#reader.listener = listener
    this.#socket.on('error', (error) => (reason = error))
    this.#socket.on('drain', () => listener.onDrain())
    this.#socket.on('close', () => {
      if (this.#reader.listener !== undefined) listener.onClose(reason)
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
    this.#reader.listener = undefined
    this.#socket.destroy()
  }
}

function ignore(): void {}
