import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

export interface WireRequest {
  readonly apiKey: number
  readonly version: number
  readonly correlationId: number
  readonly socket: Socket
  /** Which of the server's connections it came over, from 0. */
  readonly connection: number
}

/** The answer's body; or `hang`: none; or `close`: the connection ends instead; or `half`: it ends amid the answer. */
export type Answer = Buffer | 'hang' | 'close' | 'half'

const apiVersionsKey = 18
const metadataKey = 3

/** A server that speaks as much of Kafka's protocol as a test gives it words, over a real socket. */
export class ScriptedServer {
  readonly requests: WireRequest[] = []
  readonly sockets: Socket[] = []
  /** By API key. */
  readonly answers = new Map<number, (request: WireRequest) => Answer>()
  readonly #server: Server

  constructor(offered: Readonly<Record<number, number>> = { 0: 3, 1: 4, 3: 0, 18: 0, 22: 0 }) {
    this.answers.set(apiVersionsKey, () => apiVersions(offered))
    this.answers.set(metadataKey, () => metadata(this.port))
    this.#server = createServer((socket) => this.#serve(socket))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get brokers(): string[] {
    return [`127.0.0.1:${this.port}`]
  }

  listen(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve)
    })
  }

  close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
    })
  }

  of(apiKey: number): WireRequest[] {
    return this.requests.filter((each) => each.apiKey === apiKey)
  }

  #serve(socket: Socket): void {
    const connection = this.sockets.push(socket) - 1
    let received = Buffer.alloc(0)
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
        const frame = received.subarray(4, 4 + received.readInt32BE(0))
        received = received.subarray(4 + frame.length)
        const [apiKey, version, correlationId] = [frame.readInt16BE(0), frame.readInt16BE(2), frame.readInt32BE(4)]
        this.#answer({ apiKey, version, correlationId, socket, connection })
      }
    })
  }

  #answer(request: WireRequest): void {
    this.requests.push(request)
    const answer = this.answers.get(request.apiKey)?.(request) ?? 'hang'
    if (answer === 'hang') return
    if (answer === 'close') return void request.socket.destroy()
    if (answer === 'half') {
      // A length of 1,000 and a few of the bytes.
      request.socket.write(Buffer.concat([int32(1_000), int32(request.correlationId), Buffer.alloc(20)]))
      return void setTimeout(() => request.socket.destroy(), 5)
    }
    request.socket.write(Buffer.concat([int32(answer.length + 4), int32(request.correlationId), answer]))
  }
}

function apiVersions(offered: Readonly<Record<number, number>>): Buffer {
  const entries = Object.entries(offered)
  return Buffer.concat([
    int16(0),
    int32(entries.length),
    ...entries.flatMap(([key, max]) => [int16(Number(key)), int16(0), int16(max)]),
  ])
}

/** Metadata v0: this server is node 1 and leads the one partition of the topic `t`. */
function metadata(port: number): Buffer {
  const node = Buffer.concat([int32(1), string('127.0.0.1'), int32(port)])
  const partition = Buffer.concat([int16(0), int32(0), int32(1), int32(1), int32(1), int32(1), int32(1)])
  const topic = Buffer.concat([int16(0), string('t'), int32(1), partition])
  return Buffer.concat([int32(1), node, int32(1), topic])
}

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

export function string(value: string): Buffer {
  return Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)])
}
