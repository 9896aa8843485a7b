import {
  kafkaErrorCodes,
  partitionName,
  PartitaError,
  type CommittedOffset,
  type OffsetCommit,
  type TopicPartition,
} from '@partita/protocol'
import { type Api, offsetCommitApi, offsetFetchApi } from '@partita/wire'
import type { RequestOptions } from '../../cluster/cluster.ts'
import { byTopic } from '../by-topic.ts'
import { lastOffsetsVersionByName, offsetTopics } from '../../cluster/offset-topics.ts'
import { TopicIds } from '../../cluster/topic-ids.ts'
import type { Coordinator } from './coordinator.ts'
import type { MemberIdentity } from './member-identity.ts'

/** Where progress is kept. */
export interface OffsetStore {
  /** By partition name; one without a commit is missing. */
  fetch(partitions: readonly TopicPartition[]): Promise<ReadonlyMap<string, CommittedOffset>>
  commit(offsets: readonly OffsetCommit[]): Promise<void>
}

/** Of whoever reads without a group. */
export const noOffsets: OffsetStore = {
  fetch: () => Promise.resolve(new Map()),
  commit() {
    const text = 'There is no group to commit to: give a groupId with the partitions.'
    return Promise.reject(new PartitaError('INVALID_GROUP_ID', text, { api: 'OffsetCommit' }))
  },
}

/**
 * What the group has committed, asked of its coordinator and told to it. One request each; nothing is repeated here.
 */
export class GroupOffsets implements OffsetStore {
  readonly #coordinator: Coordinator
  readonly #member: MemberIdentity
  readonly #readCommitted: boolean
  readonly #signal: AbortSignal

  constructor(coordinator: Coordinator, member: MemberIdentity, readCommitted: boolean, signal: AbortSignal) {
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
    const asked = byTopic(partitions)
    const ids = this.#idsOf(asked.keys())
    const topics = Array.from(asked, ([name, of]) => ({
      name,
      topicId: ids.of(name),
      partitionIndexes: of.map(({ partition }) => partition),
    }))
    // One group or several: versions differ in where they have it.
    const body = {
      groupId,
      topics,
      groups: [{ groupId, topics, ...this.#memberEpoch }],
      requireStable: this.#readCommitted,
    }
    const answer = await this.#coordinator.ask(offsetFetchApi, body, this.#options(ids))
    const group = answer.groups[0] ?? answer
    this.#coordinator.check(offsetFetchApi, group.errorCode)
    const found = new Map<string, CommittedOffset>()
    for (const told of group.topics) {
      const topic = ids.nameOf(told) ?? ''
      for (const { partitionIndex: partition, committedOffset: offset, metadata, errorCode } of told.partitions) {
        this.#check(offsetFetchApi, errorCode, { topic, partition })
        if (offset >= 0) found.set(partitionName({ topic, partition }), { offset, metadata: metadata ?? '' })
      }
    }
    return found
  }

  /** By the new protocol a member says in which epoch it asks; classic generations are not looked at. */
  get #memberEpoch(): { memberId: string; memberEpoch: number } | undefined {
    const { memberId, generation, fetchesByEpoch } = this.#member
    return fetchesByEpoch ? { memberId, memberEpoch: generation } : undefined
  }

  /** Commits in the name of this member's present generation. */
  async commit(offsets: readonly OffsetCommit[]): Promise<void> {
    const { memberId, generation, groupInstanceId } = this.#member
    const committed = offsetTopics(offsets)
    const ids = this.#idsOf(committed.map(({ name }) => name))
    const topics = committed.map((each) => ({ ...each, topicId: ids.of(each.name) }))
    const { groupId } = this.#coordinator
    const body = { groupId, generationIdOrMemberEpoch: generation, memberId, groupInstanceId, topics }
    const answer = await this.#coordinator.ask(offsetCommitApi, body, this.#options(ids))
    for (const told of answer.topics) {
      const topic = ids.nameOf(told) ?? ''
      for (const { partitionIndex: partition, errorCode } of told.partitions) {
        this.#check(offsetCommitApi, errorCode, { topic, partition })
      }
    }
  }

  #idsOf(topics: Iterable<string>): TopicIds {
    return new TopicIds(this.#coordinator.cluster, topics)
  }

  #options(ids: TopicIds): RequestOptions {
    return { signal: this.#signal, atMostVersion: ids.areKnown ? undefined : lastOffsetsVersionByName }
  }

  #check(api: Api, errorCode: number, place: TopicPartition): void {
    // The topic was made anew: whoever tries again is to do it with the new id.
    if (errorCode === kafkaErrorCodes.UNKNOWN_TOPIC_ID) this.#refresh(place.topic)
    this.#coordinator.check(api, errorCode, place)
  }

  #refresh(topic: string): void {
    // Where it fails, the next attempt tells.
    void this.#coordinator.cluster.topic(topic, { refresh: true, signal: this.#signal }).catch(() => undefined)
  }
}
