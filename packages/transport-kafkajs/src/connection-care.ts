import type { Socket } from 'node:net'
import { connectFailure, requestFailure } from './errors.ts'
import { decodeWithEnds } from './fetch-ends.ts'

/** kafkajs's `RequestQueue`, as far as it is touched here. */
export interface RequestQueue {
  readonly pending: readonly unknown[]
  readonly inflight: ReadonlyMap<
    number,
    { readonly sentAt: number | null; requestTimeout: number; timeoutRequest(): void }
  >
  readonly requestTimeout: number
  requestTimeoutIntervalId?: NodeJS.Timeout
  throttleCheckTimeoutId: NodeJS.Timeout | null
  isConnected(): boolean
  destroy(): void
  scheduleCheckPendingRequests(): void
  scheduleRequestTimeoutCheck(): void
}

/** kafkajs's `Connection`: one socket. */
export interface Connection {
  readonly broker: string
  readonly requestQueue: RequestQueue
  socket?: Socket
  connect(): Promise<unknown>
  disconnect(): Promise<unknown>
  rejectRequests(error: Error): void
  send(request: ProtocolRequest): Promise<unknown>
}

/** kafkajs's `ConnectionPool`: two connections to one broker, the second for Fetch. */
export interface ConnectionPool {
  readonly pool: readonly Connection[]
  getConnectionByRequest(request: ProtocolRequest): Promise<Connection>
  send(request: ProtocolRequest): Promise<unknown>
}

export interface ProtocolRequest {
  readonly request: { readonly apiName: string; readonly apiVersion: number }
  readonly response: { decode(bytes: unknown): Promise<unknown>; parse(data: unknown): Promise<unknown> }
}

/**
 * Mends what kafkajs 2.2.4 gets wrong between a request and its answer, on these connections only:
 *
 * - its `parse` throws away a whole answer for the first error code in it; here codes stay in the answer;
 * - its Fetch decoder tells of batches by their records only; here the end of the last batch is told, too (fetch-ends.ts);
 * - a connection that timed out or broke stays in use; here it is given up, with the other one to the same broker
 *   (`broken` is called), so that the next request starts on a new one;
 * - a connection that was given up would connect again by itself; here it stays down (`isBroken`);
 * - see {@link careForConnection} and {@link quietQueue}.
 */
export function careForPool(pool: ConnectionPool, isBroken: () => boolean, broken: (error: Error) => void): void {
  for (const connection of pool.pool) {
    quietQueue(connection.requestQueue)
    careForConnection(connection)
  }
  const sendAsKafkajs = pool.send.bind(pool)
  pool.send = async (request) => {
    const api = request.request.apiName
    const broker = pool.pool[0]!.broker
    if (isBroken()) throw connectFailure(new Error('the connection was given up'), broker)
    // kafkajs asks for the versions while it connects, and looks at the error itself.
    if (api === 'ApiVersions') return sendAsKafkajs(request)
    let connection: Connection
    try {
      connection = await pool.getConnectionByRequest(request)
    } catch (error) {
      throw connectFailure(error, broker)
    }
    try {
      return await connection.send(withErrorsLeftIn(request))
    } catch (error) {
      const failure = requestFailure(error, api, broker)
      if (failure.code === 'CONNECTION_FAILED' || failure.code === 'REQUEST_TIMEOUT') broken(failure)
      throw failure
    }
  }
}

function withErrorsLeftIn(sent: ProtocolRequest): ProtocolRequest {
  const { request, response } = sent
  const decode = request.apiName === 'Fetch' ? decodeWithEnds(request.apiVersion, response.decode) : response.decode
  return { ...sent, response: { decode, parse: (data) => Promise.resolve(data) } }
}

/**
 * Two requests that find their connection closed by an idle broker would open two sockets and lose one. And without
 * `setNoDelay`, the second of two small requests waits for the first one's acknowledgement, up to 40 ms.
 */
function careForConnection(connection: Connection): void {
  const connectAsKafkajs = connection.connect.bind(connection)
  let connecting: Promise<unknown> | undefined
  const connect = async (): Promise<unknown> => {
    try {
      const connected = await connectAsKafkajs()
      connection.socket?.setNoDelay(true)
      return connected
    } finally {
      connecting = undefined
    }
  }
  connection.connect = () => (connecting ??= connect())
}

/** Look for requests that timed out ten times within a timeout, but not more often than ten times a second. */
const checksPerTimeout = 10
const shortestCheckMs = 100
const longestCheckMs = 1_000

/**
 * kafkajs 2.2.4 sets itself a timer of 1 ms, over and over, from the first answer on, whether or not a request waits
 * (its issue 1556: about 840 wake-ups a second for each idle connection, and a `TimeoutNegativeWarning` on Node 24).
 * A timer is needed only while something is pending. Its look for timed-out requests, ten times a second, is made less
 * frequent, and neither timer keeps the process alive.
 */
function quietQueue(queue: RequestQueue): void {
  const scheduleAsKafkajs = queue.scheduleCheckPendingRequests.bind(queue)
  queue.scheduleCheckPendingRequests = () => {
    if (queue.pending.length === 0 || queue.throttleCheckTimeoutId !== null) return
    scheduleAsKafkajs()
    const { throttleCheckTimeoutId: timer } = queue as { throttleCheckTimeoutId: NodeJS.Timeout | null }
    timer?.unref()
  }
  queue.scheduleRequestTimeoutCheck = () => {
    queue.destroy()
    const every = Math.min(Math.max(queue.requestTimeout / checksPerTimeout, shortestCheckMs), longestCheckMs)
    queue.requestTimeoutIntervalId = setInterval(() => {
      for (const request of queue.inflight.values()) {
        if (Date.now() - (request.sentAt ?? Infinity) > request.requestTimeout) request.timeoutRequest()
      }
      if (!queue.isConnected()) queue.destroy()
    }, every).unref()
  }
}

/** Ends both connections at once: what is under way fails with `error`, no timer and no socket is left. */
export async function destroyPool(pool: ConnectionPool, error: Error): Promise<void> {
  await Promise.all(
    pool.pool.map(async (connection) => {
      connection.rejectRequests(error)
      await connection.disconnect()
      // With an error, for that is what makes kafkajs clear the timer of a connection that is still being made.
      connection.socket?.destroy(error)
    }),
  )
}
