import type { CommittedOffset, OffsetCommit } from './committed-offsets.ts'
import type { TopicPartition } from './records.ts'
import type { PartitionInfo } from './partition-info.ts'

export interface NewTopic {
  readonly topic: string
  /** Default: the broker's `num.partitions`. */
  readonly numPartitions?: number | undefined
  /** Default: the broker's `default.replication.factor`. */
  readonly replicationFactor?: number | undefined
  /** Topic settings by Kafka's own names: `{ 'cleanup.policy': 'compact' }`. */
  readonly configs?: Readonly<Record<string, string>> | undefined
}

export interface TopicDescription {
  readonly topic: string
  readonly partitions: readonly PartitionInfo[]
}

/** A point in a log: its ends, or the first record at or after a moment (milliseconds since the epoch). */
export type OffsetSpec = 'earliest' | 'latest' | { readonly timestamp: number }

export interface ListedOffset extends TopicPartition {
  /** -1 where no record is that young. */
  readonly offset: number
}

export interface GroupListing {
  readonly groupId: string
  readonly protocolType: string
}

export interface GroupDescription {
  readonly groupId: string
  /** Kafka's state names: `Stable`, `Empty`, `PreparingRebalance`, `CompletingRebalance`, `Dead`. */
  readonly state: string
  readonly members: readonly {
    readonly memberId: string
    readonly clientId: string
    readonly partitions: readonly TopicPartition[]
  }[]
}

/** Administration of a cluster. Each call rejects with a `PartitaError` that names the topic or group it failed on. */
export interface AdminTransport {
  /** Rejects with `TOPIC_ALREADY_EXISTS`, `INVALID_PARTITIONS`, `INVALID_REPLICATION_FACTOR`, … Waits until leaders are known. */
  createTopics(topics: readonly NewTopic[]): Promise<void>
  deleteTopics(topics: readonly string[]): Promise<void>
  /** Grows a topic to `total` partitions. Keys move: see `@partita/partitioners`. */
  createPartitions(topic: string, total: number): Promise<void>
  listTopics(): Promise<readonly string[]>
  describeTopics(topics: readonly string[]): Promise<readonly TopicDescription[]>
  listOffsets(topic: string, at: OffsetSpec): Promise<readonly ListedOffset[]>
  listGroups(): Promise<readonly GroupListing[]>
  describeGroups(groupIds: readonly string[]): Promise<readonly GroupDescription[]>
  deleteGroups(groupIds: readonly string[]): Promise<void>
  /** What a group has committed, only partitions with a commit. Default: all topics. */
  fetchOffsets(groupId: string, topics?: readonly string[]): Promise<readonly (TopicPartition & CommittedOffset)[]>
  /** Sets a group's offsets. The group must have no members: `NON_EMPTY_GROUP` else. */
  alterOffsets(groupId: string, offsets: readonly OffsetCommit[]): Promise<void>
  /** Never rejects. */
  close(): Promise<void>
}
