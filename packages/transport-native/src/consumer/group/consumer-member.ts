import { PartitaError, toPartitaError, type Clock, type SubscribeOptions, type TopicPartition } from '@partita/protocol'
import { consumerGroupHeartbeatApi, type RequestInput, type ResponseOf } from '@partita/wire'
import { groupBy } from '../../cluster/group-by.ts'
import type { Coordinator } from './coordinator.ts'
import type { MemberIdentity } from './member-identity.ts'

/** Member epochs that say that a member comes, goes, or goes for a while. */
const joinEpoch = 0
const leaveEpoch = -1
const leaveForNowEpoch = -2

const notJoined = -1

/** Partitions by their topics' ids: so the new protocol names them. */
export interface AssignedTopic {
  readonly topicId: string
  readonly partitions: readonly number[]
}

/** What a heartbeat brought. */
export interface Heard {
  /** All that the member may have; `null`: as before. */
  readonly assignment: readonly AssignedTopic[] | null
  readonly heartbeatIntervalMs: number
}

/** A partition that the member has in use. */
export interface OwnedPartition extends TopicPartition {
  readonly topicId: string
}

/**
 * A member's side of the new protocol (KIP-848): one kind of request, and what its answers tell about who we are. What
 * the coordinator knows is not said again, unless an answer was missed.
 */
export class ConsumerMember implements MemberIdentity {
  readonly memberId: string
  readonly joining: boolean = false
  readonly fetchesByEpoch: boolean = true
  readonly #coordinator: Coordinator
  readonly #options: SubscribeOptions
  readonly #signal: AbortSignal
  #epoch = notJoined
  /** What the coordinator was told that the member has in use; `null`: it may know nothing at all. */
  #told: string | null = null
  /** Grows whenever the member is out: answers of before mean somebody else. */
  #incarnation = 0
  /** It has asked to be let in. */
  #mayBeIn = false

  constructor(coordinator: Coordinator, options: SubscribeOptions, signal: AbortSignal) {
    this.#coordinator = coordinator
    this.#options = options
    this.#signal = signal
    this.memberId = newMemberId(coordinator.cluster.clock)
  }

  get generation(): number {
    return this.#epoch
  }

  get joined(): boolean {
    return this.#epoch !== notJoined
  }

  get groupInstanceId(): string | null {
    return this.#options.groupInstanceId ?? null
  }

  /** The group counts this member no more. Its id is still good to join with. */
  leftBehind(): void {
    this.#epoch = notJoined
    this.#told = null
    this.#incarnation += 1
  }

  /** Joins, anew if need be. The member must have given up everything. */
  join(timeoutMs: number): Promise<Heard> {
    this.leftBehind()
    this.#mayBeIn = true
    return this.#send(joinEpoch, [], timeoutMs)
  }

  /** Tells that we are there, and what we have. `null`: the member is not in the group, or was put out meanwhile. */
  async heartbeat(owned: readonly OwnedPartition[], timeoutMs: number): Promise<Heard | null> {
    if (!this.joined) return null
    const incarnation = this.#incarnation
    const heard = await this.#send(this.#epoch, owned, timeoutMs)
    return incarnation === this.#incarnation ? heard : null
  }

  /** Leaves at once; a static member for a while: its restart is meant not to be noticed. */
  async leave(timeoutMs: number): Promise<void> {
    if (!this.#mayBeIn) return
    const memberEpoch = this.groupInstanceId === null ? leaveEpoch : leaveForNowEpoch
    this.leftBehind()
    const body = { ...this.#identity, memberEpoch }
    await this.#coordinator.ask(consumerGroupHeartbeatApi, body, { timeoutMs })
  }

  get #identity(): { groupId: string; memberId: string; instanceId: string | null } {
    return { groupId: this.#coordinator.groupId, memberId: this.memberId, instanceId: this.groupInstanceId }
  }

  async #send(memberEpoch: number, owned: readonly OwnedPartition[], timeoutMs: number): Promise<Heard> {
    const incarnation = this.#incarnation
    const before = this.#told
    const topicPartitions = topicsOf(owned)
    const now = JSON.stringify(topicPartitions)
    const body = {
      ...this.#identity,
      memberEpoch,
      ...(before === null ? this.#profile : {}),
      topicPartitions: before === now ? null : topicPartitions,
    }
    // Until there is an answer, the coordinator may know this or not.
    this.#told = null
    const answer = await this.#ask(body, timeoutMs)
    if (incarnation === this.#incarnation) {
      this.#epoch = answer.memberEpoch
      this.#told = now
    }
    return { assignment: answer.assignment?.topicPartitions ?? null, heartbeatIntervalMs: answer.heartbeatIntervalMs }
  }

  /** What is told once, and again where the coordinator may not have heard it. */
  get #profile(): Partial<RequestInput<typeof consumerGroupHeartbeatApi>> {
    const { rebalanceTimeoutMs, topics, clientRack, groupRemoteAssignor } = this.#options
    return {
      rebalanceTimeoutMs,
      subscribedTopicNames: topics,
      rackId: clientRack ?? null,
      serverAssignor: groupRemoteAssignor ?? null,
    }
  }

  async #ask(
    body: RequestInput<typeof consumerGroupHeartbeatApi>,
    timeoutMs: number,
  ): Promise<ResponseOf<typeof consumerGroupHeartbeatApi>> {
    const { groupId } = this.#coordinator
    try {
      const answer = await this.#coordinator.ask(consumerGroupHeartbeatApi, body, { timeoutMs, signal: this.#signal })
      this.#coordinator.check(consumerGroupHeartbeatApi, answer.errorCode)
      return answer
    } catch (cause) {
      const error = toPartitaError(cause)
      // Either the broker has no such API, or it says that it is not switched on.
      if (error.code !== 'UNSUPPORTED_VERSION') throw error
      const text =
        'The brokers have no groups of the consumer protocol (KIP-848): that takes Kafka 4, or 3.9 with ' +
        "group.coordinator.rebalance.protocols=classic,consumer, and 'group.version' 1. " +
        "Use groupProtocol: 'classic'."
      throw new PartitaError('UNSUPPORTED', text, { api: 'groupProtocol', groupId, cause: error })
    }
  }
}

/** In an order that says the same of the same. */
function topicsOf(owned: readonly OwnedPartition[]): { topicId: string; partitions: number[] }[] {
  return Array.from(
    groupBy(owned, ({ topicId }) => topicId),
    ([topicId, of]) => ({ topicId, partitions: of.map(({ partition }) => partition) }),
  )
}

/** By the new protocol members make their ids themselves (KIP-1082): 128 bits that nobody else has drawn. */
function newMemberId(clock: Clock): string {
  const word = (): string => Math.floor(clock.random() * 2 ** 32).toString(16)
  return Array.from({ length: 4 }, () => word().padStart(8, '0')).join('')
}
