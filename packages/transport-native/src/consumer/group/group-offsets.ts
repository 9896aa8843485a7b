import { partitionName, type CommittedOffset, type OffsetCommit, type TopicPartition } from '@partita/protocol'
import { offsetCommitApi, offsetFetchApi } from '@partita/wire'
import { byTopic } from '../by-topic.ts'
import type { Coordinator } from './coordinator.ts'
import type { GroupMember } from './group-member.ts'

/**
 * What the group has committed, asked of its coordinator and told to it. One request each; nothing is repeated here.
 */
export class GroupOffsets {
  readonly #coordinator: Coordinator
  readonly #member: GroupMember
  readonly #readCommitted: boolean
  readonly #signal: AbortSignal

  constructor(coordinator: Coordinator, member: GroupMember, readCommitted: boolean, signal: AbortSignal) {
    this.#coordinator = coordinator
    this.#member = member
    this.#readCommitted = readCommitted
    this.#signal = signal
  }

  /**
   * By partition name; one without a commit is missing. A reader of committed transactions is refused with
   * `UNSTABLE_OFFSET_COMMIT` while a transaction that commits offsets is open (KIP-447).
   */
  async fetch(partitions: readonly TopicPartition[]): Promise<Map<string, CommittedOffset>> {
    const { groupId } = this.#coordinator
    const topics = Array.from(byTopic(partitions), ([name, of]) => ({
      name,
      partitionIndexes: of.map(({ partition }) => partition),
    }))
    // One group or several: versions differ in where they have it.
    const body = { groupId, topics, groups: [{ groupId, topics }], requireStable: this.#readCommitted }
    const answer = await this.#coordinator.ask(offsetFetchApi, body, { signal: this.#signal })
    const group = answer.groups[0] ?? answer
    this.#coordinator.check(offsetFetchApi, group.errorCode)
    const found = new Map<string, CommittedOffset>()
    for (const { name: topic, partitions: of } of group.topics) {
      for (const { partitionIndex: partition, committedOffset: offset, metadata, errorCode } of of) {
        this.#coordinator.check(offsetFetchApi, errorCode, { topic, partition })
        if (offset >= 0) found.set(partitionName({ topic, partition }), { offset, metadata: metadata ?? '' })
      }
    }
    return found
  }

  /** Commits in the name of this member's present generation. */
  async commit(offsets: readonly OffsetCommit[]): Promise<void> {
    const { memberId, generation, groupInstanceId } = this.#member
    const topics = Array.from(byTopic(offsets), ([name, of]) => ({
      name,
      partitions: of.map(({ partition, offset, metadata }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedMetadata: metadata,
      })),
    }))
    const { groupId } = this.#coordinator
    const body = { groupId, generationIdOrMemberEpoch: generation, memberId, groupInstanceId, topics }
    const answer = await this.#coordinator.ask(offsetCommitApi, body, { signal: this.#signal })
    for (const { name: topic, partitions } of answer.topics) {
      for (const { partitionIndex: partition, errorCode } of partitions) {
        this.#coordinator.check(offsetCommitApi, errorCode, { topic, partition })
      }
    }
  }
}
