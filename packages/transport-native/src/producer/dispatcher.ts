import { type Acks, type CompressionType, PartitaError, toPartitaError } from '@partita/protocol'
import { produceApi } from '@partita/wire'
import type { Cluster } from '../cluster/cluster.ts'
import type { Leaders, NodeEndpoint } from './leaders.ts'
import {
  nothingKnown,
  type PartitionAnswer,
  ProduceRequest,
  type ProduceResponse,
  shareOut,
} from './produce-request.ts'
import { notSent, unanswered } from './refusals.ts'
import type { Shipment } from './shipment.ts'
import type { Transactions } from './transaction/transactions.ts'

/** Java's `max.request.size`: a larger request would keep the connection from the others behind it. */
const maxRequestBytes = 1_048_576

export interface DispatcherPorts {
  readonly cluster: Cluster
  readonly leaders: Leaders
  readonly acks: Acks
  readonly requestTimeoutMs: number
  readonly compressionType: CompressionType
  /** Under what name, and with what versions, a transactional producer writes. */
  readonly transactions: Pick<Transactions, 'transactionalId' | 'atMostVersions'> | undefined
  /** A broker's word on one shipment. */
  answered(shipment: Shipment, node: number, answer: PartitionAnswer, endpoints: readonly NodeEndpoint[]): void
}

/** Brings together what is written to one node in one turn of the event loop, and shares the answers out. */
export class Dispatcher {
  readonly #ports: DispatcherPorts
  #waiting = new Map<number, Shipment[]>()

  constructor(ports: DispatcherPorts) {
    this.#ports = ports
  }

  add(node: number, shipment: Shipment): void {
    shipment.stage = 'queued'
    const others = this.#waiting.get(node)
    if (others !== undefined) {
      others.push(shipment)
      return
    }
    // Whoever writes has collected until the end of a turn already: waiting for one more would only add latency.
    if (this.#waiting.size === 0) queueMicrotask(this.#flush)
    this.#waiting.set(node, [shipment])
  }

  readonly #flush = (): void => {
    const waiting = this.#waiting
    this.#waiting = new Map()
    for (const [node, shipments] of waiting) {
      if (this.#ports.compressionType === 'none') this.#sendAll(node, shipments)
      else void this.#compress(shipments).then(() => this.#sendAll(node, shipments))
    }
  }

  /** Together, so that they still travel together. */
  async #compress(shipments: readonly Shipment[]): Promise<void> {
    const { compressionType } = this.#ports
    await Promise.all(
      shipments.map((shipment) =>
        shipment.batch.compress(compressionType).catch((error: unknown) => {
          shipment.fail(notSent(toPartitaError(error), shipment.batch))
        }),
      ),
    )
  }

  #sendAll(node: number, shipments: readonly Shipment[]): void {
    const wanted = shipments.filter(({ settled }) => !settled)
    for (const part of shareOut(wanted, maxRequestBytes)) void this.#send(node, part)
  }

  async #send(node: number, shipments: readonly Shipment[]): Promise<void> {
    const { cluster, acks, requestTimeoutMs, transactions } = this.#ports
    const request = new ProduceRequest(shipments, cluster)
    const atMostVersion = Math.min(request.atMostVersion ?? Infinity, transactions?.atMostVersions.produce ?? Infinity)
    const options = { timeoutMs: requestTimeoutMs, atMostVersion }
    try {
      const body = request.body(acks, requestTimeoutMs, transactions?.transactionalId ?? null)
      for (const shipment of shipments) shipment.markSent()
      if (acks === 0) {
        await cluster.send(node, produceApi, body, options)
        for (const shipment of shipments) shipment.succeed(nothingKnown)
      } else {
        this.#take(request, node, await cluster.request(node, produceApi, body, options))
        this.#failRest(shipments, node, forgotten)
      }
    } catch (error) {
      this.#failRest(shipments, node, toPartitaError(error, { api: 'Produce' }))
    }
  }

  #take(request: ProduceRequest, node: number, { responses, nodeEndpoints }: ProduceResponse): void {
    for (const topic of responses) {
      const shipments = request.shipmentsOf(topic)
      for (const answer of topic.partitionResponses) {
        const shipment = shipments?.get(answer.index)
        if (shipment?.settled === false) this.#ports.answered(shipment, node, answer, nodeEndpoints)
      }
    }
  }

  #failRest(shipments: readonly Shipment[], node: number, error: PartitaError): void {
    for (const shipment of shipments) {
      if (shipment.settled) continue
      this.#ports.leaders.doubt(shipment.batch.topic)
      shipment.fail(unanswered(error, shipment.batch, node))
    }
  }
}

const forgotten = new PartitaError('MALFORMED', "The broker's answer leaves out a partition that was written to.")
