import { connect, type Socket } from 'node:net'
import type { Transport } from '@partita/protocol'
import { kafkajsTransport } from '@partita/transport-kafkajs'
import { type ByteStream, type Connector, nativeTransport, tcpConnector } from '@partita/transport-native'
import type { FaultyLink, FaultyLinks } from './faulty-link.ts'
import type { TransportName } from './transports.ts'

/** A transport over connections that such links stand in. */
export function openFaultyTransport(name: TransportName, brokers: readonly string[], links: FaultyLinks): Transport {
  return makers[name](brokers, () => links.newLink())
}

type NewLink = () => FaultyLink

const makers: Readonly<Record<TransportName, (brokers: readonly string[], newLink: NewLink) => Transport>> = {
  native: (brokers, newLink) => nativeTransport({ brokers, connector: faultyConnector(newLink) }),
  kafkajs: (brokers, newLink) =>
    kafkajsTransport({
      brokers: [...brokers],
      socketFactory: ({ host, port, onConnect }: SocketTarget) => faultySocket(host, port, onConnect, newLink()),
    }),
}

interface SocketTarget {
  readonly host: string
  readonly port: number
  readonly onConnect: () => void
}

const lost = (): Error => new Error('the answer was lost')

function faultyConnector(newLink: NewLink): Connector {
  const tcp = tcpConnector()
  return {
    connect: async (endpoint, signal) => faultyStream(await tcp.connect(endpoint, signal), newLink()),
  }
}

function faultyStream(stream: ByteStream, link: FaultyLink): ByteStream {
  return {
    listen(listener) {
      stream.listen({
        onData(bytes) {
          const whole = link.toClient(bytes)
          if (whole !== undefined) return void (whole.length > 0 && listener.onData(whole))
          stream.destroy()
          listener.onClose(lost())
        },
        onDrain: () => listener.onDrain(),
        onClose: (reason) => listener.onClose(reason),
      })
    },
    // A piece is a whole request.
    write: (pieces) => stream.write(pieces.map((piece) => link.toBroker(piece))),
    close: () => stream.close(),
    destroy: () => stream.destroy(),
  }
}

/** kafkajs writes each request in one piece, and listens to what the socket emits. */
function faultySocket(host: string, port: number, onConnect: () => void, link: FaultyLink): Socket {
  const socket = connect({ host, port }, onConnect)
  const write = socket.write.bind(socket) as (...parts: unknown[]) => boolean
  const emit = socket.emit.bind(socket) as (event: string, ...parts: unknown[]) => boolean
  socket.write = (frame: unknown, ...parts: unknown[]) => write(link.toBroker(frame as Uint8Array), ...parts)
  socket.emit = (event: string, ...parts: unknown[]) => {
    if (event !== 'data') return emit(event, ...parts)
    const whole = link.toClient(parts[0] as Uint8Array)
    if (whole !== undefined) return whole.length === 0 || emit('data', whole)
    socket.destroy(lost())
    return true
  }
  return socket
}
