import {
  partitionName,
  PartitaError,
  toPartitaError,
  type AssignOptions,
  type ConsumerGroupMetadata,
  type GroupListener,
  type GroupMembership,
  type OffsetCommit,
  type TopicPartition,
} from '@partita/protocol'
import type { ClusterSession } from './cluster-session.ts'
import type { Committed } from './committed-offsets.ts'
import { FetchPosition } from './fetch-position.ts'
import { Fetcher } from './fetcher.ts'
import { GroupCoordinator } from './group-coordinator.ts'
import { OffsetCommits } from './offset-commits.ts'
import { Signal } from './signal.ts'
import { StartOffsets } from './start-offsets.ts'
import { TopicMetadata } from './topic-metadata.ts'
import { Backoff, pause } from './waiting.ts'

/** At the start nobody is served by waiting for a cluster that may not even exist. */
const attemptsAtTheStart = 3

/** Reads partitions that the application chose by itself: they come once, and stay. */
export class ManualReader implements GroupMembership {
  readonly memberId: string = ''
  readonly #session: ClusterSession
  readonly #options: AssignOptions
  readonly #listener: GroupListener
  /** Of the group whose offsets are read and written, without being a member of it. */
  readonly #group: GroupCoordinator | undefined
  readonly #commits: OffsetCommits | undefined
  readonly #startOffsets: StartOffsets
  readonly #fetcher: Fetcher
  readonly #ended = new Signal<PartitaError | undefined>()
  #epoch = -1
  #closed: Promise<void> = Promise.resolve()

  constructor(session: ClusterSession, options: AssignOptions, listener: GroupListener) {
    const { groupId, partitions } = options
    const metadata = new TopicMetadata(session)
    this.#session = session
    this.#options = options
    this.#listener = listener
    this.#startOffsets = new StartOffsets(session, metadata, options)
    this.#fetcher = new Fetcher(session, metadata, options, {
      records: (batch) => this.#tell(() => listener.records(batch)),
      outOfRange: (position) => this.#startOffsets.afterOutOfRange(position),
      failed: (error) => this.#fail(error),
    })
    if (groupId === undefined) return
    const names = new Set(partitions.map(partitionName))
    // Nobody joins: there are no topics to subscribe to and no sessions to keep.
    this.#group = new GroupCoordinator(session, metadata, {
      groupId,
      topics: [],
      sessionTimeoutMs: 0,
      rebalanceTimeoutMs: 0,
    })
    this.#commits = new OffsetCommits(session.clock, this.#group, {
      groupId,
      owns: (partition) => names.has(partition),
      ended: this.#ended,
      rebalancing: ignore,
      lost: ignore,
    })
  }

  get epoch(): number {
    return this.#epoch
  }

  groupMetadata(): ConsumerGroupMetadata {
    return { groupId: this.#options.groupId ?? '', generationId: -1, memberId: this.memberId }
  }

  /** Finds where each partition goes on, tells the listener, and begins to fetch. */
  async begin(): Promise<void> {
    const { partitions } = this.#options
    const backoff = new Backoff(this.#session.clock, 100, 1_000)
    for (let attempt = 1; !this.#ended.fired; attempt++) {
      try {
        const asked = partitions.filter(({ offset }) => offset === undefined)
        const committed = this.#group === undefined || asked.length === 0 ? [] : await this.#group.committed(asked)
        const starts = await this.#startOffsets.find(asked, committed)
        if (!this.#ended.fired) this.#assign(committed, starts)
        return
      } catch (cause) {
        const error = toPartitaError(cause)
        const outOfReach = error.code === 'CONNECTION_FAILED' && attempt >= attemptsAtTheStart
        if (!error.retriable || outOfReach) throw error
        await pause(this.#session.clock, backoff.next(), this.#ended.promise)
      }
    }
  }

  commit(offsets: readonly OffsetCommit[]): Promise<void> {
    if (this.#commits !== undefined) return this.#commits.commit(offsets)
    const text = 'There is no group to commit to: give a groupId with the partitions.'
    return Promise.reject(new PartitaError('INVALID_GROUP_ID', text, { api: 'OffsetCommit' }))
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#fetcher.pause(partitions)
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#fetcher.resume(partitions)
  }

  seek(partition: TopicPartition, offset: number): void {
    this.#fetcher.seek(partition, offset)
  }

  leave(): Promise<void> {
    return this.#end(new PartitaError('CLOSED', 'The partitions are read no more.'))
  }

  #assign(committed: readonly Committed[], starts: ReadonlyMap<string, number>): void {
    const { partitions } = this.#options
    const commits = new Map(
      committed.map(({ offset, metadata, ...place }) => [partitionName(place), { offset, metadata }]),
    )
    const places = partitions.map(({ topic, partition }) => ({ topic, partition }))
    const assigned = places.map((place) => ({ ...place, committed: commits.get(partitionName(place)) ?? null }))
    this.#epoch = 0
    this.#tell(() => this.#listener.assigned(assigned, this.#epoch))
    const positions = partitions.map(
      ({ topic, partition, offset }) =>
        new FetchPosition({ topic, partition }, offset ?? starts.get(partitionName({ topic, partition }))!),
    )
    this.#fetcher.start(positions)
  }

  /** Calls the listener; an error of its own ends the reading, for it would be a defect. */
  #tell(call: () => void): void {
    if (this.#ended.fired) return
    try {
      call()
    } catch (error) {
      this.#fail(toPartitaError(error))
    }
  }

  #fail(error: PartitaError): void {
    if (this.#ended.fired) return
    void this.#end(error)
    this.#listener.failed(error)
  }

  #end(error: PartitaError): Promise<void> {
    if (this.#ended.fired) return this.#closed
    this.#fetcher.stop()
    this.#ended.fire(error)
    this.#closed = this.#session.close()
    return this.#closed
  }
}

/** Who is not a member has no membership to lose. */
function ignore(): void {}
