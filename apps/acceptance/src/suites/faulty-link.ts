import type { ClusterFaults } from '@partita/testing'
import {
  type Api,
  apiVersionsApi,
  createFrameSplitter,
  decodeRequest,
  decodeRequestHeader,
  encodeRequest,
  encodeResponse,
  endTxnApi,
  produceApi,
} from '@partita/wire'
import { kafkaErrorCodes } from '@partita/protocol'

/** The way of one connection's bytes, between a client and whatever broker is at the other end. */
export interface FaultyLink {
  /** What the broker gets in place of a request: a whole frame, its length included. */
  toBroker(frame: Uint8Array): Uint8Array
  /** What the client gets of what came, however that is cut; `undefined`: the connection is to end here. */
  toClient(bytes: Uint8Array): Uint8Array | undefined
}

/** Faults that also a real Kafka can be said to have: only the client's end of a connection is touched. */
export interface FaultyLinks {
  readonly faults: Required<ClusterFaults>
  /** For a new connection. A fault strikes whichever of them carries the next such request. Plain TCP or memory. */
  newLink(): FaultyLink
}

interface Strike {
  readonly api: Api
  /** What becomes of the request, and of its answer. */
  apply(frame: Uint8Array): { readonly request: Uint8Array; readonly answer: Uint8Array | undefined }
}

const lengthBytes = 4

export function faultyLinks(): FaultyLinks {
  const due: Strike[] = []
  const loseAnswerOf = (api: Api): void => void due.push({ api, apply: (request) => ({ request, answer: undefined }) })
  return {
    faults: {
      loseNextProduceAnswer: () => loseAnswerOf(produceApi),
      loseNextEndTxnAnswer: () => loseAnswerOf(endTxnApi),
      refuseNextProduce: () => void due.push({ api: produceApi, apply: refuseProduce }),
    },
    newLink: () => linkStruckBy(due),
  }
}

function linkStruckBy(due: Strike[]): FaultyLink {
  /** What the client gets in place of an answer, by its correlation id; `undefined`: nothing, and no more after it. */
  const struck = new Map<number, Uint8Array | undefined>()
  let arrived: Uint8Array[] = []
  let isCut = false
  const splitter = createFrameSplitter({
    onFrame(frame) {
      const id = Buffer.from(frame.buffer, frame.byteOffset).readInt32BE()
      const isStruck = struck.has(id)
      const answer = isStruck ? struck.get(id) : withLength(frame)
      struck.delete(id)
      if (answer === undefined) isCut = true
      else if (!isCut) arrived.push(answer)
    },
  })
  return {
    toBroker(frame) {
      if (due.length === 0) return frame
      const { apiKey, correlationId } = decodeRequestHeader(frame.subarray(lengthBytes))
      const index = due.findIndex(({ api }) => api.key === apiKey)
      if (index < 0) return frame
      const { request, answer } = due.splice(index, 1)[0]!.apply(frame)
      struck.set(correlationId, answer)
      return request
    },
    toClient(bytes) {
      splitter.push(bytes)
      if (isCut) return undefined
      const whole = Buffer.concat(arrived)
      arrived = []
      return whole
    },
  }
}

/** The broker is asked something harmless instead, so that there is an answer, in its turn, to put the refusal in place of. */
function refuseProduce(frame: Uint8Array): { readonly request: Uint8Array; readonly answer: Uint8Array } {
  const produce = decodeRequest(frame.subarray(lengthBytes))
  if (produce.name !== 'Produce') throw new Error(`a Produce was to be refused, not a ${produce.name}`)
  const { correlationId, clientId, apiVersion, body } = produce
  const responses = body.topicData.map(({ name, topicId, partitionData }) => ({
    name,
    topicId,
    partitionResponses: partitionData.map(({ index }) => ({
      index,
      errorCode: kafkaErrorCodes.NOT_LEADER_OR_FOLLOWER,
      baseOffset: -1,
      recordErrors: [],
      errorMessage: null,
    })),
  }))
  return {
    request: encodeRequest(apiVersionsApi, 0, { correlationId, clientId }, {}),
    answer: encodeResponse(produceApi, apiVersion, correlationId, { responses }),
  }
}

function withLength(frame: Uint8Array): Uint8Array {
  const whole = Buffer.alloc(lengthBytes + frame.length)
  whole.writeInt32BE(frame.length)
  whole.set(frame, lengthBytes)
  return whole
}
