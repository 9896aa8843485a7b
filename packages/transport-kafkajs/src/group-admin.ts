import {
  kafkaErrorCodes,
  nameOption,
  type CommittedOffset,
  type GroupDescription,
  type GroupListing,
  type OffsetCommit,
  type TopicPartition,
} from '@partita/protocol'
import { assignedPartitions } from './assignor.ts'
import type { BrokerApi, TopicAnswers } from './broker-api.ts'
import type { ClusterSession } from './cluster-session.ts'
import { refusal, throwRefusal } from './errors.ts'
import { byTopic } from './by-topic.ts'
import { readCommitted } from './committed-offsets.ts'
import { persist } from './persist.ts'
import { TopicMetadata } from './topic-metadata.ts'

const { ILLEGAL_GENERATION, NON_EMPTY_GROUP, UNKNOWN_MEMBER_ID } = kafkaErrorCodes

/** What a commit from outside the group carries in the places of generation and member. */
const noGeneration = -1
const noMember = ''

export class GroupAdmin {
  readonly #session: ClusterSession
  readonly #metadata: TopicMetadata

  constructor(session: ClusterSession) {
    this.#session = session
    this.#metadata = new TopicMetadata(session)
  }

  /** Each broker knows the groups that it coordinates. */
  async list(): Promise<readonly GroupListing[]> {
    return persist(this.#session.clock, async () => {
      await this.#session.metadata([])
      const answers = await Promise.all(
        this.#session.nodes.map(async ({ nodeId }) => (await this.#session.node(nodeId)).listGroups()),
      )
      for (const { errorCode } of answers) throwRefusal(errorCode, { api: 'ListGroups' })
      return answers.flatMap(({ groups }) => groups.map(({ groupId, protocolType }) => ({ groupId, protocolType })))
    })
  }

  async describe(groupId: string): Promise<GroupDescription> {
    return this.#atCoordinator(groupId, async (broker) => {
      const { groups } = await broker.describeGroups({ groupIds: [groupId] })
      const group = groups.find((each) => each.groupId === groupId)
      throwRefusal(group?.errorCode ?? kafkaErrorCodes.GROUP_ID_NOT_FOUND, { api: 'DescribeGroups', groupId })
      const { state = 'Dead', members = [] } = group ?? {}
      return {
        groupId,
        state,
        members: members.map(({ memberId, clientId, memberAssignment }) => ({
          memberId,
          clientId,
          partitions: assignedPartitions(memberAssignment),
        })),
      }
    })
  }

  async delete(groupId: string): Promise<void> {
    await this.#atCoordinator(groupId, async (broker) => {
      const { results } = await broker.deleteGroups([groupId])
      for (const { errorCode } of results) throwRefusal(errorCode, { api: 'DeleteGroups', groupId })
    })
  }

  async fetchOffsets(
    groupId: string,
    topics?: readonly string[],
  ): Promise<readonly (TopicPartition & CommittedOffset)[]> {
    if (topics !== undefined && topics.length === 0) return []
    return this.#atCoordinator(groupId, async (broker) => {
      const answer = await broker.offsetFetch({ groupId, topics: await this.#partitionsOf(topics ?? []) })
      throwRefusal(answer.errorCode, { api: 'OffsetFetch', groupId })
      throwFirst('OffsetFetch', groupId, answer.responses)
      return readCommitted(answer.responses)
    })
  }

  /** As a commit by nobody: that is taken where the group has no members. */
  async alterOffsets(groupId: string, offsets: readonly OffsetCommit[]): Promise<void> {
    await this.#atCoordinator(groupId, async (broker) => {
      const answer = await broker.offsetCommit({
        groupId,
        groupGenerationId: noGeneration,
        memberId: noMember,
        topics: byTopic(offsets, ({ partition, offset, metadata }) => ({
          partition,
          offset: String(offset),
          metadata,
        })),
      })
      throwFirst('OffsetCommit', groupId, answer.responses)
    })
  }

  async #partitionsOf(topics: readonly string[]): Promise<{ topic: string; partitions: { partition: number }[] }[]> {
    return Promise.all(
      topics.map(async (topic) => {
        const partitions = await this.#metadata.partitions(topic)
        return { topic, partitions: partitions.map(({ partition }) => ({ partition })) }
      }),
    )
  }

  async #atCoordinator<T>(groupId: string, request: (broker: BrokerApi) => Promise<T>): Promise<T> {
    nameOption('groupId', groupId)
    return persist(this.#session.clock, async () => {
      const coordinator = await this.#session.coordinator(groupId)
      return request(await this.#session.node(coordinator))
    })
  }
}

/** With the names that the port knows: to a group with members, one who commits from outside is an unknown member. */
function throwFirst(api: string, groupId: string, responses: readonly TopicAnswers<object>[]): void {
  for (const { topic, partitions } of responses) {
    for (const { partition, errorCode } of partitions) {
      if (errorCode === 0) continue
      const outside = api === 'OffsetCommit' && (errorCode === UNKNOWN_MEMBER_ID || errorCode === ILLEGAL_GENERATION)
      throw refusal(outside ? NON_EMPTY_GROUP : errorCode, { api, topic, partition, groupId })
    }
  }
}
