import {
  PartitaError,
  topicName,
  type AdminTransport,
  type CommittedOffset,
  type GroupDescription,
  type GroupListing,
  type ListedOffset,
  type NewTopic,
  type OffsetCommit,
  type OffsetSpec,
  type TopicDescription,
  type TopicPartition,
} from '@partita/protocol'
import { GroupAdmin } from './group-admin.ts'
import type { ClusterSession } from './cluster-session.ts'
import { TopicAdmin } from './topic-admin.ts'

/** Administration, over the same connections and codecs; kafkajs's own admin client is not used. */
export class KafkajsAdmin implements AdminTransport {
  readonly #session: ClusterSession
  readonly #topics: TopicAdmin
  readonly #groups: GroupAdmin

  constructor(session: ClusterSession) {
    this.#session = session
    this.#topics = new TopicAdmin(session)
    this.#groups = new GroupAdmin(session)
  }

  async createTopics(topics: readonly NewTopic[]): Promise<void> {
    for (const { topic } of topics) topicName(topic)
    if (topics.length > 0) await this.#topics.create(topics)
  }

  async deleteTopics(topics: readonly string[]): Promise<void> {
    if (topics.length > 0) await this.#topics.delete(topics)
  }

  async createPartitions(topic: string, total: number): Promise<void> {
    await this.#topics.grow(topicName(topic), total)
  }

  async listTopics(): Promise<readonly string[]> {
    return this.#topics.list()
  }

  async describeTopics(topics: readonly string[]): Promise<readonly TopicDescription[]> {
    topics.forEach(topicName)
    return Promise.all(topics.map((topic) => this.#topics.describe(topic)))
  }

  async listOffsets(topic: string, at: OffsetSpec): Promise<readonly ListedOffset[]> {
    return this.#topics.listOffsets(topicName(topic), at)
  }

  async listGroups(): Promise<readonly GroupListing[]> {
    return this.#groups.list()
  }

  async describeGroups(groupIds: readonly string[]): Promise<readonly GroupDescription[]> {
    return Promise.all(groupIds.map((groupId) => this.#groups.describe(groupId)))
  }

  async deleteGroups(groupIds: readonly string[]): Promise<void> {
    for (const groupId of groupIds) await this.#groups.delete(groupId)
  }

  async fetchOffsets(
    groupId: string,
    topics?: readonly string[],
  ): Promise<readonly (TopicPartition & CommittedOffset)[]> {
    return this.#groups.fetchOffsets(groupId, topics)
  }

  async alterOffsets(groupId: string, offsets: readonly OffsetCommit[]): Promise<void> {
    const wrong = offsets.find(({ offset }) => !Number.isSafeInteger(offset) || offset < 0)
    if (wrong !== undefined) {
      const { topic, partition } = wrong
      const text = `An offset is a whole number, 0 or more; got ${wrong.offset}.`
      throw new PartitaError('INVALID_OPTION', text, { api: 'alterOffsets', topic, partition, groupId })
    }
    if (offsets.length > 0) await this.#groups.alterOffsets(groupId, offsets)
  }

  async close(): Promise<void> {
    await this.#session.close()
  }
}
