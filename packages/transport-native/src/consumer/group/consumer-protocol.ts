import type { PartitaError, SubscribeOptions, TopicPartition } from '@partita/protocol'
import type { Cluster } from '../../cluster/cluster.ts'
import { without } from '../by-topic.ts'
import { rest, retryBackoff } from '../retry.ts'
import { Signal } from '../signal.ts'
import { ConsumerMember, type AssignedTopic, type Heard, type OwnedPartition } from './consumer-member.ts'
import type { Coordinator } from './coordinator.ts'
import type { GroupProtocol, ProtocolHost } from './group-protocol.ts'
import { Heartbeats, triesPerSession } from './heartbeats.ts'
import { isOutOfReach, joinPatiently } from './join-patiently.ts'
import { fatalRefusals } from './refusals.ts'
import { Round } from './round.ts'

/** The coordinator does not count the member any more, or not in this epoch: it may join anew. */
const leftBehind: ReadonlySet<string> = new Set(['UNKNOWN_MEMBER_ID', 'FENCED_MEMBER_EPOCH'])

export interface ConsumerProtocolSettings {
  readonly cluster: Cluster
  readonly coordinator: Coordinator
  readonly options: SubscribeOptions
  readonly signal: AbortSignal
}

/** What the coordinator last said that the member may have. */
interface Target {
  readonly topics: readonly AssignedTopic[]
  /** Fires when it has said something else since. */
  readonly outdated: Signal
}

/**
 * The new protocol (KIP-848): the coordinator shares out the partitions, and tells each member its own with the answers to
 * heartbeats. The member drains what it shall not have, begins with what it may have, and says so at once; all else goes
 * on.
 */
export class ConsumerProtocol implements GroupProtocol {
  readonly member: ConsumerMember
  readonly #settings: ConsumerProtocolSettings
  readonly #heartbeats: Heartbeats
  /** The ids of the topics that something is owned of, by name: a topic that is made anew has another. */
  readonly #topicIds: Map<string, string> = new Map()
  #host!: ProtocolHost
  #round = new Round()
  #target: Target = { topics: [], outdated: new Signal() }
  #heartbeatIntervalMs: number
  #wasIn = false

  constructor(settings: ConsumerProtocolSettings) {
    const { cluster, coordinator, options, signal } = settings
    const intervalMs = (): number => this.#heartbeatIntervalMs
    this.#settings = settings
    // Until the coordinator has said how often it wants to hear of us.
    this.#heartbeatIntervalMs = options.heartbeatIntervalMs
    this.member = new ConsumerMember(coordinator, options, signal)
    this.#heartbeats = new Heartbeats({
      clock: cluster.clock,
      get heartbeatIntervalMs() {
        return intervalMs()
      },
      // How long a session is, the broker knows. One that is shorter than the broker wants heartbeats would never hold.
      get sessionTimeoutMs() {
        return Math.max(options.sessionTimeoutMs, triesPerSession * intervalMs())
      },
      send: (timeoutMs) => this.#beat(timeoutMs),
      failed: (error) => this.#heartbeatFailed(error),
      expired: (error) => this.#leaveBehind(error),
    })
  }

  async live(host: ProtocolHost): Promise<void> {
    this.#host = host
    while (!host.ended.fired) {
      await this.#join()
      await this.#follow(this.#round)
    }
  }

  heed(error: PartitaError): void {
    if (this.#host.ended.fired) return
    if (leftBehind.has(error.code)) this.#leaveBehind(error)
    else if (fatalRefusals.has(error.code)) this.#host.fail(error)
  }

  stop(): void {
    this.#heartbeats.stop()
  }

  leave(timeoutMs: number): Promise<void> {
    return this.member.leave(timeoutMs)
  }

  async #join(): Promise<void> {
    const { ownership, ended } = this.#host
    const { cluster, options } = this.#settings
    await joinPatiently({
      clock: cluster.clock,
      groupId: options.groupId,
      ended,
      join: async () => this.#hear(await this.member.join(Math.ceil(options.sessionTimeoutMs / triesPerSession))),
      another: (error, failures) => this.#mayJoinAgain(error, failures),
    })
    this.#wasIn = true
    this.#round = new Round()
    ownership.reached(this.member.generation)
    this.#heartbeats.start()
  }

  #mayJoinAgain(error: PartitaError, failures: number): boolean | 'at once' {
    if (leftBehind.has(error.code)) return failures === 1 ? 'at once' : true
    // The run that holds the instance's name may be this one: an answer was lost, or the coordinator has not missed us yet.
    if (error.code === 'UNRELEASED_INSTANCE_ID') return this.#wasIn || failures > 1
    if (!this.#wasIn && isOutOfReach(error, failures)) return false
    return error.retriable
  }

  /** Brings what is owned to what the coordinator says, time and again, until the member is out. */
  async #follow(round: Round): Promise<void> {
    const { begun, ended } = this.#host
    while (!round.over && !ended.fired) {
      const target = this.#target
      const isDone = await this.#reconcile(target, round)
      if (isDone) begun.fire(null)
      if (isDone) await Promise.race([target.outdated.promise, round.end, ended.promise])
    }
  }

  /** Whether that is what is owned now. */
  async #reconcile(target: Target, round: Round): Promise<boolean> {
    const { ownership } = this.#host
    const assigned = await this.#named(target, round)
    if (assigned === null) return false
    const ids = new Map(assigned.map(({ topic, topicId }) => [topic, topicId]))
    const madeAnew = (topic: string): boolean => ids.has(topic) && ids.get(topic) !== this.#topicIds.get(topic)
    const kept = assigned.filter(({ topic }) => !madeAnew(topic))
    const revoked = without(ownership.partitions, kept)
    // What is given up is told as soon as it is; others wait for it. What is of a topic that was made anew comes next time.
    const added = without(without(assigned, ownership.partitions), revoked)
    await Promise.all([this.#giveUp(revoked, round), this.#take(added, round)])
    return without(assigned, ownership.partitions).length === 0 || round.over
  }

  async #giveUp(partitions: readonly TopicPartition[], round: Round): Promise<void> {
    if (partitions.length === 0) return
    await this.#host.ownership.giveUp(partitions, round)
    this.#heartbeats.now()
  }

  async #take(partitions: readonly OwnedPartition[], round: Round): Promise<void> {
    if (partitions.length === 0) return
    for (const { topic, topicId } of partitions) this.#topicIds.set(topic, topicId)
    await this.#host.ownership.take(partitions, round)
    this.#heartbeats.now()
  }

  /** With the topics' names; `null` where the coordinator has something else to say before they are known. */
  async #named(target: Target, round: Round): Promise<OwnedPartition[] | null> {
    const { cluster, options, signal } = this.#settings
    const { ended } = this.#host
    const backoff = retryBackoff(cluster.clock)
    while (target.topics.some(({ topicId }) => cluster.topicName(topicId) === undefined)) {
      // Errors of topics are no news: what counts is whether the ids are known afterwards.
      await Promise.allSettled(options.topics.map((topic) => cluster.topic(topic, { refresh: true, signal })))
      if (target.topics.every(({ topicId }) => cluster.topicName(topicId) !== undefined)) break
      backoff.failed()
      const change = Promise.race([target.outdated.promise, round.end, ended.promise])
      await rest(cluster.clock, backoff.delayMs(), change)
      if (target.outdated.fired || round.over || ended.fired) return null
    }
    return target.topics.flatMap(({ topicId, partitions }) => {
      const topic = cluster.topicName(topicId)!
      return partitions.map((partition) => ({ topic, partition, topicId }))
    })
  }

  async #beat(timeoutMs: number): Promise<void> {
    const { ownership } = this.#host
    const owned = ownership.partitions.map(({ topic, partition }) => ({
      topic,
      partition,
      topicId: this.#topicIds.get(topic)!,
    }))
    const heard = await this.member.heartbeat(owned, timeoutMs)
    if (heard === null) return
    ownership.reached(this.member.generation)
    this.#hear(heard)
  }

  #hear({ assignment, heartbeatIntervalMs }: Heard): void {
    if (heartbeatIntervalMs > 0) this.#heartbeatIntervalMs = heartbeatIntervalMs
    if (assignment === null) return
    const before = this.#target
    this.#target = { topics: assignment, outdated: new Signal() }
    before.outdated.fire()
  }

  #heartbeatFailed(error: PartitaError): void {
    if (this.#host.ended.fired) return
    if (error.retriable || leftBehind.has(error.code)) this.heed(error)
    else this.#host.fail(error)
  }

  /** The member has to join anew; others may have its partitions already. */
  #leaveBehind(error: PartitaError): void {
    this.member.leftBehind()
    this.#heartbeats.stop()
    this.#host.ownership.loseAll()
    this.#topicIds.clear()
    this.#round.lost.fire(`the member was out of the group: ${error.code}`)
  }
}
