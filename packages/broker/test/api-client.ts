import { kafkaErrorCodes, type KafkaErrorName } from '@partita/protocol'
import {
  type Api,
  createBatchWriter,
  createFrameSplitter,
  decodeResponse,
  encodeRequest,
  fetchApi,
  type RequestInput,
  type ResponseOf,
  produceApi,
} from '@partita/wire'
import type { MemoryBroker } from '../src/index.ts'

/** A client that speaks the protocol itself, over a connection in memory. */
export interface ApiClient {
  /** Sends a request; the answer is decoded in the same version. Answers come in the order of the requests. */
  call<A extends Api>(api: A, version: number, body: RequestInput<A>): Promise<ResponseOf<A>>
  /** Sends bytes as they are. */
  sendRaw(bytes: Uint8Array): void
  /** The next whole frame that comes, without its length. */
  nextFrame(): Promise<Uint8Array>
  readonly isClosed: boolean
  /** How many frames have come. */
  readonly framesReceived: number
  close(): void
}

/** @param node default: the first that is up */
export function connectClient(broker: MemoryBroker, clientId = 'test', node?: number): ApiClient {
  const connection = broker.connect(broker.nodes().find(({ id }) => id === node))
  const waiting: ((frame: Uint8Array) => void)[] = []
  const early: Uint8Array[] = []
  let correlationId = 0
  let isClosed = false
  let framesReceived = 0
  const splitter = createFrameSplitter({
    onFrame(frame) {
      framesReceived += 1
      const take = waiting.shift()
      if (take === undefined) early.push(frame)
      else take(frame)
    },
  })
  connection.onData = (chunk) => splitter.push(chunk)
  connection.onClose = () => {
    isClosed = true
  }

  function nextFrame(): Promise<Uint8Array> {
    const frame = early.shift()
    if (frame !== undefined) return Promise.resolve(frame)
    return new Promise((resolve) => waiting.push(resolve))
  }

  return {
    async call(api, version, body) {
      correlationId += 1
      const sent = correlationId
      const answer = nextFrame()
      connection.send(encodeRequest(api, version, { correlationId: sent, clientId }, body))
      const response = decodeResponse(api, version, await answer)
      if (response.correlationId !== sent) throw new Error(`answer ${response.correlationId} to request ${sent}`)
      return response.body
    },
    sendRaw: (bytes) => void connection.send(bytes),
    nextFrame,
    get isClosed() {
      return isClosed
    },
    get framesReceived() {
      return framesReceived
    },
    close: () => connection.close(),
  }
}

export const text = (value: Uint8Array | null): string | null =>
  value === null ? null : new TextDecoder().decode(value)

export const code = (error: KafkaErrorName): number => kafkaErrorCodes[error]

interface BatchOptions {
  readonly timestamp?: number
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
  readonly transactional?: boolean
  readonly key?: string | null
}

/** A batch of one record per value. */
export function batchOf(values: readonly string[], options: BatchOptions = {}): Uint8Array {
  const { timestamp = Date.now(), key = 'key', ...producer } = options
  const writer = createBatchWriter()
  for (const value of values) writer.append(timestamp, key, value, [])
  return writer.finish(producer)
}

interface ProduceOptions {
  readonly version?: number
  readonly acks?: number
  readonly transactionalId?: string | null
}

/** The part of a Produce answer about the one partition that was written to. */
export async function produceTo(
  client: ApiClient,
  topic: string,
  partition: number,
  records: Uint8Array | null,
  { version = 9, acks = -1, transactionalId = null }: ProduceOptions = {},
): Promise<ResponseOf<typeof produceApi>['responses'][number]['partitionResponses'][number]> {
  const topicData = [{ name: topic, partitionData: [{ index: partition, records }] }]
  const { responses } = await client.call(produceApi, version, { transactionalId, acks, timeoutMs: 1_000, topicData })
  return responses[0]!.partitionResponses[0]!
}

interface FetchOptions {
  readonly maxWaitMs?: number
  readonly minBytes?: number
  readonly maxBytes?: number
  readonly partitionMaxBytes?: number
  readonly currentLeaderEpoch?: number
  readonly isolationLevel?: number
}

export type FetchedPartition = ResponseOf<typeof fetchApi>['responses'][number]['partitions'][number]

/** The partitions of a Fetch answer, in order: of partitions 0, 1, … of a topic, from the offsets given. */
export async function fetchFrom(
  client: ApiClient,
  topic: string,
  offsets: readonly number[],
  { partitionMaxBytes = 1_000_000, currentLeaderEpoch = -1, ...rest }: FetchOptions = {},
): Promise<readonly FetchedPartition[]> {
  const partitions = offsets.map((fetchOffset, partition) => ({
    partition,
    fetchOffset,
    partitionMaxBytes,
    currentLeaderEpoch,
  }))
  const request = { maxWaitMs: 0, minBytes: 1, ...rest, topics: [{ topic, partitions }] }
  return (await client.call(fetchApi, 12, request)).responses[0]!.partitions
}
