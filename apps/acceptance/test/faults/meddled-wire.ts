import { connect, type Socket } from 'node:net'
import type { ByteStream, Connector } from '@partita/transport-native'

/** What is done to an answer on its way. */
export type Meddling = 'cut' | 'other-id'

/** Connections that can be meddled with, at the client's end. Each transport has its own way to make use of it. */
export interface MeddledWire {
  /** For the native transport. */
  readonly connector: Connector
  /** For kafkajs. Plain TCP. */
  readonly socketFactory: (address: { host: string; port: number; onConnect: () => void }) => Socket
  /**
   * Does it to the answer of the next request of an API: cuts it in the middle, where the connection ends, or puts another
   * request's number before it.
   * @param apiKey Kafka's number of the API
   */
  meddle(apiKey: number, how: Meddling): { readonly hits: number }
}

interface Plan {
  readonly apiKey: number
  readonly how: Meddling
  isUsed: boolean
  hits: number
}

/** @param inner what carries the bytes, for `connector` */
export function createMeddledWire(inner?: Connector): MeddledWire {
  const plans: Plan[] = []

  /** The plan that a frame with a request uses up. */
  function planFor(frame: Uint8Array): Plan | undefined {
    if (frame.length < 8) return undefined
    const apiKey = new DataView(frame.buffer, frame.byteOffset).getInt16(4)
    const plan = plans.find((each) => !each.isUsed && each.apiKey === apiKey)
    if (plan !== undefined) plan.isUsed = true
    return plan
  }

  return {
    meddle(apiKey, how) {
      const plan = { apiKey, how, isUsed: false, hits: 0 }
      plans.push(plan)
      return plan
    },
    connector: {
      connect: async (endpoint, signal) => meddledStream(await inner!.connect(endpoint, signal), planFor),
    },
    socketFactory: ({ host, port, onConnect }) => meddledSocket(connect({ host, port }, onConnect), planFor),
  }
}

/** The answer's first bytes, as they arrive. */
function meddled(plan: Plan, bytes: Uint8Array): Uint8Array {
  plan.hits += 1
  if (plan.how === 'cut') return bytes.subarray(0, Math.min(bytes.length - 1, 11))
  const other = bytes.slice()
  const view = new DataView(other.buffer)
  view.setInt32(4, view.getInt32(4) + 1_000)
  return other
}

function meddledStream(stream: ByteStream, planFor: (frame: Uint8Array) => Plan | undefined): ByteStream {
  let plan: Plan | undefined
  let isCut = false
  return {
    ...stream,
    listen(listener) {
      stream.listen({
        onData(bytes) {
          if (isCut) return
          if (plan === undefined) return listener.onData(bytes)
          const { how } = plan
          listener.onData(meddled(plan, bytes))
          plan = undefined
          if (how !== 'cut') return
          isCut = true
          stream.destroy()
          listener.onClose()
        },
        onDrain: () => listener.onDrain(),
        onClose: (reason) => isCut || listener.onClose(reason),
      })
    },
    write(pieces) {
      plan ??= planFor(pieces[0]!)
      return stream.write(pieces)
    },
  }
}

function meddledSocket(socket: Socket, planFor: (frame: Uint8Array) => Plan | undefined): Socket {
  let plan: Plan | undefined
  const write = socket.write.bind(socket) as (...parts: unknown[]) => boolean
  const emit = socket.emit.bind(socket) as (event: string, ...parts: unknown[]) => boolean
  socket.write = (...parts: unknown[]) => {
    plan ??= planFor(parts[0] as Uint8Array)
    return write(...parts)
  }
  socket.emit = (event: string, ...parts: unknown[]) => {
    if (plan === undefined || event !== 'data') return emit(event, ...parts)
    const { how } = plan
    const bytes = meddled(plan, parts[0] as Uint8Array)
    plan = undefined
    emit('data', Buffer.from(bytes))
    if (how === 'cut') socket.destroy()
    return true
  }
  return socket
}
