import type { ByteStream, Connector, Endpoint, StreamListener } from './connector.ts'

/** A connection to a broker in the same process, as `@partita/broker` gives it. */
export interface MemoryConnection {
  /** `false`: enough for now, until `onReady`. */
  send(bytes: Uint8Array): boolean
  onData: ((bytes: Uint8Array) => void) | undefined
  onReady: (() => void) | undefined
  onClose: (() => void) | undefined
  close(): void
}

/** A broker in the same process: `createBroker()` or `startBroker()` of `@partita/broker` gives one. */
export interface MemoryBroker {
  connect(endpoint: Endpoint): MemoryConnection
}

/**
 * Connects to a broker in the same process, without sockets, whatever the address; one that stands for several nodes is
 * told which address is meant.
 */
export function memoryConnector(broker: MemoryBroker): Connector {
  return { connect: (endpoint) => new Promise((resolve) => resolve(memoryStream(broker.connect(endpoint)))) }
}

function memoryStream(connection: MemoryConnection): ByteStream {
  const close = (): void => connection.close()
  return {
    listen(listener: StreamListener) {
      connection.onData = (bytes) => listener.onData(bytes)
      connection.onReady = () => listener.onDrain()
      connection.onClose = () => listener.onClose()
    },
    write(pieces) {
      let takesMore = true
      for (const piece of pieces) takesMore = connection.send(piece)
      return takesMore
    },
    close,
    destroy: close,
  }
}
