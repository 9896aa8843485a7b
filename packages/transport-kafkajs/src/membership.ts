import {
  partitionName,
  PartitaError,
  toPartitaError,
  type AssignedPartition,
  type GroupListener,
  type ConsumerGroupMetadata,
  type GroupMembership,
  type OffsetCommit,
  type SubscribeOptions,
  type TopicPartition,
} from '@partita/protocol'
import type { EagerStrategy } from './assignor.ts'
import type { ClusterSession } from './cluster-session.ts'
import { drainedInTime } from './drain.ts'
import { FetchPosition } from './fetch-position.ts'
import { Fetcher } from './fetcher.ts'
import type { Committed } from './committed-offsets.ts'
import { GroupCoordinator } from './group-coordinator.ts'
import { Heartbeats } from './heartbeats.ts'
import { joinPatiently, mustJoinAgain } from './join-patiently.ts'
import { leaveGroup } from './leave-group.ts'
import { OffsetCommits } from './offset-commits.ts'
import { PartitionWatch } from './partition-watch.ts'
import { Signal } from './signal.ts'
import { StartOffsets } from './start-offsets.ts'
import { TopicMetadata } from './topic-metadata.ts'
import { Backoff, pause } from './waiting.ts'

/** At the start nobody is served by waiting for a cluster that may not even exist. */
const attemptsAtTheStart = 3

/** What holds from one join to the next. */
interface Round {
  /** Fires when the member has to join again, with its partitions still its own until it has given them up. */
  readonly rebalance: Signal<void>
  /** Fires when the partitions are no longer the member's. */
  readonly lost: Signal<PartitaError>
}

export class Membership implements GroupMembership {
  readonly #session: ClusterSession
  readonly #options: SubscribeOptions
  readonly #listener: GroupListener
  readonly #metadata: TopicMetadata
  readonly #group: GroupCoordinator
  readonly #fetcher: Fetcher
  readonly #heartbeats: Heartbeats
  readonly #startOffsets: StartOffsets
  readonly #commits: OffsetCommits
  readonly #watch: PartitionWatch
  readonly #backoff: Backoff
  /** Fires with the first assignment, or with what stood in its way. */
  readonly #begun = new Signal<PartitaError | undefined>()
  readonly #ended = new Signal<PartitaError | undefined>()
  #round: Round = { rebalance: new Signal(), lost: new Signal() }
  /** Told to the listener and not given up. */
  #owned = new Map<string, TopicPartition>()
  #epoch = -1
  #joining = false
  #left: Promise<void> = Promise.resolve()

  constructor(session: ClusterSession, options: SubscribeOptions, listener: GroupListener) {
    const { clock } = session
    this.#session = session
    this.#options = options
    this.#listener = listener
    this.#metadata = new TopicMetadata(session)
    // The session has refused whatever is not eager.
    const partitionAssignmentStrategy = options.partitionAssignmentStrategy as readonly EagerStrategy[] | undefined
    this.#group = new GroupCoordinator(session, this.#metadata, { ...options, partitionAssignmentStrategy })
    this.#startOffsets = new StartOffsets(session, this.#metadata, options)
    this.#backoff = new Backoff(clock, 100, 1_000)
    this.#fetcher = new Fetcher(session, this.#metadata, options, {
      records: (batch) => this.#tell(() => this.#listener.records(batch)),
      outOfRange: (position) => this.#startOffsets.afterOutOfRange(position),
      failed: (error) => this.#fail(error),
    })
    this.#heartbeats = new Heartbeats({
      clock,
      heartbeatIntervalMs: options.heartbeatIntervalMs,
      sessionTimeoutMs: options.sessionTimeoutMs,
      send: () => this.#group.heartbeat(),
      rebalancing: () => this.#round.rebalance.fire(),
      lost: (error) => this.#round.lost.fire(error),
      beat: () => this.#watch.look(),
    })
    this.#watch = new PartitionWatch(clock, this.#group, () => this.#round.rebalance.fire())
    this.#commits = new OffsetCommits(clock, this.#group, {
      groupId: options.groupId,
      owns: (partition) => this.#owned.has(partition),
      ended: this.#ended,
      rebalancing: () => this.#round.rebalance.fire(),
      lost: (error) => this.#round.lost.fire(error),
    })
  }

  get epoch(): number {
    return this.#epoch
  }

  get memberId(): string {
    return this.#group.memberId
  }

  groupMetadata(): ConsumerGroupMetadata {
    return { groupId: this.#options.groupId, generationId: this.#group.generation, memberId: this.memberId }
  }

  /** Joins; settles with the first assignment. */
  async begin(): Promise<void> {
    void this.#live()
    const failure = await this.#begun.promise
    if (failure !== undefined) throw failure
  }

  commit(offsets: readonly OffsetCommit[]): Promise<void> {
    return this.#commits.commit(offsets)
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
    return this.#end(new PartitaError('CLOSED', 'The member has left its group.', { groupId: this.#options.groupId }))
  }

  /** Joins, tells of the assignment, waits for the next rebalance, gives up, and so on. */
  async #live(): Promise<void> {
    try {
      for (let rounds = 0; !this.#ended.fired; rounds++) {
        const partitions = await this.#join(rounds === 0)
        await this.#take(partitions)
        await Promise.race([this.#round.rebalance.promise, this.#round.lost.promise, this.#ended.promise])
        await this.#giveUp()
      }
    } catch (error) {
      this.#fail(toPartitaError(error))
    }
  }

  async #join(first: boolean): Promise<readonly TopicPartition[]> {
    this.#joining = true
    this.#heartbeats.stop()
    const patience = first ? attemptsAtTheStart : Infinity
    const partitions = await joinPatiently(this.#group, { patience, ended: this.#ended, rest: () => this.#rest() })
    this.#round = { rebalance: new Signal(), lost: new Signal() }
    this.#heartbeats.start()
    this.#backoff.reset()
    this.#joining = false
    return partitions
  }

  /** Finds where each partition goes on, tells the listener, and begins to fetch; unless the group moves on meanwhile. */
  async #take(partitions: readonly TopicPartition[]): Promise<void> {
    const { rebalance, lost } = this.#round
    const interrupted = (): boolean => rebalance.fired || lost.fired || this.#ended.fired
    while (!interrupted()) {
      try {
        const committed = partitions.length === 0 ? [] : await this.#group.committed(partitions)
        const positions = await this.#startOffsets.find(partitions, committed)
        if (interrupted()) return
        this.#assign(partitions, committed, positions)
        return
      } catch (error) {
        const failure = toPartitaError(error, { groupId: this.#options.groupId })
        if (interrupted()) return
        if (mustJoinAgain(failure)) return rebalance.fire()
        if (!failure.retriable) throw failure
        await this.#rest()
      }
    }
  }

  #assign(
    partitions: readonly TopicPartition[],
    committed: readonly Committed[],
    positions: ReadonlyMap<string, number>,
  ): void {
    const commits = new Map(
      committed.map(({ offset, metadata, ...place }) => [partitionName(place), { offset, metadata }]),
    )
    const assigned = partitions.map((place): AssignedPartition => {
      return { ...place, committed: commits.get(partitionName(place)) ?? null }
    })
    // The generation; it begins anew where the coordinator lost the group, and the listener's epoch may not go back.
    this.#epoch = Math.max(this.#group.generation, this.#epoch + 1)
    this.#owned = new Map(partitions.map((each) => [partitionName(each), each]))
    this.#tell(() => this.#listener.assigned(assigned, this.#epoch))
    this.#fetcher.start(partitions.map((each) => new FetchPosition(each, positions.get(partitionName(each))!)))
    this.#begun.fire(undefined)
  }

  /** Lets the listener drain its partitions, then counts them as gone. */
  async #giveUp(): Promise<void> {
    this.#fetcher.stop()
    const partitions = [...this.#owned.values()]
    const { lost } = this.#round
    if (partitions.length === 0 || this.#ended.fired) return this.#forgetIfUnknown(lost)
    if (!lost.fired && (await this.#drain(partitions))) {
      this.#owned = new Map()
      return
    }
    this.#owned = new Map()
    this.#forgetIfUnknown(lost)
    if (!this.#ended.fired) this.#tell(() => this.#listener.lost(partitions))
  }

  /** Heartbeats go on meanwhile, and commits are still good: the coordinator waits for this member's next join. */
  #drain(partitions: readonly TopicPartition[]): Promise<boolean> {
    const drain = this.#tell(() => this.#listener.revoked(partitions)) ?? Promise.resolve()
    const { rebalanceTimeoutMs, heartbeatIntervalMs } = this.#options
    const gone = Promise.race([this.#round.lost.promise, this.#ended.promise])
    return drainedInTime(drain, { clock: this.#session.clock, rebalanceTimeoutMs, heartbeatIntervalMs, gone })
  }

  /** Only where the coordinator said so: one that was away for a moment still waits for the member by its id. */
  #forgetIfUnknown(lost: Signal<PartitaError>): void {
    if (lost.value?.code === 'UNKNOWN_MEMBER_ID') this.#group.forgetMember()
  }

  /** Calls the listener; an error of its own ends the membership, for it would be a defect. */
  #tell<T>(call: () => T): T | undefined {
    if (this.#ended.fired) return undefined
    try {
      return call()
    } catch (error) {
      this.#fail(toPartitaError(error, { groupId: this.#options.groupId }))
      return undefined
    }
  }

  /** Ends the membership with an error: rejects `begin`, or tells the listener. */
  #fail(error: PartitaError): void {
    if (this.#ended.fired) return
    const early = !this.#begun.fired
    void this.#end(error)
    if (early) return
    try {
      this.#listener.failed(error)
    } catch {
      // There is nobody left to tell.
    }
  }

  /** Ends the membership, once; settles when the group is left and the connections are closed. */
  #end(error: PartitaError): Promise<void> {
    if (this.#ended.fired) return this.#left
    this.#heartbeats.stop()
    this.#fetcher.stop()
    this.#owned = new Map()
    this.#ended.fire(error)
    this.#left = leaveGroup(this.#session, this.#group, this.#joining).then(() => this.#session.close())
    this.#begun.fire(error)
    return this.#left
  }

  #rest(): Promise<void> {
    return pause(this.#session.clock, this.#backoff.next(), this.#ended.promise)
  }
}
