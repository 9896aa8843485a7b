import {
  partitionName,
  PartitaError,
  reasonOf,
  toPartitaError,
  type FetchedBatch,
  type TopicPartition,
} from '@partita/protocol'
import type { FetchAnswer, FetchedPartition } from './broker-api.ts'
import type { ClusterSession } from './cluster-session.ts'
import { refusal } from './errors.ts'
import { FetchPosition } from './fetch-position.ts'
import { toFetchedBatch } from './fetched-batch.ts'
import { fetchRequest, type FetchSettings, type Requested } from './fetch-request.ts'
import type { TopicMetadata } from './topic-metadata.ts'
import { Backoff } from './waiting.ts'

/** Whoever takes what was fetched. */
export interface FetchSink {
  records(batch: FetchedBatch): void
  /** The offset is not in the log any more; resolves with where to go on. */
  outOfRange(position: TopicPartition): Promise<number>
  /** Nothing more can be fetched. */
  failed(error: PartitaError): void
}

/** Java: `retry.backoff.ms` and `retry.backoff.max.ms`. */
const firstRestMs = 100
const longestRestMs = 1_000

/** So long is a nearer replica asked before the leader is again. Java: `metadata.max.age.ms`. */
const replicaMs = 300_000

/** Refusals that say: another broker, or a little later. */
const passing: ReadonlySet<string> = new Set([
  'NOT_LEADER_OR_FOLLOWER',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
])

/**
 * Fetches the assigned partitions: one request at a time for each broker, of all its partitions that are wanted, and the
 * next as soon as the answer was handed over. Nothing here waits for a handler; what must not come is paused.
 */
export class Fetcher {
  readonly #session: ClusterSession
  readonly #metadata: TopicMetadata
  readonly #settings: FetchSettings
  readonly #sink: FetchSink
  readonly #backoff: Backoff
  readonly #busyNodes = new Set<number>()
  #positions = new Map<string, FetchPosition>()

  constructor(session: ClusterSession, metadata: TopicMetadata, settings: FetchSettings, sink: FetchSink) {
    this.#session = session
    this.#metadata = metadata
    this.#settings = settings
    this.#sink = sink
    this.#backoff = new Backoff(session.clock, firstRestMs, longestRestMs)
  }

  /** Begins with these; those before are forgotten. */
  start(positions: readonly FetchPosition[]): void {
    this.#positions = new Map(positions.map((each) => [partitionName(each), each]))
    this.#pump()
  }

  /** Nothing is handed over any more, not even what is on its way. */
  stop(): void {
    this.#positions = new Map()
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const position of this.#find(partitions)) position.paused = true
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const position of this.#find(partitions)) position.paused = false
    this.#pump()
  }

  seek(partition: TopicPartition, offset: number): void {
    for (const position of this.#find([partition])) {
      // A new one: what is on its way for the old one is then not taken.
      const moved = new FetchPosition(partition, offset)
      moved.paused = position.paused
      this.#positions.set(partitionName(partition), moved)
    }
    this.#pump()
  }

  #find(partitions: readonly TopicPartition[]): FetchPosition[] {
    return partitions.flatMap((each) => this.#positions.get(partitionName(each)) ?? [])
  }

  #isCurrent(position: FetchPosition): boolean {
    return this.#positions.get(partitionName(position)) === position
  }

  /** Sends a request to each broker that has none under way and leads a partition that is wanted. */
  #pump(): void {
    const byNode = new Map<number, FetchPosition[]>()
    for (const position of this.#positions.values()) {
      if (!position.wanted) continue
      const nodeId = this.#nodeOf(position)
      if (nodeId < 0) void this.#findLeader(position)
      else if (!this.#busyNodes.has(nodeId)) byNode.set(nodeId, [...(byNode.get(nodeId) ?? []), position])
    }
    for (const [nodeId, positions] of byNode) {
      const single = positions.find(({ alone }) => alone)
      void this.#fetchFrom(nodeId, single === undefined ? positions : [single])
    }
  }

  #nodeOf(position: FetchPosition): number {
    const { replica } = position
    if (replica !== undefined && this.#session.clock.monotonic() < replica.until) return replica.nodeId
    return this.#metadata.knownLeader(position.topic, position.partition)
  }

  async #findLeader(position: FetchPosition): Promise<void> {
    position.resting = true
    try {
      await this.#metadata.leader(position.topic, position.partition)
      position.resting = false
      this.#pump()
    } catch (error) {
      this.#stumble(position, toPartitaError(error))
    }
  }

  async #fetchFrom(nodeId: number, positions: readonly FetchPosition[]): Promise<void> {
    const requested = positions.map((position): Requested => ({ position, offset: position.offset }))
    for (const position of positions) position.inRequest = true
    this.#busyNodes.add(nodeId)
    try {
      const broker = await this.#session.node(nodeId)
      const answer = await broker.fetch(fetchRequest(requested, this.#settings, this.#someLeftOut()))
      this.#backoff.reset()
      this.#take(answer, requested)
    } catch (error) {
      this.#fetchFailed(positions, toPartitaError(error, { api: 'Fetch' }))
    } finally {
      this.#busyNodes.delete(nodeId)
      for (const position of positions) position.inRequest = false
      this.#pump()
    }
  }

  #someLeftOut(): boolean {
    return [...this.#positions.values()].some(({ paused, resting }) => paused || resting)
  }

  #take(answer: FetchAnswer, requested: readonly Requested[]): void {
    const asked = new Map(requested.map((each) => [partitionName(each.position), each]))
    for (const { topicName: topic, partitions } of answer.responses) {
      for (const fetched of partitions) {
        const { position, offset } = asked.get(partitionName({ topic, partition: fetched.partition })) ?? {}
        if (position === undefined || offset === undefined || !this.#isCurrent(position)) continue
        if (fetched.errorCode === 0) this.#handOver(position, offset, fetched)
        else this.#refused(position, fetched.errorCode)
      }
    }
  }

  #handOver(position: FetchPosition, offset: number, fetched: FetchedPartition): void {
    const { preferredReadReplica = -1 } = fetched
    if (preferredReadReplica >= 0) {
      position.replica = { nodeId: preferredReadReplica, until: this.#session.clock.monotonic() + replicaMs }
    }
    position.alone = false
    const batch = toFetchedBatch(position, offset, fetched)
    if (batch.nextOffset === offset) return
    position.offset = batch.nextOffset
    this.#sink.records(batch)
  }

  #refused(position: FetchPosition, errorCode: number): void {
    const error = refusal(errorCode, { api: 'Fetch', topic: position.topic, partition: position.partition })
    if (position.replica !== undefined) {
      // A follower may be behind, or no longer in sync: the leader has the last word.
      position.replica = undefined
      return
    }
    if (error.code === 'OFFSET_OUT_OF_RANGE') void this.#startOver(position)
    else this.#stumble(position, error)
  }

  async #startOver(position: FetchPosition): Promise<void> {
    position.resting = true
    try {
      const offset = await this.#sink.outOfRange(position)
      position.offset = offset
      position.resting = false
      this.#pump()
    } catch (error) {
      this.#stumble(position, toPartitaError(error))
    }
  }

  #fetchFailed(positions: readonly FetchPosition[], error: PartitaError): void {
    if (error.retriable || positions.length === 1) {
      const place = positions[0]!
      for (const position of positions) this.#stumble(position, error, place)
    } else {
      // kafkajs decodes an answer as a whole. One partition at a time, the guilty one shows.
      for (const position of positions) position.alone = true
    }
  }

  /** A failure that may pass: looks for the leader anew, a little later. Any other ends the fetching. */
  #stumble(position: FetchPosition, error: PartitaError, place: TopicPartition = position): void {
    if (!this.#isCurrent(position)) return
    if (!error.retriable && !passing.has(error.code)) return this.#sink.failed(withPartition(error, place))
    this.#metadata.forget(position.topic)
    position.replica = undefined
    position.resting = true
    this.#session.clock.setTimer(this.#backoff.next(), () => {
      position.resting = false
      this.#pump()
    })
  }
}

function withPartition(error: PartitaError, { topic, partition }: TopicPartition): PartitaError {
  if (error.place.partition !== undefined) return error
  const text = `The partition cannot be fetched: ${reasonOf(error)}`
  return new PartitaError(error.code, text, { api: 'Fetch', ...error.place, topic, partition, cause: error })
}
