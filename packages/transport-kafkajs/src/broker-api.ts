/**
 * What this package calls of kafkajs: the requests of its `Broker`, and the answers as its codecs decode them. Error
 * codes are left in the answers (see connection-care.ts), numbers of 64 bits are decimal strings.
 *
 * kafkajs publishes no types for these; they were read off version 2.2.4, the last one.
 */
export interface BrokerApi {
  /** An empty list asks for all topics. */
  metadata(topics: readonly string[]): Promise<MetadataAnswer>
  /** `undefined` with `acks: 0`: the broker does not answer then. */
  produce(request: ProduceRequest): Promise<ProduceAnswer | undefined>
  fetch(request: FetchRequest): Promise<FetchAnswer>
  listOffsets(request: {
    readonly isolationLevel: number
    readonly topics: readonly {
      readonly topic: string
      readonly partitions: readonly { readonly partition: number; readonly timestamp: number }[]
    }[]
  }): Promise<{ readonly responses: readonly TopicAnswers<{ readonly offset: string }>[] }>
  initProducerId(request: { readonly transactionTimeout: number }): Promise<InitProducerIdAnswer>

  findGroupCoordinator(request: { readonly groupId: string; readonly coordinatorType: 0 }): Promise<CoordinatorAnswer>
  joinGroup(request: JoinGroupRequest): Promise<JoinGroupAnswer>
  syncGroup(request: SyncGroupRequest): Promise<ErrorAnswer & { readonly memberAssignment: Buffer }>
  heartbeat(request: MemberRequest & { readonly groupGenerationId: number }): Promise<ErrorAnswer>
  leaveGroup(request: MemberRequest): Promise<ErrorAnswer & { readonly members?: readonly ErrorAnswer[] }>
  offsetCommit(request: OffsetCommitRequest): Promise<{ readonly responses: readonly TopicAnswers<object>[] }>
  /** No topics: all that the group has committed. */
  offsetFetch(request: {
    readonly groupId: string
    readonly topics: readonly {
      readonly topic: string
      readonly partitions: readonly { readonly partition: number }[]
    }[]
  }): Promise<OffsetFetchAnswer>

  createTopics(request: CreateTopicsRequest): Promise<TopicErrors>
  deleteTopics(request: { readonly topics: readonly string[]; readonly timeout: number }): Promise<TopicErrors>
  createPartitions(request: {
    readonly topicPartitions: readonly { readonly topic: string; readonly count: number }[]
    readonly timeout: number
  }): Promise<TopicErrors>
  listGroups(): Promise<ErrorAnswer & { readonly groups: readonly { groupId: string; protocolType: string }[] }>
  describeGroups(request: {
    readonly groupIds: readonly string[]
  }): Promise<{ readonly groups: readonly GroupAnswer[] }>
  deleteGroups(
    groupIds: readonly string[],
  ): Promise<{ readonly results: readonly (ErrorAnswer & { groupId: string })[] }>
}

export interface ErrorAnswer {
  readonly errorCode: number
}

/** Answers by topic and partition, as most of Kafka's are. */
export interface TopicAnswers<T> {
  readonly topic: string
  readonly partitions: readonly (T & ErrorAnswer & { readonly partition: number })[]
}

export interface MetadataAnswer {
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[]
  readonly controllerId: number
  readonly topicMetadata: readonly {
    readonly topic: string
    readonly topicErrorCode: number
    readonly isInternal?: boolean
    readonly partitionMetadata: readonly {
      readonly partitionId: number
      readonly partitionErrorCode: number
      readonly leader: number
    }[]
  }[]
}

/** A record as kafkajs's encoder takes it. */
export interface OutgoingMessage {
  readonly key: Buffer | string | null
  readonly value: Buffer | string | null
  /** Milliseconds, as decimal digits. */
  readonly timestamp: string
  readonly headers?: object
}

export interface ProduceRequest {
  readonly acks: number
  readonly timeout: number
  readonly compression: number
  readonly producerId: string | number
  readonly producerEpoch: number
  readonly topicData: readonly {
    readonly topic: string
    readonly partitions: readonly {
      readonly partition: number
      readonly firstSequence: number
      readonly messages: readonly OutgoingMessage[]
    }[]
  }[]
}

export interface ProduceAnswer {
  readonly topics: readonly {
    readonly topicName: string
    readonly partitions: readonly (ErrorAnswer & {
      readonly partition: number
      readonly baseOffset: string
      readonly logAppendTime: string
    })[]
  }[]
}

export interface FetchRequest {
  readonly maxWaitTime: number
  readonly minBytes: number
  readonly maxBytes: number
  /** 0 read uncommitted, 1 read committed. */
  readonly isolationLevel: number
  readonly rackId: string
  readonly topics: readonly {
    readonly topic: string
    readonly partitions: readonly {
      readonly partition: number
      readonly fetchOffset: string
      readonly maxBytes: number
    }[]
  }[]
}

export interface FetchAnswer {
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly FetchedPartition[] }[]
}

export interface FetchedPartition {
  readonly partition: number
  readonly errorCode: number
  readonly highWatermark: string
  readonly abortedTransactions?: readonly { readonly producerId: string; readonly firstOffset: string }[] | undefined
  readonly preferredReadReplica?: number
  readonly messages: readonly IncomingMessage[]
  /** Behind the last whole batch that came, also where none of its records are left; see fetch-ends.ts. */
  readonly endOffset?: number | undefined
}

/** A record as kafkajs's decoder gives it. */
export interface IncomingMessage {
  readonly offset: string
  readonly timestamp: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers?: Readonly<Record<string, Buffer | null | readonly (Buffer | null)[]>>
  readonly isControlRecord?: boolean
  /** Of the batch that the record came in; absent with the formats before Kafka 0.11. */
  readonly batchContext?: {
    readonly firstOffset: string
    readonly lastOffsetDelta: number
    readonly producerId: string
    readonly inTransaction: boolean
  }
}

export interface InitProducerIdAnswer extends ErrorAnswer {
  readonly producerId: string
  readonly producerEpoch: number
}

export interface CoordinatorAnswer extends ErrorAnswer {
  readonly coordinator: { readonly nodeId: number; readonly host: string; readonly port: number }
}

export interface MemberRequest {
  readonly groupId: string
  readonly memberId: string
}

export interface JoinGroupRequest extends MemberRequest {
  readonly sessionTimeout: number
  readonly rebalanceTimeout: number
  readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[]
}

export interface JoinGroupAnswer extends ErrorAnswer {
  readonly generationId: number
  /** The name of the assignor that the group agreed on. */
  readonly groupProtocol: string
  readonly leaderId: string
  readonly memberId: string
  /** The whole group for its leader, empty for everyone else. */
  readonly members: readonly GroupMemberInfo[]
}

export interface GroupMemberInfo {
  readonly memberId: string
  readonly memberMetadata: Buffer
}

export interface SyncGroupRequest extends MemberRequest {
  readonly generationId: number
  readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[]
}

export interface OffsetCommitRequest extends MemberRequest {
  readonly groupGenerationId: number
  readonly topics: readonly {
    readonly topic: string
    readonly partitions: readonly { readonly partition: number; readonly offset: string; readonly metadata: string }[]
  }[]
}

export interface OffsetFetchAnswer {
  readonly errorCode?: number
  readonly responses: readonly TopicAnswers<{ readonly offset: string; readonly metadata: string | null }>[]
}

export interface CreateTopicsRequest {
  readonly timeout: number
  readonly topics: readonly {
    readonly topic: string
    readonly numPartitions: number
    readonly replicationFactor: number
    readonly configEntries: readonly { readonly name: string; readonly value: string }[]
  }[]
}

export interface TopicErrors {
  readonly topicErrors: readonly (ErrorAnswer & { readonly topic: string; readonly errorMessage?: string | null })[]
}

export interface GroupAnswer extends ErrorAnswer {
  readonly groupId: string
  readonly state: string
  readonly members: readonly {
    readonly memberId: string
    readonly clientId: string
    readonly memberAssignment: Buffer
  }[]
}
