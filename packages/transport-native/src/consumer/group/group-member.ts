import {
  kafkaErrorName,
  toPartitaError,
  type KafkaErrorName,
  type SubscribeOptions,
  type TopicPartition,
} from '@partita/protocol'
import {
  decodeAssignment,
  encodeSubscription,
  heartbeatApi,
  joinGroupApi,
  leaveGroupApi,
  syncGroupApi,
  type ResponseOf,
  type SubscriptionInput,
} from '@partita/wire'
import type { OfferedAssignors } from '../assignors/assignors.ts'
import { byTopic } from '../by-topic.ts'
import type { Coordinator } from './coordinator.ts'
import type { GroupLeader } from './group-leader.ts'
import type { MemberIdentity } from './member-identity.ts'

const protocolType = 'consumer'

/** The newest form of a subscription (KIP-881: racks). */
const subscriptionVersion = 3

/** Longer than the coordinator itself holds a JoinGroup back. (Java: `JOIN_GROUP_TIMEOUT_LAPSE`.) */
const joinMarginMs = 5_000

/** What a coordinator says of a member's generation rather than of the request. */
const aboutGeneration: ReadonlySet<KafkaErrorName> = new Set<KafkaErrorName>([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
])

/** Until the member has joined, or joined again after it was thrown out. */
const noGeneration = -1

type Joined = ResponseOf<typeof joinGroupApi>

/**
 * A member's side of the classic group protocol: each request, and what its answer tells about who we are. It repeats
 * nothing by itself, except that a new member is given its id first and joins with that.
 */
export class GroupMember implements MemberIdentity {
  readonly fetchesByEpoch: boolean = false
  readonly #coordinator: Coordinator
  readonly #options: SubscribeOptions
  readonly #assignors: OfferedAssignors
  readonly #leader: GroupLeader
  readonly #signal: AbortSignal
  #memberId = ''
  #generation = noGeneration
  #joining = false

  constructor(
    coordinator: Coordinator,
    options: SubscribeOptions,
    parts: { readonly assignors: OfferedAssignors; readonly leader: GroupLeader; readonly signal: AbortSignal },
  ) {
    this.#coordinator = coordinator
    this.#options = options
    this.#assignors = parts.assignors
    this.#leader = parts.leader
    this.#signal = parts.signal
  }

  /** Empty until the coordinator has given one. */
  get memberId(): string {
    return this.#memberId
  }

  get generation(): number {
    return this.#generation
  }

  /** In a generation of the group: there is something to send heartbeats for. */
  get joined(): boolean {
    return this.#generation !== noGeneration
  }

  /** Between two generations: what the coordinator says of the last one tells nothing any more. */
  get joining(): boolean {
    return this.#joining
  }

  get groupInstanceId(): string | null {
    return this.#options.groupInstanceId ?? null
  }

  /** The group counts this member no more. `forgetId`: not even its id is good any longer. */
  leftBehind(forgetId: boolean): void {
    this.#generation = noGeneration
    if (forgetId) this.#memberId = ''
  }

  /** Joins the group's next generation, and gives the partitions that the leader gave us in it. */
  async join(owned: readonly TopicPartition[], reason: string): Promise<TopicPartition[]> {
    this.#leader.stepDown()
    this.#joining = true
    const joined = await this.#joinGroup(owned, reason)
    this.#generation = joined.generationId
    const leads = joined.leader === this.#memberId && !joined.skipAssignment
    const assignments = leads ? await this.#leader.assign(joined.protocolName, joined.members) : []
    const assigned = await this.#syncGroup(joined, assignments)
    this.#joining = false
    return assigned
  }

  /** Tells the coordinator that we are there. Rejects with what it says of the generation that we are in. */
  async heartbeat(timeoutMs: number): Promise<void> {
    if (!this.joined) return
    const { groupId } = this.#coordinator
    const generationId = this.#generation
    const body = { groupId, generationId, ...this.#identity }
    // In the main lane: it is not to wait behind the answer to a JoinGroup.
    const answer = await this.#coordinator.ask(heartbeatApi, body, { timeoutMs, signal: this.#signal })
    const isOver = this.#joining || generationId !== this.#generation
    if (!isOver || !aboutGeneration.has(kafkaErrorName(answer.errorCode))) {
      this.#coordinator.check(heartbeatApi, answer.errorCode)
    }
  }

  /** Leaves at once. A static member stays: its restart is meant not to be noticed (KIP-345). */
  async leave(timeoutMs: number): Promise<void> {
    if (this.#memberId === '' || this.groupInstanceId !== null) return
    const member = { memberId: this.#memberId, reason: 'the consumer is being closed' }
    const body = { groupId: this.#coordinator.groupId, memberId: this.#memberId, members: [member] }
    // Not in the lane of the group: an answer to a JoinGroup may be outstanding there for long.
    await this.#coordinator.ask(leaveGroupApi, body, { timeoutMs })
  }

  get #identity(): { memberId: string; groupInstanceId: string | null } {
    return { memberId: this.#memberId, groupInstanceId: this.groupInstanceId }
  }

  /** Answers to these wait for other members, for as long as they may take to rejoin. */
  get #patience(): { timeoutMs: number; signal: AbortSignal; lane: 'group' } {
    return { timeoutMs: this.#options.rebalanceTimeoutMs + joinMarginMs, signal: this.#signal, lane: 'group' }
  }

  async #joinGroup(owned: readonly TopicPartition[], reason: string): Promise<Joined> {
    const metadata = encodeSubscription(subscriptionVersion, this.#subscription(owned))
    const { sessionTimeoutMs, rebalanceTimeoutMs } = this.#options
    const body = {
      groupId: this.#coordinator.groupId,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      ...this.#identity,
      protocolType,
      protocols: this.#assignors.names.map((name) => ({ name, metadata })),
      reason,
    }
    const answer = await this.#coordinator.ask(joinGroupApi, body, this.#patience)
    const wasNew = this.#memberId === ''
    if (answer.memberId !== '') this.#memberId = answer.memberId
    try {
      this.#coordinator.check(joinGroupApi, answer.errorCode)
    } catch (error) {
      const mustComeBack = toPartitaError(error).code === 'MEMBER_ID_REQUIRED' && wasNew
      if (mustComeBack) return this.#joinGroup(owned, reason)
      throw error
    }
    return answer
  }

  #subscription(owned: readonly TopicPartition[]): SubscriptionInput {
    return {
      topics: [...this.#options.topics],
      ownedPartitions: Array.from(byTopic(owned), ([topic, of]) => ({
        topic,
        partitions: of.map(({ partition }) => partition),
      })),
      generationId: this.#generation,
      rackId: this.#options.clientRack ?? null,
    }
  }

  async #syncGroup(
    joined: Joined,
    assignments: { memberId: string; assignment: Uint8Array }[],
  ): Promise<TopicPartition[]> {
    const { generationId, protocolName } = joined
    const { groupId } = this.#coordinator
    const body = { groupId, generationId, ...this.#identity, protocolType, protocolName, assignments }
    const answer = await this.#coordinator.ask(syncGroupApi, body, this.#patience)
    this.#coordinator.check(syncGroupApi, answer.errorCode)
    const { assignedPartitions } = decodeAssignment(answer.assignment)
    return assignedPartitions.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })))
  }
}
