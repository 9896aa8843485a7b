import type { Api } from '@partita/wire'
import {
  apiVersionsApi,
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  fetchApi,
  heartbeatApi,
  joinGroupApi,
  metadataApi,
  produceApi,
} from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { requestsOf4, responsesOf4 } from './golden-frames-of-4.ts'

const id = '000102030405060708090a0b0c0d0e0f'
const origin = { correlationId: 258, clientId: 'java' }

// Written by the Java classes of kafka-clients 3.9.1, whole frames, with correlation id 258 and client id "java".
const requests: readonly [name: string, api: Api, version: number, body: unknown, frame: string][] = [
  ['ApiVersions v0', apiVersionsApi, 0, {}, '0000000e001200000000010200046a617661'],
  [
    'ApiVersions v3',
    apiVersionsApi,
    3,
    { clientSoftwareName: 'apache-kafka-java', clientSoftwareVersion: '3.9.1' },
    '00000028001200030000010200046a61766100126170616368652d6b61666b612d6a61766106332e392e3100',
  ],
  [
    'Metadata v12, by id and by name',
    metadataApi,
    12,
    { topics: [{ topicId: id, name: null }, { name: 'größe' }], allowAutoTopicCreation: false },
    '0000003e0003000c0000010200046a6176610003000102030405060708090a0b0c0d0e0f0000000000000000000000000000000000' +
      '00086772c3b6c39f6500000000',
  ],
  [
    'Fetch v17, with tagged fields at two levels',
    fetchApi,
    17,
    {
      clusterId: 'c',
      replicaState: { replicaId: 2, replicaEpoch: 5 },
      maxWaitMs: 500,
      minBytes: 1,
      maxBytes: 1000,
      isolationLevel: 1,
      rackId: 'r',
      topics: [
        {
          topicId: id,
          partitions: [{ partition: 3, fetchOffset: 9_000_000_000, partitionMaxBytes: 65_536, replicaDirectoryId: id }],
        },
      ],
    },
    '00000081000100110000010200046a61766100000001f400000001000003e80100000000ffffffff02000102030405060708090a0b0c0d0e0f' +
      '0200000003ffffffff0000000218711a00ffffffffffffffffffffffff00010000010010000102030405060708090a0b0c0d0e0f00010272' +
      '0200020263010d00000002000000000000000500',
  ],
  [
    'JoinGroup v5',
    joinGroupApi,
    5,
    {
      groupId: 'g',
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: 60_000,
      memberId: '',
      groupInstanceId: 'i',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Uint8Array.of(1, 2) }],
    },
    '00000039000b00050000010200046a617661000167000075300000ea6000000001690008636f6e73756d657200000001000572616e67650000' +
      '00020102',
  ],
]

const responses: readonly [name: string, api: Api, version: number, body: unknown, frame: string][] = [
  [
    'ApiVersions v4, with features, under a header without tags',
    apiVersionsApi,
    4,
    {
      errorCode: 0,
      apiKeys: [{ apiKey: 1, minVersion: 4, maxVersion: 17 }],
      supportedFeatures: [{ name: 'transaction.version', minVersion: 0, maxVersion: 2 }],
      finalizedFeaturesEpoch: 9,
      finalizedFeatures: [{ name: 'f', maxVersionLevel: 2, minVersionLevel: 1 }],
      zkMigrationReady: true,
    },
    '0000004600000102000002000100040011000000000004001a02147472616e73616374696f6e2e76657273696f6e000000020001080000000000' +
      '00000902080202660002000100030101',
  ],
  [
    'Fetch v16, with the new leader and where it is',
    fetchApi,
    16,
    {
      responses: [
        {
          topicId: id,
          partitions: [
            {
              partitionIndex: 3,
              errorCode: 6,
              highWatermark: -1,
              divergingEpoch: { epoch: 4, endOffset: 77 },
              currentLeader: { leaderId: 2, leaderEpoch: 8 },
              abortedTransactions: [{ producerId: 1000, firstOffset: 5 }],
              records: null,
            },
          ],
        },
      ],
      nodeEndpoints: [{ nodeId: 2, host: 'h', port: 9092 }],
    },
    '0000008200000102000000000000000000000002000102030405060708090a0b0c0d0e0f02000000030006ffffffffffffffffffffffffffffff' +
      'ffffffffffffffffff0200000000000003e8000000000000000500ffffffff0002000d00000004000000000000004d00010900000002000000' +
      '08000001000d02000000020268000023840000',
  ],
  [
    'Produce v10, with a record error',
    produceApi,
    10,
    {
      responses: [
        {
          name: 'orders',
          partitionResponses: [
            {
              index: 1,
              errorCode: 87,
              baseOffset: -1,
              recordErrors: [{ batchIndex: 2, batchIndexErrorMessage: 'no key' }],
              errorMessage: 'bad',
              currentLeader: { leaderId: 2, leaderEpoch: 8 },
            },
          ],
        },
      ],
      throttleTimeMs: 3,
    },
    '0000004f000001020002076f726465727302000000010057ffffffffffffffffffffffffffffffffffffffffffffffff0200000002076e6f206b' +
      '65790004626164010009000000020000000800000000000300',
  ],
]

describe('frames that Java wrote', () => {
  test.each([...requests, ...requestsOf4])('request: %s', (_, api, version, body, frame) => {
    expect(Buffer.from(encodeRequest(api, version, origin, body as never)).toString('hex')).toBe(frame)
    const decoded = decodeRequest(Buffer.from(frame, 'hex').subarray(4))
    expect(decoded).toMatchObject({ apiKey: api.key, apiVersion: version, ...origin })
    expect(decoded.body).toMatchObject(body as object)
  })

  test.each([...responses, ...responsesOf4])('response: %s', (_, api, version, body, frame) => {
    expect(Buffer.from(encodeResponse(api, version, 258, body as never)).toString('hex')).toBe(frame)
    const decoded = decodeResponse(api, version, Buffer.from(frame, 'hex').subarray(4))
    expect(decoded.correlationId).toBe(258)
    expect(decoded.body).toMatchObject(body as object)
  })
})

describe('frames written by hand, from the definition of the protocol', () => {
  test('Heartbeat v3 request: header v1, strings with two bytes of length, null as -1', () => {
    const frame =
      '00000018' + // length
      '000c0003' + // key 12, version 3
      '00000007' + // correlation id
      'ffff' + // no client id
      '000167' + // group "g"
      '00000004' + // generation
      '00026d31' + // member "m1"
      'ffff' // no instance id
    const body = { groupId: 'g', generationId: 4, memberId: 'm1', groupInstanceId: null }
    const encoded = encodeRequest(heartbeatApi, 3, { correlationId: 7 }, body)
    expect(Buffer.from(encoded).toString('hex')).toBe(frame.replace('00000018', '00000017'))
    expect(decodeRequest(encoded.subarray(4)).body).toEqual(body)
  })

  test('Heartbeat v4 request: header v2 with its tags, compact strings, tags at the end', () => {
    const frame =
      '00000019' + // length
      '000c0004' + // key 12, version 4
      '00000007' + // correlation id
      '000163' + // client id "c": still two bytes of length
      '00' + // no tags in the header
      '0267' + // group "g"
      '00000004' + // generation
      '036d31' + // member "m1"
      '00' + // null
      '01' + // one tagged field that nobody knows:
      '630155' // tag 99, one byte
    const [known] = frame.split('01630155')
    const body = { groupId: 'g', generationId: 4, memberId: 'm1', groupInstanceId: null }
    const encoded = encodeRequest(heartbeatApi, 4, { correlationId: 7, clientId: 'c' }, body)
    expect(Buffer.from(encoded).toString('hex').slice(8)).toBe(`${known}00`.slice(8))
    expect(decodeRequest(Buffer.from(frame.slice(8), 'hex')).body).toEqual(body)
  })
})
