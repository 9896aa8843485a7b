import {
  isPartitaError,
  kafkaErrorCodes,
  partitionName,
  PartitaError,
  type ListedOffset,
  type NewTopic,
  type OffsetSpec,
  type PartitionInfo,
  type TopicDescription,
} from '@partita/protocol'
import type { BrokerApi, TopicErrors } from './broker-api.ts'
import type { ClusterSession } from './cluster-session.ts'
import { throwRefusal } from './errors.ts'
import { earliestOffset, latestOffset, listOffsets } from './list-offsets.ts'
import { persist } from './persist.ts'
import { TopicMetadata } from './topic-metadata.ts'
import { pause } from './waiting.ts'

/** How long the controller may take. kafkajs: 5 s; Java: `default.api.timeout.ms`, a minute. */
const controllerTimeoutMs = 15_000
/** How long after that until every broker names a leader for each partition. */
const leadersTimeoutMs = 15_000
const leadersPollMs = 50

export class TopicAdmin {
  readonly #session: ClusterSession
  readonly #metadata: TopicMetadata

  constructor(session: ClusterSession) {
    this.#session = session
    this.#metadata = new TopicMetadata(session)
  }

  async create(topics: readonly NewTopic[]): Promise<void> {
    await this.#atController('CreateTopics', (broker) =>
      broker.createTopics({
        timeout: controllerTimeoutMs,
        topics: topics.map(({ topic, numPartitions = -1, replicationFactor = -1, configs = {} }) => ({
          topic,
          numPartitions,
          replicationFactor,
          configEntries: Object.entries(configs).map(([name, value]) => ({ name, value })),
        })),
      }),
    )
    await this.#leadersOf(topics.map(({ topic }) => topic))
  }

  async delete(topics: readonly string[]): Promise<void> {
    for (const topic of topics) this.#metadata.forget(topic)
    await this.#atController('DeleteTopics', (broker) => broker.deleteTopics({ topics, timeout: controllerTimeoutMs }))
  }

  async grow(topic: string, total: number): Promise<void> {
    await this.#atController('CreatePartitions', (broker) =>
      broker.createPartitions({ topicPartitions: [{ topic, count: total }], timeout: controllerTimeoutMs }),
    )
    await this.#leadersOf([topic], total)
  }

  async list(): Promise<readonly string[]> {
    const { topicMetadata } = await this.#session.metadata([])
    return topicMetadata.filter(({ isInternal }) => isInternal !== true).map(({ topic }) => topic)
  }

  async describe(topic: string): Promise<TopicDescription> {
    const partitions = await this.#metadata.partitions(topic, { refresh: true })
    return { topic, partitions }
  }

  async listOffsets(topic: string, at: OffsetSpec): Promise<readonly ListedOffset[]> {
    const timestamp = at === 'earliest' ? earliestOffset : at === 'latest' ? latestOffset : at.timestamp
    return persist(this.#session.clock, async () => {
      const partitions = await this.#metadata.partitions(topic, { refresh: true })
      const query = {
        partitions: partitions.map(({ partition }) => ({ topic, partition })),
        timestamp,
        // The end of the log as its leader sees it: for whoever measures a lag, an open transaction counts.
        readCommitted: false,
      }
      const offsets = await listOffsets(this.#session, this.#metadata, query)
      return partitions.map(({ partition }) => ({
        topic,
        partition,
        offset: offsets.get(partitionName({ topic, partition })) ?? -1,
      }))
    })
  }

  async #atController(api: string, request: (broker: BrokerApi) => Promise<TopicErrors>): Promise<void> {
    await persist(this.#session.clock, async () => {
      try {
        const { topicErrors } = await request(await this.#session.controller())
        for (const { topic, errorCode, errorMessage } of topicErrors) {
          throwRefusal(errorCode, {
            api,
            topic,
            detail: errorMessage,
            retriable: errorCode === kafkaErrorCodes.NOT_CONTROLLER,
          })
        }
      } catch (error) {
        // Another broker controls the cluster by now; the metadata says which.
        if (isPartitaError(error) && error.code === 'NOT_CONTROLLER') await this.#session.metadata([])
        throw error
      }
    })
  }

  /** Until every broker of the cluster names a leader for each partition: the caller may ask any of them next. */
  async #leadersOf(topics: readonly string[], partitions = 1): Promise<void> {
    const { clock } = this.#session
    const until = clock.monotonic() + leadersTimeoutMs
    while (!(await this.#haveLeaders(topics, partitions))) {
      if (clock.monotonic() >= until) {
        const text = `Not every partition has a leader after ${leadersTimeoutMs} ms.`
        throw new PartitaError('LEADER_NOT_AVAILABLE', text, { topic: topics.join(', '), retriable: true })
      }
      await pause(clock, leadersPollMs)
    }
  }

  async #haveLeaders(topics: readonly string[], partitions: number): Promise<boolean> {
    await this.#session.metadata(topics)
    const nodes = await Promise.allSettled(this.#session.nodes.map(({ nodeId }) => this.#session.node(nodeId)))
    // A broker that cannot be reached is not waited for.
    const reachable = nodes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    const answers = await Promise.all(reachable.map((broker) => broker.metadata(topics)))
    return answers.every(({ topicMetadata }) =>
      topicMetadata.every(
        ({ topicErrorCode, partitionMetadata }) =>
          topicErrorCode === 0 && partitionMetadata.length >= partitions && partitionMetadata.every(hasLeader),
      ),
    )
  }
}

function hasLeader({ leader }: Pick<PartitionInfo, 'leader'>): boolean {
  return leader >= 0
}
