import type { TopicPartition } from '@partita/protocol'
import type { DecodedRequest, RequestHeader } from '@partita/wire'
import { kafkaErrorCodes, PartitaError } from '@partita/protocol'
import { apiVersionsApi, decodeRequest, decodeRequestHeader, encodeResponsePieces, requestedApi } from '@partita/wire'
import type { ClusterNode } from '../cluster/cluster-node.ts'
import type { ControlDesk } from '../control/broker-control.ts'
import type { BrokerState } from './broker-state.ts'
import type { Answer, Client, RequestContext, ServedApi } from './served-api.ts'
import { type FaultPlan, faultPlan, noFaults } from '../control/fault-plan.ts'
import type { ConnectionSasl } from '../sasl/connection-sasl.ts'
import { serveAtRightNode } from './right-node.ts'
import { sleep } from './sleep.ts'

/** The connection that a request came over, as far as serving it needs. */
export interface Peer {
  readonly node: ClusterNode
  readonly address: string
  readonly host: string
  software: string | undefined
  /** Who it is; `undefined` where nobody is asked. */
  readonly sasl: ConnectionSasl | undefined
  readonly onClose: (listener: () => void) => () => void
}

/** What becomes of a request. Nothing set: it wants no answer. */
export interface Outcome {
  /** Its frame, in pieces. They must not change until they are sent. */
  readonly answer?: readonly Uint8Array[]
  /** The connection is over. */
  readonly close?: true
  /** The connection hangs: nothing more of it is served. */
  readonly stall?: true
  /** The next request is served so much later. */
  readonly muteMs?: number
}

const nothing: Outcome = {}

/**
 * Serves one request: from its frame to the frame of its answer. Throws, or rejects, where the connection has to be closed
 * for it; the error says why.
 */
export type Dispatcher = (frame: Uint8Array, peer: Peer) => Outcome | Promise<Outcome>

export function createDispatcher(broker: BrokerState, control: ControlDesk, apis: readonly ServedApi[]): Dispatcher {
  const byKey = new Map(apis.map((served) => [served.api.key, served]))

  function dispatch(frame: Uint8Array, peer: Peer): Outcome | Promise<Outcome> {
    const { sasl } = peer
    if (sasl?.expectsRawToken) return serveRawToken(sasl, frame)
    const { apiKey, apiVersion } = requestedApi(frame)
    // Before anything else of it is read: as little as possible is done for strangers.
    sasl?.admit(apiKey)
    const served = byKey.get(apiKey)
    if (served === undefined || !serves(served, apiVersion)) return refuseVersion(decodeRequestHeader(frame), served)
    const request = decodeRequest(frame)
    const plan = control.isWatching ? inspect(request, served, peer) : noFaults
    if (plan !== noFaults) return serveUnder(plan, request, served, peer)
    const answer = handle(served, request.body, contextOf(request, peer, plan))
    return answer instanceof Promise ? answer.then((late) => encode(request, late)) : encode(request, answer)
  }

  /** Nobody is told of what would not outlive the broker, if it is to. */
  function handle(served: ServedApi, body: unknown, context: RequestContext): Answer<never> | Promise<Answer<never>> {
    if (served.settlesStorage) return serveAtRightNode(served, body as never, context)
    const { storage } = broker
    const writesBefore = storage.writes
    const settled = (late: Answer<never>): Answer<never> | Promise<Answer<never>> =>
      storage.writes === writesBefore ? late : settle(late)
    const answer = serveAtRightNode(served, body as never, context)
    return answer instanceof Promise ? answer.then(settled) : settled(answer)
  }

  function settle(answer: Answer<never>): Answer<never> | Promise<Answer<never>> {
    const { storage } = broker
    const flushed = storage.flushed()
    if (flushed !== undefined) return flushed.then(() => settle(answer))
    if (storage.failure !== undefined) throw new PartitaError('KAFKA_STORAGE_ERROR', storage.failure)
    return answer
  }

  /** Real brokers close the connection; but a client that asks for versions must learn which there are (KIP-511). */
  function refuseVersion(header: RequestHeader, served: ServedApi | undefined): Outcome {
    if (header.apiKey === apiVersionsApi.key) {
      const apiKeys = broker.apiVersions.filter(({ apiKey }) => apiKey === header.apiKey)
      const body = { errorCode: kafkaErrorCodes.UNSUPPORTED_VERSION, apiKeys }
      return { answer: encodeResponsePieces(apiVersionsApi, 0, header.correlationId, body) }
    }
    const asked = `${served?.api.name ?? `the API with key ${header.apiKey}`} in version ${header.apiVersion}`
    const known = served === undefined ? 'it is not served' : `versions ${served.versions.join(' to ')} are served`
    const client = header.clientId === null ? 'it' : `the client ${JSON.stringify(header.clientId)}`
    throw new PartitaError('UNSUPPORTED_VERSION', `${client} asked for ${asked}; ${known}.`)
  }

  function inspect(request: DecodedRequest, served: ServedApi, peer: Peer): FaultPlan {
    const partitions: Iterable<TopicPartition> = served.partitionsOf?.(request.body as never, broker) ?? []
    const rules = control.inspect({
      api: request.name,
      version: request.apiVersion,
      correlationId: request.correlationId,
      node: peer.node.id,
      clientId: request.clientId,
      clientAddress: peer.address,
      body: request.body,
      partitions: [...partitions],
    })
    return faultPlan(rules)
  }

  async function serveUnder(plan: FaultPlan, request: DecodedRequest, served: ServedApi, peer: Peer): Promise<Outcome> {
    // The client may be gone by then: what it sent is carried out nevertheless, unless the broker is gone too.
    if (plan.delayMs > 0 && !(await sleep(broker, plan.delayMs))) return nothing
    if (plan.drop) return { close: true }
    if (plan.swallow) return { stall: true }
    const context = contextOf(request, peer, plan)
    const body = plan.alterRequest(request.body)
    const refused = plan.error !== undefined && served.refuse !== undefined
    const given = refused
      ? served.refuse!(body as never, kafkaErrorCodes[plan.error!], context)
      : await handle(served, body, context)
    const answer = given === undefined ? undefined : (plan.alterAnswer(given) as Answer<never>)
    if (plan.loseAnswer) return { close: true }
    if (plan.throttleMs === 0 || answer === undefined) return encode(request, answer)
    const throttled = { ...(answer as object), throttleTimeMs: plan.throttleMs }
    return { ...encode(request, throttled), muteMs: plan.throttleMs }
  }

  function contextOf(request: DecodedRequest, peer: Peer, plan: FaultPlan): RequestContext {
    const { node, address, host, software, sasl } = peer
    const client: Client = { address, host, id: request.clientId, software }
    return {
      version: request.apiVersion,
      client,
      node,
      broker,
      sasl,
      injectedError: plan.errorFor,
      onClose: peer.onClose,
      introduce(name) {
        peer.software = name
      },
    }
  }

  return dispatch
}

/** A message of a mechanism without a request around it: the answer is another, or, where it is refused, nothing. */
async function serveRawToken(sasl: ConnectionSasl, message: Uint8Array): Promise<Outcome> {
  const { reply, refusal } = await sasl.authenticate(message)
  if (refusal !== undefined) return nothing
  const answer = new Uint8Array(4 + reply.length)
  new DataView(answer.buffer).setInt32(0, reply.length)
  answer.set(reply, 4)
  return { answer: [answer] }
}

function serves({ versions: [first, last] }: ServedApi, version: number): boolean {
  return version >= first && version <= last
}

function encode(request: DecodedRequest, answer: Answer<never> | object): Outcome {
  if (answer === undefined) return nothing
  return { answer: encodeResponsePieces(request.api, request.apiVersion, request.correlationId, answer as never) }
}
