import { kafkaErrorCodes, PartitaError, type KafkaErrorName } from '@partita/protocol'
import { createVirtualClock, type VirtualClock } from '@partita/testing'
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse, type Api, zeroUuid } from '@partita/wire'
import type { listOffsetsApi, RequestOf, ResponseInput } from '@partita/wire'
import type { Cluster, RequestOptions, TopicMetadata } from '../../src/cluster/cluster.ts'
import { FakeFetches, idOf } from './fake-fetches.ts'
import { FakeConsumerGroup } from './fake-consumer-group.ts'
import { FakeGroup } from './fake-group.ts'
import { FakeLog } from './fake-log.ts'
import type { FrameMemory } from '../../src/network/frame-memory.ts'

/** A request as it came in. */
export interface Seen {
  readonly node: number
  readonly api: string
  readonly version: number
  // The body is of whichever API it is: tests look into it as they know it.
  readonly body: never
}

/** The frame as it is when it came piece by piece: in memory that is used again, where nothing is left of what it held. */
function cameIn(memory: FrameMemory, frame: Uint8Array): Uint8Array {
  const bytes = memory.take(Math.max(frame.length, 65_536))
  bytes.fill(0xaa).set(frame)
  return bytes.subarray(0, frame.length)
}

type Fault = (node: number) => object | Error | undefined

/** A cluster without connections: requests are encoded, decoded and answered in memory, after a millisecond. */
export class FakeKafka {
  readonly clock: VirtualClock = createVirtualClock()
  readonly group: FakeGroup = new FakeGroup(this.clock)
  readonly consumerGroup: FakeConsumerGroup = new FakeConsumerGroup()
  readonly topics: Map<string, FakeLog[]> = new Map()
  readonly fetches: FakeFetches = new FakeFetches(this.clock, this.topics)
  readonly seen: Seen[] = []
  /** Answers instead of the cluster's own, by API name; one that gives `undefined` lets the request through. */
  readonly faults: Map<string, Fault> = new Map()
  coordinator = 1
  /** Whether metadata tells topic ids: with an old `inter.broker.protocol.version` there are none. */
  hasTopicIds = true
  /** How often metadata was asked for anew. */
  refreshes = 0

  createTopic(name: string, partitions: number, leaderOf: (partition: number) => number = () => 1): FakeLog[] {
    const logs = Array.from({ length: partitions }, (_, partition) => new FakeLog(leaderOf(partition)))
    this.topics.set(name, logs)
    return logs
  }

  log(topic: string, partition: number): FakeLog {
    return this.topics.get(topic)![partition]!
  }

  /** Requests of one API, in order. */
  requests<A extends Api>(api: A): RequestOf<A>[] {
    return this.seen.filter(({ api: name }) => name === api.name).map(({ body }) => body as RequestOf<A>)
  }

  /** Answers the next request of an API by this error code, then goes on as before. */
  refuseNext(api: string, answer: object | Error): void {
    this.faults.set(api, () => {
      this.faults.delete(api)
      return answer
    })
  }

  /** A session's own view: what it knows of leaders is as old as its last refresh. */
  open(): Cluster {
    const known = new Map<string, TopicMetadata>()
    const closing = new AbortController()
    const snapshot = (name: string): TopicMetadata => {
      const logs = this.topics.get(name)
      if (logs === undefined) {
        const text = `There is no topic ${name}.`
        throw new PartitaError('UNKNOWN_TOPIC_OR_PARTITION', text, { topic: name, retriable: true })
      }
      const partitions = logs.map(({ leader, leaderEpoch }, partition) => ({ partition, leader, leaderEpoch }))
      return { topic: name, topicId: this.hasTopicIds ? idOf(name) : zeroUuid, partitions }
    }
    return {
      clock: this.clock,
      clientId: 'test',
      request: (node, api, body, options = {}) =>
        this.#answer(node, api, body as object, { ...options, closing: closing.signal }),
      send: () => Promise.reject(new Error('a consumer sends nothing without an answer')),
      versionOf: (_node, api) => Promise.resolve(api.versions[1]),
      featureLevel: () => Promise.resolve(0),
      nodes: () => [1, 2],
      anyNode: () => Promise.resolve(1),
      controller: () => Promise.resolve(1),
      coordinator: () => Promise.resolve(this.coordinator),
      forgetCoordinator: () => undefined,
      topic: async (name, { refresh = false } = {}) => {
        if (refresh) this.refreshes++
        if (refresh || !known.has(name)) known.set(name, snapshot(name))
        return known.get(name)!
      },
      cachedTopic: (name) => known.get(name),
      topicName: (topicId) => [...known.keys()].find((name) => idOf(name) === topicId),
      learnLeader: (topic, partition, { node, leaderEpoch }) => {
        const before = known.get(topic)
        if (before === undefined || before.partitions[partition]!.leaderEpoch >= leaderEpoch) return
        const partitions = before.partitions.with(partition, { partition, leader: node, leaderEpoch })
        known.set(topic, { ...before, partitions })
      },
      close: () => {
        closing.abort()
        return Promise.resolve()
      },
    }
  }

  async #answer<A extends Api>(
    node: number,
    api: A,
    input: object,
    {
      signal,
      timeoutMs = 30_000,
      closing,
      atMostVersion = Infinity,
      memory,
    }: RequestOptions & { closing: AbortSignal },
  ): Promise<never> {
    const version = Math.min(api.versions[1], atMostVersion)
    // As it would come over the wire: what cannot be encoded fails here.
    const frame = encodeRequest(api, version, { correlationId: 1, clientId: 'test' }, input as never)
    const { body } = decodeRequest(frame.subarray(4))
    this.seen.push({ node, api: api.name, version, body: body as never })
    const answer = await new Promise<object>((resolve, reject) => {
      const timedOut = new PartitaError('REQUEST_TIMEOUT', 'No answer came.', { retriable: true })
      const timer = this.clock.setTimer(timeoutMs, () => reject(timedOut))
      const aborted = AbortSignal.any(signal === undefined ? [closing] : [closing, signal])
      const abort = (): void => reject(new PartitaError('ABORTED', 'The request was aborted.'))
      if (aborted.aborted) return abort()
      aborted.addEventListener('abort', abort, { once: true })
      this.clock.setTimer(1, () => {
        const fault = this.faults.get(api.name)?.(node)
        if (fault instanceof Error) return reject(fault)
        const settle = (given: object): void => {
          timer.cancel()
          resolve(given)
        }
        if (fault !== undefined) return settle(fault)
        this.#serve(node, api.name, body as never, settle)
      })
    })
    const response = encodeResponse(api, version, 1, answer as never).subarray(4)
    return decodeResponse(api, version, memory === undefined ? response : cameIn(memory, response)).body as never
  }

  #serve(node: number, api: string, body: never, answer: (answer: object) => void): void {
    const { group } = this
    const code = (error: KafkaErrorName): { errorCode: number } => ({ errorCode: kafkaErrorCodes[error] })
    if (api === 'Fetch') return this.fetches.fetch(node, body, answer)
    if (api === 'ListOffsets') return answer(this.#listOffsets(node, body))
    if (api === 'OffsetForLeaderEpoch') return answer(this.#epochEnd(body))
    if (node !== this.coordinator) {
      const groupBody = body as {
        groupId: string
        topics?: { name: string; partitions: { partitionIndex: number }[] }[]
      }
      const topics = (groupBody.topics ?? []).map(({ name, partitions }) => ({
        name,
        partitions: (partitions ?? []).map(({ partitionIndex }) => ({ partitionIndex, ...code('NOT_COORDINATOR') })),
      }))
      const groups = [{ groupId: groupBody.groupId, topics: [], ...code('NOT_COORDINATOR') }]
      const empty = { leader: '', memberId: '', members: [], assignment: new Uint8Array(0), protocolName: null }
      return answer({ ...code('NOT_COORDINATOR'), topics, groups, ...empty })
    }
    if (api === 'ConsumerGroupHeartbeat') return answer(this.consumerGroup.heartbeat(body))
    if (api === 'JoinGroup') return group.join(body, answer)
    if (api === 'SyncGroup') return group.sync(body, answer)
    if (api === 'OffsetFetch') return answer(this.#committed(body))
    if (api === 'OffsetCommit') return answer(this.#commit(body))
    const { generationId, memberId, members } = body as {
      generationId: number
      memberId: string
      members: { memberId: string }[]
    }
    if (api === 'Heartbeat') return answer(code(group.heartbeat(memberId, generationId)))
    if (api !== 'LeaveGroup') throw new Error(`the fake cluster has no ${api}`)
    for (const each of members) group.remove(each.memberId)
    answer({ ...code('NONE'), members: members.map((each) => ({ ...each, ...code('NONE') })) })
  }

  /** A topic goes by its name or by its id; nobody finds one by an id of zeros. */
  #nameOf({ name, topicId }: { name: string; topicId: string }): string {
    return name === '' ? ([...this.topics.keys()].find((each) => idOf(each) === topicId) ?? '?') : name
  }

  #committed({
    groups,
  }: {
    groups: { groupId: string; topics: { name: string; topicId: string; partitionIndexes: number[] }[] }[]
  }): object {
    return {
      groups: groups.map(({ groupId, topics }) => ({
        groupId,
        errorCode: 0,
        topics: topics.map(({ partitionIndexes, ...told }) => ({
          ...told,
          partitions: partitionIndexes.map((partitionIndex) => {
            const name = this.#nameOf(told)
            const { offset = -1, metadata = '' } = this.group.offsets.get(`${name}-${partitionIndex}`) ?? {}
            return { partitionIndex, committedOffset: offset, metadata, errorCode: 0 }
          }),
        })),
      })),
    }
  }

  #commit(body: {
    memberId: string
    generationIdOrMemberEpoch: number
    topics: {
      name: string
      topicId: string
      partitions: { partitionIndex: number; committedOffset: number; committedMetadata: string }[]
    }[]
  }): object {
    const group = this.consumerGroup.memberId === '' ? this.group : this.consumerGroup
    const error = group.commitError(body.memberId, body.generationIdOrMemberEpoch)
    const topics = body.topics.map(({ partitions, ...told }) => ({
      ...told,
      partitions: partitions.map(({ partitionIndex, committedOffset: offset, committedMetadata: metadata }) => {
        if (error === 'NONE') this.group.offsets.set(`${this.#nameOf(told)}-${partitionIndex}`, { offset, metadata })
        return { partitionIndex, errorCode: kafkaErrorCodes[error] }
      }),
    }))
    return { topics }
  }

  #listOffsets(node: number, { topics }: RequestOf<typeof listOffsetsApi>): ResponseInput<typeof listOffsetsApi> {
    return {
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, timestamp }) => {
          const log = this.log(name, partitionIndex)
          const errorCode = log.leader === node ? 0 : kafkaErrorCodes.NOT_LEADER_OR_FOLLOWER
          return { partitionIndex, errorCode, offset: timestamp === -2 ? log.start : log.end }
        }),
      })),
    }
  }

  #epochEnd({
    topics,
  }: {
    topics: { topic: string; partitions: { partition: number; leaderEpoch: number }[] }[]
  }): object {
    return {
      topics: topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition, leaderEpoch }) => {
          const log = this.log(topic, partition)
          return { partition, errorCode: 0, leaderEpoch, endOffset: log.epochEnds.get(leaderEpoch) ?? log.end }
        }),
      })),
    }
  }
}
