import type { Clock } from '@partita/protocol'
import type { ClusterNode } from './cluster/cluster-node.ts'
import type { BrokerCore } from './core/broker-core.ts'

/** A connection to a broker in the same process: the bytes that would go over TCP, without TCP. */
export interface MemoryConnection {
  /**
   * Hands bytes to the broker, which takes them at once and looks at them until they are served: they must not change. `false`: it has enough for now; more is taken, but costs memory
   * until `onReady` is called.
   */
  send(bytes: Uint8Array): boolean
  /** What the broker answers: in order, cut at any place, never from inside `send`. The bytes are the receiver's. */
  onData: ((bytes: Uint8Array) => void) | undefined
  /** The broker takes more, after a `send` that returned `false`. */
  onReady: (() => void) | undefined
  /** The broker has closed the connection. Not called after `close`. */
  onClose: (() => void) | undefined
  close(): void
}

let connections = 0

/** Connects to a node in memory. What it answers arrives in the next turn of the clock, as over a wire. */
export function connectInMemory(core: BrokerCore, node: ClusterNode, clock: Clock): MemoryConnection {
  let answers: Uint8Array[] = []
  let isPaused = false
  let isClosed = false

  const connection: MemoryConnection = {
    send(bytes) {
      if (!isClosed) session.receive(bytes)
      return !isPaused
    },
    onData: undefined,
    onReady: undefined,
    onClose: undefined,
    close() {
      if (isClosed) return
      isClosed = true
      session.closed()
    },
  }

  function deliver(): void {
    const batch = answers
    answers = []
    for (const bytes of batch) if (!isClosed) connection.onData?.(bytes)
  }

  /** What was answered before is delivered before. */
  function end(): void {
    clock.defer(() => {
      if (isClosed) return
      isClosed = true
      connection.onClose?.()
    })
  }

  const session = core.connect(node, {
    clientAddress: `memory:${(connections += 1)}`,
    clientHost: 'memory',
    write(pieces) {
      if (answers.push(joined(pieces)) === 1) clock.defer(deliver)
      return true
    },
    pause() {
      isPaused = true
    },
    resume() {
      isPaused = false
      clock.defer(() => connection.onReady?.())
    },
    end,
    close: end,
  })
  return connection
}

/** What is for sending is the log's own, or shares its buffer; what is received does not. */
function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
