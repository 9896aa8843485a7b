import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { PartitaError } from '@partita/protocol'

// Below the range from which every system in use takes the ports of outgoing connections (Linux: 32768 and up, macOS
// and Windows: 49152 and up). A port from that range, which is what a bind to port 0 gives, can be taken by some
// client's connection while its node is down: the node could not come back, and a client that dials the dead node may
// even be connected to itself.
const lowest = 20_000
const highest = 32_000
const maxAttempts = 500

/**
 * `count` different ports of 127.0.0.1 that nobody listens on now. Somebody may take one before it is used.
 *
 * @throws PartitaError `UNSUPPORTED` where none are free
 */
export async function freePorts(count: number): Promise<number[]> {
  const held: { readonly port: number; readonly server: Server }[] = []
  try {
    for (let attempt = 0; held.length < count; attempt++) {
      if (attempt === maxAttempts) throw noneFree(count)
      const port = randomInt(lowest, highest)
      const server = await listenOn(port)
      if (server !== undefined) held.push({ port, server })
    }
    return held.map(({ port }) => port)
  } finally {
    // Held until all are found, so that no two are the same.
    await Promise.all(held.map(({ server }) => close(server)))
  }
}

async function listenOn(port: number): Promise<Server | undefined> {
  const server = createServer()
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return server
  } catch {
    return undefined
  }
}

async function close(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
}

function noneFree(count: number): PartitaError {
  return new PartitaError(
    'UNSUPPORTED',
    `No ${count} free ports between ${lowest} and ${highest} on 127.0.0.1 in ${maxAttempts} attempts.`,
  )
}
