import { type KafkaErrorName, kafkaErrorCodes, PartitaError } from '@partita/protocol'
import { createVirtualClock, type VirtualClock } from '@partita/testing'
import {
  type Api,
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  initProducerIdApi,
  produceApi,
  type RequestInput,
  type RequestOf,
  type ResponseInput,
  type ResponseOf,
} from '@partita/wire'
import type { Cluster, RequestOptions, TopicMetadata } from '../../src/cluster/cluster.ts'
import { PartitionLog } from './partition-log.ts'

type PartitionAnswer = ResponseInput<typeof produceApi>['responses'][number]['partitionResponses'][number]

/** What becomes of one batch: the broker's own word where nothing else is said. */
export interface BatchFate {
  /** Answered instead of what the log says. */
  readonly error?: KafkaErrorName
  /** Whether it is appended. Default: it is, unless there is an `error`. */
  readonly stored?: boolean
  readonly answer?: Partial<PartitionAnswer>
  /** The answer leaves the partition out. */
  readonly forgotten?: boolean
}

export interface RequestFate {
  /**
   * `lost`: carried out, but the connection breaks; `cut`: it breaks before; `late`: it breaks, and the request is carried
   * out `delayMs` later all the same; `unanswered`: carried out, no word.
   */
  readonly way?: 'lost' | 'cut' | 'late' | 'unanswered' | undefined
  readonly delayMs?: number
  readonly nodeEndpoints?: ResponseInput<typeof produceApi>['nodeEndpoints']
}

export interface SentBatch {
  readonly topic: string
  readonly partition: number
  readonly bytes: Uint8Array
}

export interface SentRequest {
  readonly node: number
  readonly version: number
  readonly acks: number
  readonly timeoutMs: number
  readonly batches: readonly SentBatch[]
}

export interface FakeCluster extends Cluster {
  readonly clock: VirtualClock
  /** Every Produce request that came in, decoded from its bytes. */
  readonly requests: SentRequest[]
  readonly identitiesAsked: number
  readonly refreshes: number
  readonly learnt: { node: number; leaderEpoch: number; endpoint: unknown }[]
  readonly closed: boolean
  /** Of the topic `orders`, by partition. */
  readonly leaders: number[]
  /** What the cluster really has, which is told at the next refresh. */
  realLeaders: number[]
  log(partition: number): PartitionLog
  /** Decide what becomes of requests and batches. */
  onRequest: (request: SentRequest, index: number) => RequestFate
  onBatch: (batch: SentBatch, request: SentRequest) => BatchFate
  onInitProducerId: (ask: number) => {
    error?: KafkaErrorName
    producerId?: number
    producerEpoch?: number
    fail?: PartitaError
  }
  onMetadata: () => PartitaError | undefined
}

const someId = '0123456789abcdef0123456789abcdef'

/** A cluster in memory with the topic `orders`. Requests and answers go through their bytes, in the given version. */
export function fakeCluster(
  options: { readonly version?: number; readonly partitions?: number; readonly topicId?: string } = {},
): FakeCluster {
  const { version: highest = 12, partitions = 12, topicId = someId } = options
  const clock = createVirtualClock()
  const logs = new Map<number, PartitionLog>()
  const log = (partition: number): PartitionLog => {
    const known = logs.get(partition) ?? new PartitionLog()
    logs.set(partition, known)
    return known
  }
  let cached: TopicMetadata | undefined
  let epoch = 0
  const pending = new Set<(error: PartitaError) => void>()
  let identities = 0
  let refreshes = 0
  let closed = false

  const self: FakeCluster = {
    clock,
    clientId: 'test',
    requests: [],
    learnt: [],
    leaders: [],
    realLeaders: Array.from({ length: partitions }, () => 1),
    onRequest: () => ({}),
    onBatch: () => ({}),
    onInitProducerId: () => ({}),
    onMetadata: () => undefined,
    log,
    get identitiesAsked() {
      return identities
    },
    get refreshes() {
      return refreshes
    },
    get closed() {
      return closed
    },
    async request<A extends Api>(node: number, api: A, input: RequestInput<A>, opts?: RequestOptions) {
      const version = Math.min(highest, opts?.atMostVersion ?? highest)
      const apiVersion = api.key === produceApi.key ? version : 4
      const body = throughBytes(api, apiVersion, input)
      const answer = (output: ResponseInput<Api>): ResponseOf<A> =>
        decodeResponse(api, apiVersion, encodeResponse(api, apiVersion, 1, output as never).subarray(4)).body
      if (api.key === initProducerIdApi.key) return answer(initProducerId() as never)
      const sent = noteProduce(node, version, body as RequestOf<typeof produceApi>)
      return answer((await produce(sent, opts?.timeoutMs ?? 30_000)) as never)
    },
    async send(node, api, input, opts) {
      const version = Math.min(highest, opts?.atMostVersion ?? highest)
      const sent = noteProduce(node, version, throughBytes(api, version, input) as RequestOf<typeof produceApi>)
      if (self.onRequest(sent, self.requests.length - 1).way === 'cut') throw connectionFailed()
      for (const batch of sent.batches) log(batch.partition).append(batch.bytes)
    },
    versionOf: () => Promise.resolve(highest),
    featureLevel: () => Promise.resolve(0),
    nodes: () => [1, 2, 3],
    anyNode: () => Promise.resolve(2),
    controller: () => Promise.resolve(1),
    coordinator: () => Promise.resolve(1),
    forgetCoordinator: () => undefined,
    async topic(name) {
      if (closed) throw new PartitaError('CLOSED', 'closed')
      await Promise.resolve()
      refreshes++
      const error = self.onMetadata()
      if (error !== undefined) throw error
      if (name !== 'orders') {
        throw new PartitaError('UNKNOWN_TOPIC_OR_PARTITION', 'There is no such topic.', {
          topic: name,
          retriable: true,
        })
      }
      cached = metadata(self.realLeaders)
      return cached
    },
    cachedTopic: (name) => (name === 'orders' ? cached : undefined),
    topicName: (id) => (id === topicId ? 'orders' : undefined),
    learnLeader(_topic, partition, { node, leaderEpoch }, endpoint) {
      self.learnt.push({ node, leaderEpoch, endpoint })
      if (cached === undefined || leaderEpoch <= cached.partitions[partition]!.leaderEpoch) return
      const leaders = cached.partitions.map((each, i) =>
        i === partition ? { partition, leader: node, leaderEpoch } : each,
      )
      cached = { ...cached, partitions: leaders }
    },
    close() {
      closed = true
      for (const fail of pending) fail(new PartitaError('CLOSED', 'closed'))
      return Promise.resolve()
    },
  }
  return self

  function metadata(leaders: readonly number[]): TopicMetadata {
    epoch++
    return {
      topic: 'orders',
      topicId,
      partitions: leaders.map((leader, partition) => ({ partition, leader, leaderEpoch: epoch })),
    }
  }

  function initProducerId(): ResponseInput<typeof initProducerIdApi> {
    const ask = ++identities
    const { error = 'NONE', producerId = 1000 + ask, producerEpoch = 0, fail } = self.onInitProducerId(ask)
    if (fail !== undefined) throw fail
    return { errorCode: kafkaErrorCodes[error], producerId, producerEpoch }
  }

  function noteProduce(node: number, version: number, body: RequestOf<typeof produceApi>): SentRequest {
    const batches = body.topicData.flatMap((topic) =>
      topic.partitionData.map(({ index, records }) => ({
        topic: version >= 13 ? self.topicName(topic.topicId)! : topic.name,
        partition: index,
        bytes: records!.slice(),
      })),
    )
    const sent = { node, version, acks: body.acks, timeoutMs: body.timeoutMs, batches }
    self.requests.push(sent)
    return sent
  }

  async function produce(sent: SentRequest, timeoutMs: number): Promise<ResponseInput<typeof produceApi>> {
    const { way, delayMs = 0, nodeEndpoints } = self.onRequest(sent, self.requests.length - 1)
    const append = (): void => sent.batches.forEach(({ partition, bytes }) => log(partition).append(bytes))
    if (way === 'late') clock.setTimer(delayMs, append)
    if (way === 'cut' || way === 'late') throw connectionFailed()
    const answers = sent.batches.flatMap((batch) => partitionAnswer(batch, self.onBatch(batch, sent)))
    if (way === 'lost') throw connectionFailed()
    const failure = await waiting(way === 'unanswered' ? timeoutMs : delayMs)
    if (failure !== undefined) throw failure
    if (way === 'unanswered') {
      throw new PartitaError('REQUEST_TIMEOUT', 'No answer.', { retriable: true, ambiguous: true })
    }
    const topic = sent.version >= 13 ? { topicId } : { name: 'orders' }
    return {
      responses: [{ ...topic, partitionResponses: answers }],
      ...(nodeEndpoints && { nodeEndpoints }),
    } as ResponseInput<typeof produceApi>
  }

  function partitionAnswer({ partition, bytes }: SentBatch, fate: BatchFate): PartitionAnswer[] {
    const { error, stored = error === undefined, answer, forgotten } = fate
    const appended = stored ? log(partition).append(bytes) : undefined
    if (forgotten === true) return []
    const code = kafkaErrorCodes[error ?? appended!.error]
    const baseOffset = error === undefined && appended?.error === 'NONE' ? appended.baseOffset : -1
    return [{ index: partition, errorCode: code, baseOffset, recordErrors: [], errorMessage: null, ...answer }]
  }

  function waiting(ms: number): Promise<PartitaError | undefined> {
    if (ms === 0) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      const timer = clock.setTimer(ms, () => {
        pending.delete(fail)
        resolve(undefined)
      })
      const fail = (error: PartitaError): void => {
        timer.cancel()
        resolve(error)
      }
      pending.add(fail)
    })
  }
}

export function connectionFailed(ambiguous = true): PartitaError {
  return new PartitaError('CONNECTION_FAILED', 'The connection broke.', { retriable: true, ambiguous })
}

function throughBytes<A extends Api>(api: A, version: number, input: RequestInput<A>): unknown {
  const frame = encodeRequest(api, version, { correlationId: 1, clientId: 'test' }, input)
  return decodeRequest(frame.subarray(4)).body
}
