import type { PartitaError, SubscribeOptions, TopicPartition } from '@partita/protocol'
import type { Cluster } from '../../cluster/cluster.ts'
import type { OfferedAssignors } from '../assignors/assignors.ts'
import { without } from '../by-topic.ts'
import type { Coordinator } from './coordinator.ts'
import { GroupLeader } from './group-leader.ts'
import { GroupMember } from './group-member.ts'
import type { GroupProtocol, ProtocolHost } from './group-protocol.ts'
import { Heartbeats } from './heartbeats.ts'
import { isOutOfReach, joinPatiently } from './join-patiently.ts'
import { fatalRefusals } from './refusals.ts'
import { Round } from './round.ts'

/** The group does not count the member in its present generation any more. */
const leftBehind: ReadonlySet<string> = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION'])

export interface ClassicSettings {
  readonly cluster: Cluster
  readonly coordinator: Coordinator
  readonly options: SubscribeOptions
  readonly assignors: OfferedAssignors
  readonly signal: AbortSignal
}

/**
 * The classic protocol: joins, takes what it is given, and joins again whenever there is a reason to. With a cooperative
 * assignor the member keeps its partitions meanwhile, and gives up only those that its new assignment lacks.
 */
export class ClassicProtocol implements GroupProtocol {
  readonly member: GroupMember
  readonly #settings: ClassicSettings
  readonly #leader: GroupLeader
  readonly #heartbeats: Heartbeats
  #host!: ProtocolHost
  #round = new Round()
  /** Since it joined last, the group did not count the member. */
  #wasOut = false

  constructor(settings: ClassicSettings) {
    const { cluster, coordinator, options, assignors, signal } = settings
    const { groupId, topics, heartbeatIntervalMs, sessionTimeoutMs } = options
    const grown = (): void => this.#round.rejoin.fire('a topic has another number of partitions')
    this.#settings = settings
    this.#leader = new GroupLeader({ cluster, groupId, topics, assignors, signal, grown })
    this.member = new GroupMember(coordinator, options, { assignors, leader: this.#leader, signal })
    this.#heartbeats = new Heartbeats({
      clock: cluster.clock,
      heartbeatIntervalMs,
      sessionTimeoutMs,
      send: (timeoutMs) => this.member.heartbeat(timeoutMs),
      failed: (error) => this.heed(error),
      expired: (error) => this.#leaveBehind(error, false),
    })
  }

  async live(host: ProtocolHost): Promise<void> {
    const { ownership, ended, begun } = host
    this.#host = host
    let reason = ''
    while (!ended.fired) {
      const assigned = await this.#join(reason)
      await this.#adopt(assigned)
      begun.fire(null)
      reason = await Promise.race([this.#round.end, ended.promise.then(() => '')])
      if (!this.#settings.assignors.cooperative) await ownership.giveUp(ownership.partitions, this.#round)
    }
  }

  heed(error: PartitaError): void {
    if (this.#host.ended.fired) return
    if (error.code === 'REBALANCE_IN_PROGRESS') this.#round.rejoin.fire('the group rebalances')
    else if (leftBehind.has(error.code)) this.#leaveBehind(error, error.code === 'UNKNOWN_MEMBER_ID')
    else if (fatalRefusals.has(error.code)) this.#host.fail(error)
  }

  stop(): void {
    this.#heartbeats.stop()
    this.#leader.stepDown()
  }

  leave(timeoutMs: number): Promise<void> {
    return this.member.leave(timeoutMs)
  }

  async #join(reason: string): Promise<TopicPartition[]> {
    const { ownership, ended } = this.#host
    const { cluster, options } = this.#settings
    let assigned: TopicPartition[] = []
    await joinPatiently({
      clock: cluster.clock,
      groupId: options.groupId,
      ended,
      join: async () => void (assigned = await this.member.join(ownership.partitions, reason)),
      another: (error, failures) => this.#mayJoinAgain(error, failures),
    })
    this.#round = new Round()
    // A coordinator that forgot the group begins to count anew.
    const { generation } = this.member
    ownership.reached(this.#wasOut ? Math.max(generation, ownership.epoch + 1) : generation)
    this.#wasOut = false
    this.#heartbeats.start()
    return assigned
  }

  #mayJoinAgain(error: PartitaError, failures: number): boolean | 'at once' {
    // Others may be waiting for us: the first time it is worth it to be quick.
    const quickly = failures === 1 ? 'at once' : true
    if (leftBehind.has(error.code)) {
      this.#leaveBehind(error, error.code === 'UNKNOWN_MEMBER_ID')
      return quickly
    }
    const isStart = !this.#host.begun.fired && this.member.memberId === ''
    if (isStart && isOutOfReach(error, failures)) return false
    return error.code === 'REBALANCE_IN_PROGRESS' ? quickly : error.retriable
  }

  /** What is ours no longer is drained, while what is new begins; the rest just goes on. */
  async #adopt(assigned: readonly TopicPartition[]): Promise<void> {
    const { ownership, ended } = this.#host
    const round = this.#round
    const owned = ownership.partitions
    const revoked = without(owned, assigned)
    const moot = Promise.race([round.end, ended.promise])
    const taken = Promise.race([ownership.take(without(assigned, owned), round), moot])
    const drained = ownership.giveUp(revoked, round)
    if (revoked.length > 0) void drained.then(() => round.rejoin.fire('partitions were given up for others'))
    await Promise.all([taken, drained])
  }

  /** The member has to join anew; others may have its partitions already. */
  #leaveBehind(error: PartitaError, forgetId: boolean): void {
    this.#wasOut = true
    this.member.leftBehind(forgetId)
    this.#host.ownership.loseAll()
    this.#round.lost.fire(`the member was out of the group: ${error.code}`)
  }
}
