import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import {
  type Api,
  createFrameSplitter,
  decodeResponse,
  encodeRequest,
  type RequestInput,
  type ResponseOf,
} from '@partita/wire'

/** A connection over which requests go one at a time, and come back decoded or not at all. */
export interface RawClient {
  /** `'closed'`: the broker ended the connection instead; the next request opens a new one. */
  ask<A extends Api>(api: A, version: number, body: RequestInput<A>): Promise<ResponseOf<A> | 'closed'>
  /** Sends a whole frame as it is; gives the frame that comes back, without its length. */
  sendRaw(frame: Uint8Array): Promise<Uint8Array | 'closed'>
  close(): void
}

/** Longer than any request of a comparison waits. */
const answerWithinMs = 20_000

/** @param address `host:port` */
export function rawClient(address: string, clientId: string): RawClient {
  const [host, port] = address.split(':') as [string, string]
  let socket: Socket | undefined
  let deliver: (frame: Uint8Array | 'closed') => void = () => {}
  let correlationId = 0

  async function open(): Promise<Socket> {
    const opened = connect({ host, port: Number(port), noDelay: true })
    const splitter = createFrameSplitter({ onFrame: (frame) => deliver(frame.slice()) })
    opened.on('data', (bytes) => splitter.push(bytes)).on('error', () => {})
    opened.on('close', () => {
      if (socket !== opened) return
      socket = undefined
      deliver('closed')
    })
    await once(opened, 'connect')
    return opened
  }

  async function sendRaw(frame: Uint8Array): Promise<Uint8Array | 'closed'> {
    socket ??= await open()
    const through = socket
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${address} did not answer in ${answerWithinMs} ms`)),
        answerWithinMs,
      )
      deliver = (answer) => {
        clearTimeout(timer)
        resolve(answer)
      }
      through.write(frame)
    })
  }

  return {
    sendRaw,
    async ask(api, version, body) {
      correlationId += 1
      const answer = await sendRaw(encodeRequest(api, version, { correlationId, clientId }, body))
      return answer === 'closed' ? answer : decodeResponse(api, version, answer).body
    },
    close() {
      const open = socket
      socket = undefined
      open?.destroy()
    },
  }
}
