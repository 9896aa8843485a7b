import {
  PartitaError,
  toPartitaError,
  type GroupListener,
  type ConsumerGroupMetadata,
  type GroupMembership,
  type OffsetCommit,
  type SubscribeOptions,
  type TopicPartition,
} from '@partita/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import type { OfferedAssignors } from './assignors/assignors.ts'
import { without } from './by-topic.ts'
import { Fetcher } from './fetching/fetcher.ts'
import { StartOffsets } from './fetching/start-offsets.ts'
import { Commits } from './group/commits.ts'
import { Coordinator } from './group/coordinator.ts'
import { GroupLeader } from './group/group-leader.ts'
import { GroupMember } from './group/group-member.ts'
import { GroupOffsets } from './group/group-offsets.ts'
import { Heartbeats } from './group/heartbeats.ts'
import { Round } from './group/round.ts'
import { Ownership } from './ownership.ts'
import { rest, retryBackoff } from './retry.ts'
import { Signal } from './signal.ts'

/** Leaving is a courtesy: the session timeout would do it too. */
const leaveTimeoutMs = 2_000

/** At the start nobody is served by waiting for a cluster that may not even exist. */
const firstConnectAttempts = 3

/** The group does not count the member in its present generation any more. */
const leftBehind: ReadonlySet<string> = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION'])

/** Answers to heartbeats and commits after which there is no way back. */
const fatal: ReadonlySet<string> = new Set([
  'FENCED_INSTANCE_ID',
  'GROUP_AUTHORIZATION_FAILED',
  'AUTHENTICATION_FAILED',
])

/**
 * A member of a group by the classic protocol: joins, takes what it is given, and joins again whenever there is a
 * reason to. With a cooperative assignor it keeps its partitions meanwhile, and gives up only those that its new
 * assignment lacks.
 */
export class Membership implements GroupMembership {
  readonly #cluster: Cluster
  readonly #options: SubscribeOptions
  readonly #listener: GroupListener
  readonly #cooperative: boolean
  readonly #leader: GroupLeader
  readonly #member: GroupMember
  readonly #heartbeats: Heartbeats
  readonly #commits: Commits
  readonly #fetcher: Fetcher
  readonly #ownership: Ownership
  /** Fires with the first assignment, or with what stood in its way. */
  readonly #begun = new Signal<PartitaError | null>()
  readonly #ended = new Signal<PartitaError>()
  readonly #abort = new AbortController()
  #round = new Round()
  #leaving = Promise.resolve()

  constructor(cluster: Cluster, options: SubscribeOptions, listener: GroupListener, assignors: OfferedAssignors) {
    const { clock } = cluster
    const { groupId, topics, heartbeatIntervalMs, sessionTimeoutMs, isolationLevel } = options
    const { signal } = this.#abort
    const tell = (call: () => unknown): void => this.#tell(call)
    const grown = (): void => this.#round.rejoin.fire('a topic has another number of partitions')
    this.#cluster = cluster
    this.#options = options
    this.#listener = listener
    this.#cooperative = assignors.cooperative
    this.#leader = new GroupLeader({ cluster, groupId, topics, assignors, signal, grown })
    const coordinator = new Coordinator(cluster, groupId)
    const member = new GroupMember(coordinator, options, { assignors, leader: this.#leader, signal })
    const offsets = new GroupOffsets(coordinator, member, isolationLevel === 'read_committed', signal)
    const starts = new StartOffsets(cluster, options, signal)
    const fetcher = new Fetcher({
      cluster,
      options,
      starts,
      signal,
      records: (batch) => tell(() => listener.records(batch)),
      failed: (error) => this.#fail(error),
    })
    this.#member = member
    this.#fetcher = fetcher
    this.#ownership = new Ownership({ clock, options, listener, offsets, starts, fetcher, ended: this.#ended, tell })
    this.#heartbeats = new Heartbeats({
      clock,
      heartbeatIntervalMs,
      sessionTimeoutMs,
      send: (timeoutMs) => member.heartbeat(timeoutMs),
      failed: (error) => this.#heed(error),
      expired: (error) => this.#leaveBehind(error, false),
    })
    this.#commits = new Commits({
      clock,
      groupId,
      member,
      offsets,
      owns: (name) => this.#ownership.has(name),
      ended: this.#ended,
      refused: (error) => this.#heed(error),
    })
  }

  get epoch(): number {
    return this.#ownership.epoch
  }

  get memberId(): string {
    return this.#member.memberId
  }

  groupMetadata(): ConsumerGroupMetadata {
    const { groupId, groupInstanceId } = this.#options
    return { groupId, generationId: this.#member.generation, memberId: this.memberId, groupInstanceId }
  }

  /** Joins; settles with the first assignment. */
  async begin(): Promise<void> {
    void this.#live()
    const failure = await this.#begun.promise
    if (failure !== null) throw failure
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

  async leave(): Promise<void> {
    this.#end(new PartitaError('CLOSED', 'The member has left its group.', { groupId: this.#options.groupId }))
    await this.#leaving
    await this.#cluster.close()
  }

  async #live(): Promise<void> {
    try {
      let reason = ''
      while (!this.#ended.fired) {
        const assigned = await this.#join(reason)
        await this.#adopt(assigned)
        this.#begun.fire(null)
        reason = await Promise.race([this.#round.end, this.#ended.promise.then(() => '')])
        if (!this.#cooperative) await this.#ownership.giveUp(this.#ownership.partitions, this.#round)
      }
    } catch (error) {
      this.#fail(toPartitaError(error))
    }
  }

  /** Joins until it succeeds; throws what makes it pointless. */
  async #join(reason: string): Promise<TopicPartition[]> {
    const { clock } = this.#cluster
    const backoff = retryBackoff(clock)
    for (;;) {
      try {
        const assigned = await this.#member.join(this.#ownership.partitions, reason)
        this.#round = new Round()
        this.#ownership.reached(this.#member.generation)
        this.#heartbeats.start()
        return assigned
      } catch (cause) {
        const error = toPartitaError(cause, { api: 'JoinGroup', groupId: this.#options.groupId })
        backoff.failed()
        if (this.#ended.fired || !this.#mayJoinAgain(error, backoff.failures)) throw error
        // Others may be waiting for us: the first time it is worth it to be quick.
        const atOnce = backoff.failures === 1 && (leftBehind.has(error.code) || error.code === 'REBALANCE_IN_PROGRESS')
        if (!atOnce) await rest(clock, backoff.delayMs(), this.#ended.promise)
      }
    }
  }

  #mayJoinAgain(error: PartitaError, failures: number): boolean {
    if (leftBehind.has(error.code)) {
      this.#leaveBehind(error, error.code === 'UNKNOWN_MEMBER_ID')
      return true
    }
    const isStart = !this.#begun.fired && this.#member.memberId === ''
    if (isStart && error.code === 'CONNECTION_FAILED' && failures >= firstConnectAttempts) return false
    return error.retriable
  }

  /** What is ours no longer is drained, while what is new begins; the rest just goes on. */
  async #adopt(assigned: readonly TopicPartition[]): Promise<void> {
    const round = this.#round
    const owned = this.#ownership.partitions
    const revoked = without(owned, assigned)
    const moot = Promise.race([round.end, this.#ended.promise])
    const taken = Promise.race([this.#ownership.take(without(assigned, owned), round), moot])
    const drained = this.#ownership.giveUp(revoked, round)
    if (revoked.length > 0) void drained.then(() => round.rejoin.fire('partitions were given up for others'))
    await Promise.all([taken, drained])
  }

  /** What a refusal says about the membership. */
  #heed(error: PartitaError): void {
    if (this.#ended.fired) return
    if (error.code === 'REBALANCE_IN_PROGRESS') this.#round.rejoin.fire('the group rebalances')
    else if (leftBehind.has(error.code)) this.#leaveBehind(error, error.code === 'UNKNOWN_MEMBER_ID')
    else if (fatal.has(error.code)) this.#fail(error)
  }

  /** The member has to join anew; others may have its partitions already. */
  #leaveBehind(error: PartitaError, forgetId: boolean): void {
    this.#member.leftBehind(forgetId)
    this.#ownership.loseAll()
    this.#round.lost.fire(`the member was out of the group: ${error.code}`)
  }

  #tell(call: () => unknown): void {
    if (this.#ended.fired) return
    try {
      call()
    } catch (error) {
      this.#fail(toPartitaError(error))
    }
  }

  #fail(error: PartitaError): void {
    if (this.#ended.fired) return
    const hadBegun = this.#begun.fired
    this.#end(error)
    if (hadBegun) this.#listener.failed(error)
  }

  #end(error: PartitaError): void {
    if (this.#ended.fired) return
    this.#ended.fire(error)
    this.#abort.abort()
    this.#heartbeats.stop()
    this.#leader.stepDown()
    this.#leaving = rest(this.#cluster.clock, leaveTimeoutMs, this.#member.leave(leaveTimeoutMs))
    this.#begun.fire(error)
  }
}
