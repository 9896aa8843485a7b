import { PartitaError, reasonOf, toPartitaError } from '@partita/protocol'
import { fetchApi, zeroUuid } from '@partita/wire'
import type { Cluster, PartitionMetadata } from '../../cluster/cluster.ts'
import { rest, retryBackoff } from '../retry.ts'
import { endOfEpoch } from './epoch-end.ts'
import type { FetchPosition } from './fetch-position.ts'
import type { StartOffsets } from './start-offsets.ts'

export interface FetchCareSettings {
  readonly cluster: Cluster
  readonly starts: StartOffsets
  readonly signal: AbortSignal
  /** Whether the position still stands for its partition. */
  isCurrent(position: FetchPosition): boolean
  /**
   * Goes on from another offset; what is on its way is let go. Gives the position that stands for the partition now.
   */
  move(position: FetchPosition, offset: number): FetchPosition
  /** Something can be fetched again. */
  goOn(): void
  /** Nothing can be fetched any more. */
  failed(error: PartitaError): void
}

/**
 * So often in a row the same batch may turn out damaged before the partition is given up: the wire might be to blame.
 */
const maxCorruptions = 3

const outOfRange = 'its log does not have the offset to go on from'

/**
 * Looks after positions that cannot simply be fetched: finds their leader, waits after a failure, begins anew where the
 * offset is gone, and checks against a new leader's log that what was read before is still in it.
 */
export class FetchCare {
  readonly #settings: FetchCareSettings

  constructor(settings: FetchCareSettings) {
    this.#settings = settings
  }

  /**
   * The node to ask for the position; `null`: not now, it is being looked after and {@link FetchCareSettings.goOn}
   * follows.
   */
  route(position: FetchPosition): number | null {
    const { cluster } = this.#settings
    if (position.offset === null) return this.#begin(position, () => this.#findStart(position, outOfRange))
    const topic = cluster.cachedTopic(position.topic)
    if (topic !== undefined && wasMadeAnew(position, topic.topicId)) return this.#beginAnew(position)
    const metadata = topic?.partitions[position.partition]
    if (topic === undefined || metadata === undefined || metadata.leader < 0) return this.#noLeader(position)
    if (mustCompare(position, metadata)) return this.#begin(position, () => this.#compare(position, metadata))
    position.topicId = topic.topicId
    position.leaderEpoch = metadata.leaderEpoch
    position.node = this.#nearerReplica(position) ?? metadata.leader
    return position.node
  }

  /** An answer's error for one partition. */
  refused(position: FetchPosition, error: PartitaError): void {
    if (!this.#settings.isCurrent(position)) return
    // A follower may be behind, or no longer in sync: the leader has the last word.
    if (position.replica !== undefined) void this.#recover(position)
    else if (error.code === 'OFFSET_OUT_OF_RANGE') this.#outOfRange(position)
    // The answer itself may have told where the leader is now (KIP-951).
    else if (!this.#knowsNewerLeader(position)) this.stumbled(position, error)
  }

  /** A failure: goes on a little later, with fresh metadata, unless there is no point in it. */
  stumbled(position: FetchPosition, error: PartitaError): void {
    if (!this.#settings.isCurrent(position)) return
    if (error.retriable) void this.#recover(position)
    else this.#settings.failed(placed(error, position))
  }

  /** What came from that offset on cannot be read. */
  unreadable(position: FetchPosition, from: number, error: PartitaError): void {
    if (!this.#settings.isCurrent(position)) return
    const isDamaged = error.code === 'CORRUPT_MESSAGE' || error.code === 'MALFORMED'
    if (!isDamaged || position.corruptions + 1 >= maxCorruptions) return this.#settings.failed(placed(error, position))
    const moved = this.#settings.move(position, from)
    moved.corruptions = position.corruptions + 1
    void this.#recover(moved)
  }

  #noLeader(position: FetchPosition): null {
    void this.#recover(position)
    return null
  }

  #begin(position: FetchPosition, work: () => Promise<void>): null {
    position.resting = true
    void work().catch((error: unknown) => {
      position.resting = false
      this.stumbled(position, toPartitaError(error, { api: fetchApi.name }))
    })
    return null
  }

  #done(position: FetchPosition): void {
    position.resting = false
    this.#settings.goOn()
  }

  async #recover(position: FetchPosition): Promise<void> {
    const { cluster, signal } = this.#settings
    position.replica = undefined
    position.resting = true
    position.backoff ??= retryBackoff(cluster.clock)
    position.backoff.failed()
    await rest(cluster.clock, position.backoff.delayMs())
    if (signal.aborted) return
    try {
      await cluster.topic(position.topic, { refresh: true, signal })
    } catch {
      // What matters is what the next fetch says; without a leader there is none, and this comes again.
    }
    this.#done(position)
  }

  #outOfRange(position: FetchPosition): void {
    try {
      this.#settings.starts.checkMayReset([position], outOfRange)
    } catch (error) {
      return this.#settings.failed(toPartitaError(error))
    }
    position.offset = null
  }

  /** What was read before is of another log, whose offsets mean nothing here. */
  #beginAnew(position: FetchPosition): null {
    position.topicId = ''
    position.offset = null
    position.leaderEpoch = -1
    position.startsOver = true
    return this.#begin(position, () => this.#findStart(position, 'its topic was deleted and made anew'))
  }

  async #findStart(position: FetchPosition, why: string): Promise<void> {
    const { offsets, failure } = await this.#settings.starts.find([position], why)
    const [offset] = offsets.values()
    if (offset === undefined) throw failure ?? new PartitaError('UNEXPECTED', 'The broker told no offset.')
    position.offset = offset
    position.lastFetchedEpoch = -1
    this.#done(position)
  }

  async #compare(position: FetchPosition, { leader, leaderEpoch }: PartitionMetadata): Promise<void> {
    const { cluster, signal, starts, isCurrent, move } = this.#settings
    const { topic, partition, lastFetchedEpoch: epoch } = position
    const end = await endOfEpoch(cluster, { topic, partition, leader, leaderEpoch, epoch, signal })
    if (!isCurrent(position)) return
    position.leaderEpoch = leaderEpoch
    if (end === null || end < position.offset!) {
      starts.checkMayReset([position], 'a new leader has cut off its log before the offset to go on from')
      // What waits to be handed over was read before, and may be cut off in part.
      const delivered = position.waiting[0]?.from ?? position.offset!
      if (end === null) position.offset = null
      const next = end === null ? position : move(position, Math.min(end, delivered))
      next.startsOver = end === null || end < delivered
    }
    this.#done(position)
  }

  #knowsNewerLeader({ topic, partition, leaderEpoch }: FetchPosition): boolean {
    const metadata = this.#settings.cluster.cachedTopic(topic)?.partitions[partition]
    return metadata !== undefined && metadata.leader >= 0 && metadata.leaderEpoch > leaderEpoch
  }

  #nearerReplica({ replica }: FetchPosition): number | undefined {
    const { cluster } = this.#settings
    const holds = replica !== undefined && cluster.clock.monotonic() < replica.until
    return holds && cluster.nodes().includes(replica.node) ? replica.node : undefined
  }
}

/** Another leader since the last fetch, and something was fetched that might not be in its log. */
function mustCompare(position: FetchPosition, { leaderEpoch }: PartitionMetadata): boolean {
  return position.lastFetchedEpoch >= 0 && position.leaderEpoch >= 0 && leaderEpoch > position.leaderEpoch
}

function wasMadeAnew({ topicId: before }: FetchPosition, topicId: string): boolean {
  return before !== '' && before !== zeroUuid && topicId !== zeroUuid && before !== topicId
}

function placed(error: PartitaError, { topic, partition }: FetchPosition): PartitaError {
  if (error.place.partition !== undefined) return error
  const text = `The partition cannot be read on: ${reasonOf(error)}`
  return new PartitaError(error.code, text, { api: fetchApi.name, ...error.place, topic, partition, cause: error })
}
