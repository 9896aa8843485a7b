import type { Clock } from '@partita/protocol'
import type { ByteStream, Connector } from '@partita/transport-native'

/** Lets every byte take so long, each way; they stay in order. */
export function slowConnector(inner: Connector, latencyMs: number, clock: Clock): Connector {
  const later = (act: () => void): void => void clock.setTimer(latencyMs, act)
  return {
    async connect(endpoint, signal): Promise<ByteStream> {
      const stream = await inner.connect(endpoint, signal)
      let isDestroyed = false
      return {
        listen(listener) {
          const tell = (act: () => void): void => later(() => isDestroyed || act())
          stream.listen({
            onData: (bytes) => tell(() => listener.onData(bytes)),
            onDrain: () => tell(() => listener.onDrain()),
            onClose: (reason) => tell(() => listener.onClose(reason)),
          })
        },
        write(pieces) {
          later(() => void stream.write(pieces))
          return true
        },
        close: () => later(() => stream.close()),
        destroy() {
          isDestroyed = true
          stream.destroy()
        },
      }
    },
  }
}
