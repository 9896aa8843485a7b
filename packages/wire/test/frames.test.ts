import {
  apiVersionsApi,
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  encodeResponsePieces,
  fetchApi,
  heartbeatApi,
  metadataApi,
  produceApi,
  requestedApi,
} from '@partita/wire'
import { kafkaErrorCodes } from '@partita/protocol'
import { describe, expect, test } from 'vitest'
import { failureOf } from './failure-of.ts'

describe('the request header', () => {
  test('says first what is asked for, whatever else is wrong with it', () => {
    expect(requestedApi(Buffer.from('03e70063', 'hex'))).toEqual({ apiKey: 999, apiVersion: 99 })
    expect(failureOf(() => requestedApi(Buffer.from('03e700', 'hex')))).toMatchObject({ code: 'MALFORMED' })
  })

  test('is read of an API and a version that nobody knows', () => {
    const frame = Buffer.from('03e70063000000070003616263ffffff', 'hex')
    expect(decodeRequestHeader(frame)).toEqual({ apiKey: 999, apiVersion: 99, correlationId: 7, clientId: 'abc' })
    expect(failureOf(() => decodeRequest(frame))).toMatchObject({
      code: 'UNSUPPORTED_VERSION',
      message: 'There is no API with the key 999 here (version 99).',
    })
  })

  test('names the versions that there are', () => {
    const frame = Buffer.from('00000002000000070003616263', 'hex')
    expect(failureOf(() => decodeRequest(frame))).toMatchObject({
      code: 'UNSUPPORTED_VERSION',
      message: 'Produce has no version 2 here; versions 3 to 13 are known. (api Produce)',
    })
    expect(failureOf(() => encodeResponse(produceApi, 14, 1, { responses: [] }))).toMatchObject({
      code: 'UNSUPPORTED_VERSION',
    })
  })

  test('may have tags in flexible versions, which are skipped', () => {
    const frame = encodeRequest(
      heartbeatApi,
      4,
      { correlationId: 1, clientId: 'c' },
      { groupId: 'g', generationId: 1, memberId: 'm' },
    )
    const tagged = [...frame.subarray(4, 15), 2, 0, 1, 0xaa, 9, 0, ...frame.subarray(16)]
    expect(decodeRequest(Uint8Array.from(tagged)).body).toMatchObject({ groupId: 'g', memberId: 'm' })
  })

  test('refuses a client id that is too long to write', () => {
    const origin = { correlationId: 1, clientId: 'x'.repeat(32_768) }
    expect(failureOf(() => encodeRequest(apiVersionsApi, 0, origin, {}))).toMatchObject({ code: 'INVALID_OPTION' })
  })
})

test('responses that are written one after the other keep their bytes, small and large', () => {
  const bodies = Array.from({ length: 200 }, (_, i) => ({
    errorCode: i,
    responses: [{ records: i % 7 === 0 ? i * 100 : 0 }],
  }))
  const frames = bodies.map(({ errorCode, responses }) =>
    encodeResponse(fetchApi, 12, errorCode, {
      errorCode,
      responses: responses.map(({ records }) => ({ topic: 't', partitions: [partitionOf(records)] })),
    }),
  )
  frames.forEach((frame, i) => {
    const { correlationId, body } = decodeResponse(fetchApi, 12, frame.subarray(4))
    const { records } = body.responses[0]!.partitions[0]!
    expect([correlationId, body.errorCode, records!.length]).toEqual([i, i, bodies[i]!.responses[0]!.records])
  })
})

test('a response in pieces has large records as they are, and says the same', () => {
  const partitions = [20_000, 0, 100, 16_384].map(partitionOf)
  const body = { responses: [{ topic: 't', partitions }] }
  const pieces = encodeResponsePieces(fetchApi, 12, 1, body)
  expect(pieces.map((piece) => partitions.findIndex(({ records }) => records === piece))).toEqual([-1, 0, -1, 3, -1])
  expect(Buffer.concat(pieces).equals(encodeResponse(fetchApi, 12, 1, body))).toBe(true)
  expect(encodeResponsePieces(heartbeatApi, 4, 1, { errorCode: 0 })).toHaveLength(1)
})

function partitionOf(records: number) {
  return { partitionIndex: 0, errorCode: 0, highWatermark: 0, records: new Uint8Array(records).fill(7) }
}

describe('a refused ApiVersions', () => {
  test.each([3, 4])('is read as v0, as which brokers answer it: asked for v%i', (version) => {
    const apiKeys = [{ apiKey: 18, minVersion: 0, maxVersion: 3 }]
    const frame = encodeResponse(apiVersionsApi, 0, 5, { errorCode: kafkaErrorCodes.UNSUPPORTED_VERSION, apiKeys })
    expect(decodeResponse(apiVersionsApi, version, frame.subarray(4))).toMatchObject({
      correlationId: 5,
      body: { errorCode: 35, apiKeys },
    })
  })
})

describe('errors say which message, which field and where', () => {
  test('a count that cannot be', () => {
    const body = { topics: [{ name: 'orders' }], allowAutoTopicCreation: true }
    const frame = encodeRequest(metadataApi, 4, { correlationId: 1, clientId: null }, body).subarray(4)
    frame.set([0x7f, 0xff, 0xff, 0xff], 10)
    expect(failureOf(() => decodeRequest(frame))).toMatchObject({
      code: 'MALFORMED',
      message:
        'Metadata v4 request cannot be read: topics, byte 14: 2147483647 elements cannot be in the 9 bytes that are ' +
        'there. (api Metadata)',
    })
  })

  test('a number beyond what is exact', () => {
    const partition = { partitionIndex: 0, errorCode: 0, highWatermark: 2 ** 53 - 1, records: null }
    const body = { responses: [{ topic: 't', partitions: [partition] }] }
    const frame = encodeResponse(fetchApi, 4, 1, body).subarray(4)
    expect(decodeResponse(fetchApi, 4, frame).body.responses[0]!.partitions[0]!.highWatermark).toBe(2 ** 53 - 1)
    const at = 4 + 4 + 4 + 3 + 4 + 4 + 2
    frame[at + 1] = 0x20
    expect(failureOf(() => decodeResponse(fetchApi, 4, frame))).toMatchObject({
      code: 'MALFORMED',
      message: `Fetch v4 response cannot be read: responses[0].partitions[0].highWatermark, byte ${at}: a 64-bit integer is beyond ±(2^53 - 1), the range in which numbers are exact. (api Fetch)`,
    })
    const tooLarge = { responses: [{ topic: 't', partitions: [{ ...partition, highWatermark: 2 ** 53 }] }] }
    expect(failureOf(() => encodeResponse(fetchApi, 4, 1, tooLarge))).toMatchObject({ code: 'INVALID_OPTION' })
  })

  test('bytes that are left over', () => {
    const frame = encodeResponse(heartbeatApi, 1, 1, { errorCode: 0 })
    const longer = new Uint8Array([...frame.subarray(4), 0])
    expect(failureOf(() => decodeResponse(heartbeatApi, 1, longer))).toMatchObject({
      code: 'MALFORMED',
      message: 'Heartbeat v1 response cannot be read: byte 10: 1 bytes are left over. (api Heartbeat)',
    })
  })

  test('but not of bytes behind a request: librdkafka 2.16 sends some, and Kafka reads past them', () => {
    const frame = encodeRequest(metadataApi, 12, { correlationId: 1, clientId: 'rdkafka' }, { topics: null })
    const longer = new Uint8Array([...frame.subarray(4), 1, 0, 0])
    expect(decodeRequest(longer).body).toMatchObject({ topics: null })
  })

  test('null where a version has none', () => {
    const ask = (version: number) => encodeRequest(metadataApi, version, { correlationId: 1 }, { topics: null })
    expect(failureOf(() => ask(0))).toMatchObject({
      code: 'INVALID_OPTION',
      message: 'Metadata v0 request cannot be written: topics must not be null in this version. (api Metadata)',
    })
    expect(decodeRequest(ask(1).subarray(4)).body).toMatchObject({ topics: null })
  })

  test('what is secret is not shown', () => {
    const body = { groupId: 'g', generationId: 'password' as never, memberId: 'm' }
    const { message } = failureOf(() => encodeRequest(heartbeatApi, 0, { correlationId: 1 }, body))
    expect(message).toContain('got a string of 8')
    expect(message).not.toContain('password')
  })
})

test('a field that a version does not carry is dropped', () => {
  const body = { groupId: 'g', generationId: 1, memberId: 'm', groupInstanceId: 'i' }
  const decoded = decodeRequest(encodeRequest(heartbeatApi, 2, { correlationId: 1 }, body).subarray(4))
  expect(decoded.body).toEqual({ ...body, groupInstanceId: null })
})

test('bytes are views of the frame, and plain ones also where the frame is a Buffer', () => {
  const records = Uint8Array.of(1, 2, 3)
  const body = { acks: 1, timeoutMs: 1, topicData: [{ name: 't', partitionData: [{ index: 0, records }] }] }
  const frame = Buffer.from(encodeRequest(produceApi, 3, { correlationId: 1 }, body).subarray(4))
  const request = decodeRequest(frame)
  if (request.name !== 'Produce') throw new Error(`decoded as ${request.name}`)
  const view = request.body.topicData[0]!.partitionData[0]!.records!
  expect(view.constructor).toBe(Uint8Array)
  expect(view).toEqual(records)
  expect(view.buffer).toBe(frame.buffer)
})
