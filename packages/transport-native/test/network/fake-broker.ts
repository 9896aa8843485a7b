import type { Clock } from '@partita/protocol'
import {
  apis,
  createFrameSplitter,
  decodeRequest,
  encodeResponse,
  type DecodedRequest,
  type DecodedRequestOf,
  type KnownApi,
  type ResponseInput,
} from '@partita/wire'
import { addressOf, type ByteStream, type Connector, type StreamListener } from '../../src/network/connector.ts'

/** In place of an answer: none at all. */
export const silence: unique symbol = Symbol('silence')

type Handler = (request: never, connection: FakeConnection) => unknown

/** The other end of one connection, as a test sees it. */
export class FakeConnection {
  readonly address: string
  /** The pieces of each write, whole requests or not. */
  readonly writes: (readonly Uint8Array[])[] = []
  readonly requests: DecodedRequest[] = []
  /** What `write` returns. */
  takesMore = true
  /** How this side's user has ended it. */
  end: 'closed' | 'destroyed' | undefined
  readonly #listener: () => StreamListener

  constructor(address: string, listener: () => StreamListener) {
    this.address = address
    this.#listener = listener
  }

  send(bytes: Uint8Array): void {
    if (this.end === undefined) this.#listener().onData(bytes)
  }

  /** @param body what the request's API answers */
  answer(request: Pick<DecodedRequest, 'api' | 'apiVersion' | 'correlationId'>, body: object): void {
    this.send(encodeResponse(request.api, request.apiVersion, request.correlationId, body as never))
  }

  drain(): void {
    this.takesMore = true
    this.#listener().onDrain()
  }

  /** The broker's side ends it. */
  cut(reason?: Error): void {
    if (this.end === undefined) this.#listener().onClose(reason)
  }
}

/**
 * Brokers in memory that answer as they are told, in the next turn of the clock. Unless told otherwise each serves every
 * version that is known.
 */
export class FakeBroker implements Connector {
  readonly connections: FakeConnection[] = []
  readonly attempts: string[] = []
  /** Addresses that refuse connections, and how. */
  readonly unreachable = new Map<string, Error>()
  readonly #clock: Clock
  readonly #handlers = new Map<string, Handler>()

  constructor(clock: Clock) {
    this.#clock = clock
    this.on('ApiVersions', () => ({ errorCode: 0, apiKeys: allVersions() }))
  }

  /** All requests, in the order in which they came. */
  get requests(): DecodedRequest[] {
    return this.connections.flatMap(({ requests }) => requests)
  }

  /** How many requests of an API came. */
  count(api: KnownApi['name']): number {
    return this.requests.filter(({ name }) => name === api).length
  }

  on<N extends KnownApi['name']>(
    name: N,
    handler: (
      request: DecodedRequestOf<Extract<KnownApi, { name: N }>>,
      connection: FakeConnection,
    ) => ResponseInput<Extract<KnownApi, { name: N }>> | typeof silence,
  ): this {
    this.#handlers.set(name, handler as unknown as Handler)
    return this
  }

  connect(endpoint: { readonly host: string; readonly port: number }, signal: AbortSignal): Promise<ByteStream> {
    const address = addressOf(endpoint)
    this.attempts.push(address)
    const refusal = this.unreachable.get(address)
    if (refusal !== undefined) return Promise.reject(refusal)
    signal.throwIfAborted()
    let listener: StreamListener | undefined
    const connection = new FakeConnection(address, () => listener!)
    this.connections.push(connection)
    const splitter = createFrameSplitter({ onFrame: (frame) => this.#serve(decodeRequest(frame), connection) })
    return Promise.resolve({
      listen: (given) => void (listener = given),
      write(pieces) {
        connection.writes.push(pieces)
        for (const piece of pieces) splitter.push(piece)
        return connection.takesMore
      },
      close: () => void (connection.end ??= 'closed'),
      destroy: () => void (connection.end ??= 'destroyed'),
    })
  }

  #serve(request: DecodedRequest, connection: FakeConnection): void {
    connection.requests.push(request)
    this.#clock.defer(() => {
      const handler = this.#handlers.get(request.name)
      if (handler === undefined) throw new Error(`the test does not say what to answer to ${request.name}`)
      const body = handler(request as never, connection)
      if (body !== silence) connection.answer(request, body as object)
    })
  }
}

/** Every API, from its first version to its last, or to the one that is given. */
export function allVersions(
  upTo: Partial<Record<KnownApi['name'], number>> = {},
): { apiKey: number; minVersion: number; maxVersion: number }[] {
  return apis.map(({ key, name, versions: [minVersion, maxVersion] }) => ({
    apiKey: key,
    minVersion: Math.min(minVersion, upTo[name] ?? maxVersion),
    maxVersion: upTo[name] ?? maxVersion,
  }))
}
