import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A connection that hands over one whole answer after another, without the length before it. */
export async function openFrames(address: string, onFrame: (frame: Buffer) => void): Promise<Socket> {
  const [host, port] = address.split(':')
  const socket = connect(Number(port), host)
  socket.setNoDelay(true)
  await once(socket, 'connect')
  let chunks: Buffer[] = []
  let held = 0
  let frameEnd = 0
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    held += chunk.length
    for (;;) {
      if (frameEnd === 0) {
        if (held < 4) return
        if (chunks[0]!.length < 4) chunks = [Buffer.concat(chunks)]
        frameEnd = 4 + chunks[0]!.readInt32BE(0)
      }
      if (held < frameEnd) return
      const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
      const frame = bytes.subarray(4, frameEnd)
      const rest = bytes.subarray(frameEnd)
      chunks = rest.length === 0 ? [] : [rest]
      held = rest.length
      frameEnd = 0
      onFrame(frame)
    }
  })
  return socket
}
