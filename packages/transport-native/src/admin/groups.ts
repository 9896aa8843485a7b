import {
  isPartitaError,
  kafkaErrorCodes,
  nameOption,
  type CommittedOffset,
  type GroupDescription,
  type GroupListing,
  type OffsetCommit,
  type PartitaError,
  type TopicPartition,
} from '@partita/protocol'
import {
  decodeAssignment,
  deleteGroupsApi,
  describeGroupsApi,
  listGroupsApi,
  offsetCommitApi,
  offsetFetchApi,
  type ResponseOf,
} from '@partita/wire'
import { kafkaError, throwKafkaError } from '../cluster/kafka-error.ts'
import { lastOffsetsVersionByName, offsetTopics } from '../cluster/offset-topics.ts'
import { persist, type Attempt } from './persist.ts'
import { throwRefusals } from './refusals.ts'
import type { AdminContext } from './topics.ts'

const { GROUP_ID_NOT_FOUND, ILLEGAL_GENERATION, NON_EMPTY_GROUP, REBALANCE_IN_PROGRESS, UNKNOWN_MEMBER_ID } =
  kafkaErrorCodes

/** Here topics are known by name. (Java's `Admin`: the same.) */
const byName = { atMostVersion: lastOffsetsVersionByName }

type ToldGroup = ResponseOf<typeof describeGroupsApi>['groups'][number]

/** Groups, each at its coordinator. */
export class Groups {
  readonly #context: AdminContext

  constructor(context: AdminContext) {
    this.#context = context
  }

  /** Each broker knows the groups that it coordinates. */
  list(): Promise<GroupListing[]> {
    const { cluster } = this.#context
    return this.#persist(true, async ({ timeoutMs }) => {
      await cluster.controller({ refresh: true, timeoutMs })
      const answers = await Promise.all(
        cluster.nodes().map((node) => cluster.request(node, listGroupsApi, {}, { timeoutMs })),
      )
      for (const { errorCode } of answers) throwKafkaError(errorCode, { api: 'ListGroups' })
      return answers.flatMap(({ groups }) => groups.map(({ groupId, protocolType }) => ({ groupId, protocolType })))
    })
  }

  describe(groupId: string): Promise<GroupDescription> {
    const api = 'DescribeGroups'
    return this.#atCoordinator(groupId, true, async (node, timeoutMs) => {
      const answer = await this.#context.cluster.request(node, describeGroupsApi, { groups: [groupId] }, { timeoutMs })
      const told = answer.groups.find((each) => each.groupId === groupId)
      // Since version 6 an unknown group is an error; before, and here, it is a dead one.
      if (told === undefined || told.errorCode === GROUP_ID_NOT_FOUND) return { groupId, state: 'Dead', members: [] }
      throwKafkaError(told.errorCode, { api, groupId }, told.errorMessage)
      return { groupId, state: told.groupState, members: membersOf(told) }
    })
  }

  async delete(groupIds: readonly string[]): Promise<void> {
    const outcomes = await Promise.allSettled(groupIds.map((groupId) => this.#delete(groupId)))
    throwRefusals(outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason as PartitaError] : [])))
  }

  fetchOffsets(groupId: string): Promise<(TopicPartition & CommittedOffset)[]> {
    const place = { api: 'OffsetFetch', groupId }
    return this.#atCoordinator(groupId, true, async (node, timeoutMs) => {
      // All topics: a list would have to name every partition. The fields of all versions; a broker's has some of them.
      const body = { groupId, topics: null, groups: [{ groupId, memberId: null, topics: null }] }
      const answer = await this.#context.cluster.request(node, offsetFetchApi, body, {
        timeoutMs,
        ...byName,
      })
      const told = answer.groups.find((each) => each.groupId === groupId) ?? answer
      if (told.errorCode === GROUP_ID_NOT_FOUND) return []
      throwKafkaError(told.errorCode, place)
      return told.topics.flatMap(({ name: topic, partitions }) =>
        partitions.flatMap(({ partitionIndex: partition, errorCode, committedOffset: offset, metadata }) => {
          throwKafkaError(errorCode, { ...place, topic, partition })
          return offset < 0 ? [] : [{ topic, partition, offset, metadata: metadata ?? '' }]
        }),
      )
    })
  }

  /** As a commit by nobody: that is taken where the group has no members. Done twice, it is as if done once. */
  alterOffsets(groupId: string, offsets: readonly OffsetCommit[]): Promise<void> {
    const topics = offsetTopics(offsets)
    return this.#atCoordinator(groupId, true, async (node, timeoutMs) => {
      const options = { timeoutMs, ...byName }
      const answer = await this.#context.cluster.request(node, offsetCommitApi, { groupId, topics }, options)
      throwRefusals(
        answer.topics.flatMap(({ name: topic, partitions }) =>
          partitions.flatMap(({ partitionIndex: partition, errorCode }) =>
            errorCode === 0 ? [] : [commitRefusal(errorCode, { groupId, topic, partition })],
          ),
        ),
      )
    })
  }

  async #delete(groupId: string): Promise<void> {
    await this.#atCoordinator(groupId, false, async (node, timeoutMs) => {
      const body = { groupsNames: [groupId] }
      const { results } = await this.#context.cluster.request(node, deleteGroupsApi, body, { timeoutMs })
      for (const { errorCode } of results) throwKafkaError(errorCode, { api: 'DeleteGroups', groupId })
    })
  }

  async #atCoordinator<T>(
    groupId: string,
    isRead: boolean,
    request: (node: number, timeoutMs: number) => Promise<T>,
  ): Promise<T> {
    const { cluster } = this.#context
    nameOption('groupId', groupId)
    return this.#persist(isRead, async ({ timeoutMs, isRepeated }) => {
      // Whatever failed, the coordinator may be another by now.
      if (isRepeated) cluster.forgetCoordinator('group', groupId)
      return request(await cluster.coordinator('group', groupId, { timeoutMs }), timeoutMs)
    })
  }

  #persist<T>(isRead: boolean, attempt: (attempt: Attempt) => Promise<T>): Promise<T> {
    const { cluster, requestTimeoutMs: timeoutMs, closing } = this.#context
    return persist({ clock: cluster.clock, timeoutMs, closing, isRead }, attempt)
  }
}

function membersOf({ members, protocolType }: ToldGroup): GroupDescription['members'] {
  return members.map(({ memberId, clientId, memberAssignment }) => ({
    memberId,
    clientId,
    partitions: protocolType === 'consumer' ? assignedPartitions(memberAssignment) : [],
  }))
}

/** What another client's assignor wrote need not be in the form that everybody uses: that is no reason to tell nothing. */
function assignedPartitions(assignment: Uint8Array): TopicPartition[] {
  try {
    const { assignedPartitions: topics } = decodeAssignment(assignment)
    return topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })))
  } catch (error) {
    if (isPartitaError(error) && error.code === 'MALFORMED') return []
    throw error
  }
}

/** With the name that the port knows: to a group with members, who commits from outside is an unknown member. */
function commitRefusal(errorCode: number, place: TopicPartition & { readonly groupId: string }): PartitaError {
  const isOutside = [ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS, UNKNOWN_MEMBER_ID].some((code) => code === errorCode)
  if (!isOutside) return kafkaError(errorCode, { api: 'OffsetCommit', ...place })
  const text = 'The group has members: they decide on its offsets. Stop them first.'
  return kafkaError(NON_EMPTY_GROUP, { api: 'OffsetCommit', ...place }, text)
}
