import {
  isPartitaError,
  kafkaErrorCodes,
  PartitaError,
  type OffsetCommit,
  type TopicPartition,
} from '@partita/protocol'
import { assign, assignedPartitions, subscribedTopics, subscriptions, type EagerStrategy } from './assignor.ts'
import type { BrokerApi, JoinGroupAnswer, TopicAnswers } from './broker-api.ts'
import { byTopic } from './by-topic.ts'
import type { ClusterSession } from './cluster-session.ts'
import { readCommitted, type Committed } from './committed-offsets.ts'
import { refusal, throwRefusal } from './errors.ts'
import type { TopicMetadata } from './topic-metadata.ts'

export interface GroupOptions {
  readonly groupId: string
  readonly topics: readonly string[]
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly partitionAssignmentStrategy?: readonly EagerStrategy[] | undefined
}

/** After these, another broker has to be asked, or the same one a little later. */
const coordinatorMoved: ReadonlySet<string> = new Set([
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'CONNECTION_FAILED',
  'REQUEST_TIMEOUT',
])

/** One member's conversation with its group's coordinator. Each method is one attempt. */
export class GroupCoordinator {
  readonly #session: ClusterSession
  readonly #metadata: TopicMetadata
  readonly #options: GroupOptions
  #coordinatorId: number | undefined
  #memberId = ''
  #generation = -1
  #counts: ReadonlyMap<string, number> | undefined

  constructor(session: ClusterSession, metadata: TopicMetadata, options: GroupOptions) {
    this.#session = session
    this.#metadata = metadata
    this.#options = options
  }

  get memberId(): string {
    return this.#memberId
  }

  get generation(): number {
    return this.#generation
  }

  /** The partition counts by which this member dealt out the partitions; `undefined` unless it leads the group. */
  get dealtCounts(): ReadonlyMap<string, number> | undefined {
    return this.#counts
  }

  /** Joins, deals out the partitions where this member leads, and gives those that fell to it. */
  async join(): Promise<readonly TopicPartition[]> {
    const { groupId } = this.#options
    const joined = await this.#joinGroup()
    this.#generation = joined.generationId
    const leads = joined.leaderId === joined.memberId
    this.#counts = leads ? await this.partitionCounts(subscribedTopics(joined.members)) : undefined
    const answer = await this.#call('SyncGroup', (broker) =>
      broker.syncGroup({
        groupId,
        generationId: this.#generation,
        memberId: this.#memberId,
        groupAssignment: this.#counts === undefined ? [] : assign(joined.members, this.#counts, joined.groupProtocol),
      }),
    )
    return assignedPartitions(answer.memberAssignment).filter(({ topic }) => this.#options.topics.includes(topic))
  }

  async heartbeat(): Promise<void> {
    await this.#call('Heartbeat', (broker) =>
      broker.heartbeat({
        groupId: this.#options.groupId,
        groupGenerationId: this.#generation,
        memberId: this.#memberId,
      }),
    )
  }

  async commit(offsets: readonly OffsetCommit[]): Promise<void> {
    const answer = await this.#call('OffsetCommit', (broker) =>
      broker.offsetCommit({
        groupId: this.#options.groupId,
        groupGenerationId: this.#generation,
        memberId: this.#memberId,
        topics: byTopic(offsets, ({ partition, offset, metadata }) => ({
          partition,
          offset: String(offset),
          metadata,
        })),
      }),
    )
    this.#throwFirst('OffsetCommit', answer.responses)
  }

  /** What is committed for these partitions; those without a commit are left out. */
  async committed(partitions: readonly TopicPartition[]): Promise<readonly Committed[]> {
    const { groupId } = this.#options
    const answer = await this.#call('OffsetFetch', (broker) =>
      broker.offsetFetch({ groupId, topics: byTopic(partitions, ({ partition }) => ({ partition })) }),
    )
    this.#throwFirst('OffsetFetch', answer.responses)
    return readCommitted(answer.responses)
  }

  /** Leaves, where the coordinator knows us. */
  async leave(): Promise<void> {
    if (this.#memberId === '') return
    const { groupId } = this.#options
    const memberId = this.#memberId
    this.#memberId = ''
    await this.#call('LeaveGroup', (broker) => broker.leaveGroup({ groupId, memberId }))
  }

  /** The coordinator has forgotten us: the next join is that of a new member. */
  forgetMember(): void {
    this.#memberId = ''
  }

  async partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>()
    for (const topic of topics) {
      try {
        counts.set(topic, (await this.#metadata.partitions(topic, { refresh: true })).length)
      } catch (error) {
        // Another member's topic may be gone; the group can go on with the rest.
        if (!isPartitaError(error) || error.code !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error
      }
    }
    return counts
  }

  async #joinGroup(): Promise<JoinGroupAnswer> {
    const { groupId, topics, sessionTimeoutMs, rebalanceTimeoutMs, partitionAssignmentStrategy } = this.#options
    for (;;) {
      const answer: JoinGroupAnswer = await this.#call(
        'JoinGroup',
        (broker) =>
          broker.joinGroup({
            groupId,
            memberId: this.#memberId,
            sessionTimeout: sessionTimeoutMs,
            rebalanceTimeout: rebalanceTimeoutMs,
            groupProtocols: subscriptions(topics, partitionAssignmentStrategy),
          }),
        kafkaErrorCodes.MEMBER_ID_REQUIRED,
      )
      this.#memberId = answer.memberId
      if (answer.errorCode === 0) return answer
      // Since Kafka 2.2 a new member gets its id first and joins with it (KIP-394).
    }
  }

  async #call<T>(
    api: string,
    request: (broker: BrokerApi) => Promise<T & { readonly errorCode?: number }>,
    allowed = 0,
  ): Promise<T> {
    const { groupId } = this.#options
    try {
      this.#coordinatorId ??= await this.#session.coordinator(groupId)
      const answer = await request(await this.#session.node(this.#coordinatorId))
      if (answer.errorCode !== allowed) throwRefusal(answer.errorCode, { api, groupId })
      return answer
    } catch (error) {
      this.#noteMoved(error)
      throw error
    }
  }

  #throwFirst(api: string, responses: readonly TopicAnswers<object>[]): void {
    for (const { topic, partitions } of responses) {
      for (const { partition, errorCode } of partitions) {
        if (errorCode === 0) continue
        const error = refusal(errorCode, { api, topic, partition, groupId: this.#options.groupId })
        this.#noteMoved(error)
        throw error
      }
    }
  }

  #noteMoved(error: unknown): void {
    if (error instanceof PartitaError && coordinatorMoved.has(error.code)) this.#coordinatorId = undefined
  }
}
