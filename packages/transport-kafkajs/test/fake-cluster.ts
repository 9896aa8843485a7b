import { PartitaError, type Clock } from '@partita/protocol'
import type {
  BrokerApi,
  FetchedPartition,
  FetchRequest,
  IncomingMessage,
  MetadataAnswer,
  ProduceAnswer,
  ProduceRequest,
} from '../src/broker-api.ts'
import type { Address, BrokerLink, BrokerSource } from '../src/kafkajs-brokers.ts'
import { FakeGroup } from './fake-group.ts'

export type Api = keyof BrokerApi

export interface SeenRequest {
  readonly api: Api
  readonly nodeId: number
  readonly request: never
}

/** Stands in for one request; `carryOut` does what the cluster would have done. */
export type Interception = (request: never, carryOut: () => Promise<unknown>, nodeId: number) => unknown

interface Partition {
  leader: number
  readonly log: IncomingMessage[]
  /** By producer id: the sequences of its latest batch, and where that is. */
  readonly producers: Map<string, { first: number; next: number; baseOffset: number }>
}

/** A cluster of the shape that kafkajs's brokers have, in memory. It knows producer sequences as Kafka does. */
export class FakeCluster implements BrokerSource {
  readonly seen: SeenRequest[] = []
  readonly group = new FakeGroup()
  /** Topics whose metadata comes with an error. */
  readonly topicErrors = new Map<string, number>()
  readonly #clock: Clock
  readonly #nodes: readonly number[]
  readonly #topics = new Map<string, Partition[]>()
  readonly #interceptions: { readonly api: Api; readonly act: Interception }[] = []
  #producerIds = 0
  #appended: (() => void)[] = []

  constructor(clock: Clock, nodes: readonly number[] = [1]) {
    this.#clock = clock
    this.#nodes = nodes
  }

  createTopic(topic: string, partitions: number, leader: (partition: number) => number = () => this.#nodes[0]!): void {
    const present = this.#topics.get(topic) ?? []
    for (let partition = present.length; partition < partitions; partition++) {
      present.push({ leader: leader(partition), log: [], producers: new Map() })
    }
    this.#topics.set(topic, present)
  }

  moveLeader(topic: string, partition: number, leader: number): void {
    this.#partition(topic, partition)!.leader = leader
  }

  /** The log of a partition, as values. */
  values(topic: string, partition: number): (string | null)[] {
    return this.#partition(topic, partition)!.log.map(({ value }) => value?.toString() ?? null)
  }

  /** Appends as a producer of no interest would. */
  append(topic: string, partition: number, messages: readonly Partial<IncomingMessage>[]): void {
    const { log } = this.#partition(topic, partition)!
    for (const message of messages) {
      const offset = String(message.offset ?? Number(log.at(-1)?.offset ?? -1) + 1)
      log.push({ timestamp: '1', key: null, value: null, headers: {}, ...message, offset })
    }
    for (const wake of this.#appended.splice(0)) wake()
  }

  /** Acts in place of the next request of this kind. */
  next(api: Api, act: Interception): void {
    this.#interceptions.push({ api, act })
  }

  requests<T>(api: Api): T[] {
    return this.seen.filter((each) => each.api === api).map(({ request }) => request as T)
  }

  seeds(): Promise<readonly Address[]> {
    return Promise.resolve([addressOf(this.#nodes[0]!)])
  }

  open(address: Address): Promise<BrokerLink> {
    const nodeId = address.port
    const under = new Set<(error: PartitaError) => void>()
    let broken = false
    const call = (api: Api, request: unknown): Promise<unknown> =>
      new Promise((resolve, reject) => {
        if (broken) return reject(connectionLost(api))
        under.add(reject)
        const settle = (): void => void under.delete(reject)
        this.#handle(api, request, nodeId).then(resolve, reject).finally(settle)
      })
    const api = new Proxy({} as BrokerApi, {
      get: (_, name) => (name === 'then' ? undefined : (request: unknown) => call(name as Api, request)),
    })
    return Promise.resolve({
      api,
      get broken() {
        return broken
      },
      connect: () => Promise.resolve(),
      destroy(error: PartitaError) {
        broken = true
        for (const reject of under) reject(error)
        return Promise.resolve()
      },
    })
  }

  async #handle(api: Api, request: unknown, nodeId: number): Promise<unknown> {
    this.seen.push({ api, nodeId, request: request as never })
    const carryOut = async (): Promise<unknown> => this.#carryOut(api, request as never, nodeId)
    const index = this.#interceptions.findIndex((each) => each.api === api)
    if (index < 0) return carryOut()
    const [interception] = this.#interceptions.splice(index, 1)
    return interception!.act(request as never, carryOut, nodeId)
  }

  #carryOut(api: Api, request: never, nodeId: number): unknown {
    switch (api) {
      case 'metadata':
        return this.#metadata(request)
      case 'produce':
        return this.#produce(request, nodeId)
      case 'fetch':
        return this.#fetch(request, nodeId)
      case 'listOffsets':
        return this.#listOffsets(request)
      case 'initProducerId':
        return { errorCode: 0, producerId: String(++this.#producerIds), producerEpoch: 0 }
      case 'findGroupCoordinator':
        return { errorCode: 0, coordinator: { nodeId: this.#nodes[0]!, ...addressOf(this.#nodes[0]!) } }
      default:
        return this.group.handle(api, request)
    }
  }

  #metadata(topics: readonly string[]): MetadataAnswer {
    const names = topics.length === 0 ? [...this.#topics.keys()] : topics
    return {
      brokers: this.#nodes.map((nodeId) => ({ nodeId, ...addressOf(nodeId) })),
      controllerId: this.#nodes[0]!,
      topicMetadata: names.map((topic) => ({
        topic,
        topicErrorCode: this.topicErrors.get(topic) ?? (this.#topics.has(topic) ? 0 : 3),
        partitionMetadata: (this.#topics.get(topic) ?? []).map(({ leader }, partitionId) => ({
          partitionId,
          partitionErrorCode: leader < 0 ? 5 : 0,
          leader,
        })),
      })),
    }
  }

  #produce({ producerId, topicData }: ProduceRequest, nodeId: number): ProduceAnswer {
    const topics = topicData.map(({ topic, partitions }) => ({
      topicName: topic,
      partitions: partitions.map(({ partition, firstSequence, messages }) => {
        const answer = (
          errorCode: number,
          baseOffset: number,
        ): ProduceAnswer['topics'][number]['partitions'][number] => ({
          partition,
          errorCode,
          baseOffset: String(baseOffset),
          logAppendTime: '-1',
        })
        const found = this.#partition(topic, partition)
        if (found === undefined) return answer(3, -1)
        if (found.leader !== nodeId) return answer(6, -1)
        const known = found.producers.get(String(producerId))
        const idempotent = Number(producerId) >= 0
        if (idempotent && known?.first === firstSequence && known.next === firstSequence + messages.length) {
          return answer(0, known.baseOffset)
        }
        if (idempotent && known !== undefined && known.next !== firstSequence) return answer(45, -1)
        const baseOffset = found.log.length
        const next = firstSequence + messages.length
        if (idempotent) found.producers.set(String(producerId), { first: firstSequence, next, baseOffset })
        this.append(
          topic,
          partition,
          messages.map(({ value, key, timestamp }) => ({
            value: value === null ? null : Buffer.from(value),
            key: key === null ? null : Buffer.from(key),
            timestamp: String(Number(timestamp)),
          })),
        )
        return answer(0, baseOffset)
      }),
    }))
    return { topics }
  }

  async #fetch(request: FetchRequest, nodeId: number): Promise<unknown> {
    let answer = this.#fetchNow(request, nodeId)
    if (answer.some(({ errorCode, messages }) => errorCode !== 0 || messages.length > 0)) return responses(answer)
    await new Promise<void>((resolve) => {
      this.#appended.push(resolve)
      this.#clock.setTimer(request.maxWaitTime, resolve)
    })
    answer = this.#fetchNow(request, nodeId)
    return responses(answer)
  }

  #fetchNow({ topics }: FetchRequest, nodeId: number): (FetchedPartition & { topic: string })[] {
    return topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, fetchOffset }) => {
        const { leader, log } = this.#partition(topic, partition)!
        const highWatermark = String(Number(log.at(-1)?.offset ?? -1) + 1)
        const outside = Number(fetchOffset) > Number(highWatermark) || Number(fetchOffset) < Number(log[0]?.offset ?? 0)
        const errorCode = leader === nodeId ? (outside ? 1 : 0) : 6
        const messages = errorCode === 0 ? log.filter(({ offset }) => Number(offset) >= Number(fetchOffset)) : []
        return { topic, partition, errorCode, highWatermark, abortedTransactions: [], messages }
      }),
    )
  }

  #listOffsets({ topics }: Parameters<BrokerApi['listOffsets']>[0]): unknown {
    return {
      responses: topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition, timestamp }) => {
          const { log } = this.#partition(topic, partition)!
          const end = Number(log.at(-1)?.offset ?? -1) + 1
          return { partition, errorCode: 0, offset: String(timestamp === -2 ? (log[0]?.offset ?? end) : end) }
        }),
      })),
    }
  }

  #partition(topic: string, partition: number): Partition | undefined {
    return this.#topics.get(topic)?.[partition]
  }
}

function responses(partitions: readonly (FetchedPartition & { topic: string })[]): unknown {
  return { responses: partitions.map((each) => ({ topicName: each.topic, partitions: [each] })) }
}

function addressOf(nodeId: number): Address {
  return { host: 'node', port: nodeId }
}

/** The error of a connection that broke while an answer was awaited. */
export function connectionLost(api: Api): PartitaError {
  const ambiguous = api === 'produce'
  return new PartitaError('CONNECTION_FAILED', 'The connection was closed before the answer came.', {
    retriable: true,
    ambiguous,
  })
}
