import { connect, type Socket } from 'node:net'

const produceKey = 0

/** Makes the sockets of a transport lose an answer, whoever is at the other end. */
export interface LostAnswers {
  /** For kafkajs's `socketFactory`. Plain TCP. */
  readonly socketFactory: (address: { host: string; port: number; onConnect: () => void }) => Socket
  /** The next Produce request reaches the broker; its answer is lost together with the connection. */
  loseNextProduceAnswer(): void
}

/** A fault that also a real Kafka can have: nothing of it is touched, only the client's end of the connection. */
export function lostAnswers(): LostAnswers {
  let armed = false
  return {
    loseNextProduceAnswer() {
      armed = true
    },
    socketFactory({ host, port, onConnect }) {
      const socket = connect({ host, port }, onConnect)
      const write = socket.write.bind(socket) as (...parts: unknown[]) => boolean
      const emit = socket.emit.bind(socket) as (event: string, ...parts: unknown[]) => boolean
      let losing = false
      socket.write = (...parts: unknown[]) => {
        const [frame] = parts
        // A request is written in one piece: its length, then the key of its API.
        if (armed && Buffer.isBuffer(frame) && frame.length > 6 && frame.readInt16BE(4) === produceKey) {
          armed = false
          losing = true
        }
        return write(...parts)
      }
      socket.emit = (event: string, ...parts: unknown[]) => {
        if (!losing || event !== 'data') return emit(event, ...parts)
        losing = false
        socket.destroy(new Error('the answer was lost'))
        return true
      }
      return socket
    },
  }
}
