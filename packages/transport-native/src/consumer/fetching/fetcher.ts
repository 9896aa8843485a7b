import {
  partitionName,
  toPartitaError,
  type FetchedBatch,
  type PartitaError,
  type FetchOptions,
  type TopicPartition,
} from '@partita/protocol'
import { fetchApi } from '@partita/wire'
import type { Cluster } from '../../cluster/cluster.ts'
import type { FrameMemory } from '../../network/frame-memory.ts'
import { refusal } from '../refusal.ts'
import { BrokerFetch, type FetchAnswer } from './broker-fetch.ts'
import { Deliveries } from './deliveries.ts'
import { FetchCare } from './fetch-care.ts'
import { FetchPosition } from './fetch-position.ts'
import { sliceOf, type AnsweredPartition } from './fetched-slice.ts'
import type { StartOffsets } from './start-offsets.ts'

export interface FetcherSettings {
  readonly cluster: Cluster
  readonly options: FetchOptions
  readonly starts: StartOffsets
  readonly signal: AbortSignal
  records(batch: FetchedBatch): void
  /** Nothing can be fetched any more. */
  failed(error: PartitaError): void
}

/** So long a nearer replica is asked before the leader is again. Java: `metadata.max.age.ms`. */
const replicaMs = 300_000

/**
 * Fetches the assigned partitions: from each broker all that are wanted in one request, and the next request is sent
 * before what the answer brought is decoded. Nothing here waits for a handler; what must not come is paused.
 */
export class Fetcher {
  readonly #settings: FetcherSettings
  readonly #care: FetchCare
  readonly #deliveries: Deliveries
  readonly #brokers: Map<number, BrokerFetch> = new Map()
  /** By name. Those that brought records move to the end, so that none is left out where an answer's bytes are few. */
  readonly #positions: Map<string, FetchPosition> = new Map()

  constructor(settings: FetcherSettings) {
    this.#settings = settings
    const isCurrent = (position: FetchPosition): boolean => this.#isCurrent(position)
    const { cluster, starts, signal, records, failed } = settings
    this.#care = new FetchCare({
      cluster,
      starts,
      signal,
      isCurrent,
      move: (position, offset) => this.#move(position, offset),
      goOn: () => this.#pump(),
      failed,
    })
    this.#deliveries = new Deliveries({
      clock: cluster.clock,
      isCurrent,
      records,
      madeRoom: () => this.#pump(),
      unreadable: (position, from, error) => this.#care.unreadable(position, from, error),
    })
  }

  /** Begins with these. An offset of `null` is found out by `autoOffsetReset`. */
  add(positions: readonly (TopicPartition & { readonly offset: number | null })[]): void {
    for (const each of positions) this.#positions.set(partitionName(each), new FetchPosition(each, each.offset))
    this.#pump()
  }

  /** Nothing of these is handed over any more, not even what is on its way. */
  remove(partitions: Iterable<TopicPartition>): void {
    for (const each of partitions) this.#positions.delete(partitionName(each))
    // Nothing may follow for a long time.
    for (const { memory } of this.#brokers.values()) memory.clear()
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const position of this.#found(partitions)) position.paused = true
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const position of this.#found(partitions)) {
      position.paused = false
      this.#deliveries.resumed(position)
    }
    this.#pump()
  }

  seek(partition: TopicPartition, offset: number): void {
    for (const position of this.#found([partition])) this.#move(position, offset)
    this.#pump()
  }

  #found(partitions: readonly TopicPartition[]): FetchPosition[] {
    return partitions.flatMap((each) => this.#positions.get(partitionName(each)) ?? [])
  }

  #isCurrent(position: FetchPosition): boolean {
    return this.#positions.get(position.name) === position && !this.#settings.signal.aborted
  }

  #move(position: FetchPosition, offset: number): FetchPosition {
    const moved = new FetchPosition(position, offset)
    moved.paused = position.paused
    moved.leaderEpoch = position.leaderEpoch
    if (this.#isCurrent(position)) this.#positions.set(moved.name, moved)
    return moved
  }

  /**
   * Sends a request to each broker that has none under way and has a partition that is wanted. Where one is about to be
   * wanted, the request waits for it: one that left it out might wait for records of the others meanwhile.
   */
  #pump(): void {
    if (this.#settings.signal.aborted) return
    const byNode = new Map<number, FetchPosition[]>()
    const held = new Set<number>()
    for (const position of this.#positions.values()) {
      if (position.isBehind) held.add(position.node)
      const node = position.wanted ? this.#care.route(position) : null
      if (node === null) continue
      const of = byNode.get(node)
      if (of === undefined) byNode.set(node, [position])
      else of.push(position)
    }
    for (const [node, positions] of byNode) {
      const broker = this.#broker(node)
      if (!broker.busy && !held.has(node)) void this.#fetch(node, broker, positions)
    }
  }

  #broker(node: number): BrokerFetch {
    let broker = this.#brokers.get(node)
    if (broker === undefined) this.#brokers.set(node, (broker = new BrokerFetch(node, this.#settings)))
    return broker
  }

  async #fetch(node: number, broker: BrokerFetch, positions: readonly FetchPosition[]): Promise<void> {
    const onePaused = [...this.#positions.values()].some((position) => position.paused && position.node === node)
    const answer = await broker.ask(positions, onePaused, (error) => {
      for (const position of positions) this.#care.stumbled(position, error)
    })
    // Not before this: whoever pumps must not ask for what has just come.
    broker.done(positions)
    if (this.#settings.signal.aborted) return
    const brought = answer === null ? [] : this.#take(answer, positions, broker.memory)
    // All there is has been read: what comes next will be short.
    if (brought.length === 0) broker.memory.clear()
    // The next request is on its way before what this one brought is decoded.
    this.#pump()
    this.#deliveries.brought(brought)
  }

  /** Moves the positions on, and gives those that something was fetched of. */
  #take(answer: FetchAnswer, positions: readonly FetchPosition[], memory: FrameMemory): FetchPosition[] {
    const asked = new Map(positions.map((position) => [position.name, position]))
    const brought: FetchPosition[] = []
    for (const { topic: name, topicId, partitions } of answer.responses) {
      const topic = name === '' ? (this.#settings.cluster.topicName(topicId) ?? '') : name
      for (const answered of partitions) {
        const position = asked.get(partitionName({ topic, partition: answered.partitionIndex }))
        if (position === undefined || !this.#isCurrent(position)) continue
        if (answered.errorCode !== 0) this.#refused(position, answered, answer)
        else if (this.#accept(position, answered, memory)) brought.push(position)
      }
    }
    return brought
  }

  #refused(position: FetchPosition, answered: AnsweredPartition, { nodeEndpoints }: FetchAnswer): void {
    const { topic, partition } = position
    const { leaderId: node, leaderEpoch } = answered.currentLeader
    const endpoint = nodeEndpoints.find(({ nodeId }) => nodeId === node)
    if (node >= 0) this.#settings.cluster.learnLeader(topic, partition, { node, leaderEpoch }, endpoint)
    this.#care.refused(position, refusal(answered.errorCode, { api: fetchApi.name, topic, partition }))
  }

  #accept(position: FetchPosition, answered: AnsweredPartition, memory: FrameMemory): boolean {
    const { preferredReadReplica: replica } = answered
    if (replica >= 0) {
      position.replica = { node: replica, until: this.#settings.cluster.clock.monotonic() + replicaMs }
      return false
    }
    const from = position.offset!
    try {
      const slice = sliceOf(answered, from, memory)
      position.backoff?.succeeded()
      if (slice === null) return false
      position.offset = slice.nextOffset
      position.lastFetchedEpoch = slice.headers.at(-1)!.partitionLeaderEpoch
      slice.startsOver = position.startsOver
      position.startsOver = false
      position.waiting.push(slice)
    } catch (error) {
      this.#care.unreadable(position, from, toPartitaError(error))
      return false
    }
    const { name } = position
    this.#positions.delete(name)
    this.#positions.set(name, position)
    return true
  }
}
