import { decodeRequest, encodeResponse } from '@partita/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bodies } from './made-up-bodies.ts'
import { fromTheirs, sharedApis, toTheirs, type TheirApi } from './platformatic-oracle.ts'
import { argumentsOf } from './platformatic-requests.ts'
import { asTheyCanRead } from './platformatic-responses.ts'

/** Where 1.35.0 does not follow the protocol, so that nothing can be learnt from it. */
const wrongBothWays = new Set([
  'describeClientQuotasV0', // Is version 1, by its own comments and its length fields.
  'describeConfigsV2', // Reads fields of v3, and ends its request with a tag section that v2 has not.
])
const wrongInRequests = new Set([
  'metadataV11', // Writes the field that ended with v10.
  'listGroupsV4', // Changes the case of the states it was given.
])
const wrongInResponses = new Set([
  'offsetForLeaderEpochV4', // Reads the partition before the error code; Kafka has them the other way around.
  'consumerGroupDescribeV0', // Reads the subscribed topics as one string.
  'addPartitionsToTxnV3', // Gives what it read in the shape of v4.
])

/** What it tells without having read it. */
const invented: Readonly<Record<string, readonly string[]>> = {
  apiVersionsV3: ['name'],
  apiVersionsV4: ['name'],
  describeClusterV0: ['endpointType'],
  describeLogDirsV2: ['totalBytes', 'usableBytes'],
  describeLogDirsV3: ['totalBytes', 'usableBytes'],
  fetchV12: ['topicId'],
  joinGroupV6: ['protocolType', 'skipAssignment'],
  metadataV9: ['topicId'],
}

/** What it calls otherwise than Kafka. */
const aclNames = { resourceType: 'type', resourceName: 'name', resourcePatternType: 'patternType' }
const renamed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  describeAclsV2: aclNames,
  describeAclsV3: aclNames,
  deleteAclsV2: { resourcePatternType: 'patternType' },
  deleteAclsV3: { resourcePatternType: 'patternType' },
}

const shared = sharedApis().filter(({ name }) => !wrongBothWays.has(name))

test('the comparison reaches most of what is described here', () => {
  expect(new Set(shared.map(({ api }) => api.name)).size).toBeGreaterThanOrEqual(30)
  expect(shared.length).toBeGreaterThanOrEqual(60)
})

describe('what we answer is read by @platformatic/kafka', () => {
  test.each(shared.filter(({ name }) => !wrongInResponses.has(name)))('$name', (theirs) => {
    fc.assert(
      fc.property(bodies(theirs.api, 'response', theirs.version), (madeUp) => {
        const body = asTheyCanRead(theirs.api.response, theirs.version, madeUp)
        const frame = encodeResponse(theirs.api, theirs.version, 1, body as never)
        const start = 8 + (theirs.responseTags ? 1 : 0)
        const read = theirs.decodeResponse(Buffer.from(frame.subarray(start)))
        const told = without(invented[theirs.name] ?? [], fromTheirs(read), renamed[theirs.name])
        expect(body).toMatchObject(told as object)
      }),
      { numRuns: 5, seed: 3 },
    )
  })
})

describe('what @platformatic/kafka sends is read as it was meant', () => {
  const sent = shared.filter(({ name, api }) => !wrongInRequests.has(name) && api.name !== 'Produce')
  test.each(sent)('$name', (theirs) => {
    fc.assert(
      fc.property(bodies(theirs.api, 'request', theirs.version), (body) => {
        const given = toTheirs(theirs.api.request, theirs.version, body)
        const { fields, expected } = argumentsOf(
          theirs,
          given as Record<string, unknown>,
          body as Record<string, unknown>,
        )
        const frame = Buffer.concat([header(theirs), theirs.encodeRequest(...fields)])
        expect(decodeRequest(frame).body).toMatchObject(expected)
      }),
      { numRuns: 5, seed: 4 },
    )
  })
})

function header({ api, version, requestTags }: TheirApi): Buffer {
  const fixed = Buffer.from([0, api.key, 0, version, 0, 0, 0, 1, 0, 1, 0x63])
  return requestTags ? Buffer.concat([fixed, Buffer.of(0)]) : fixed
}

function without(names: readonly string[], value: unknown, others: Readonly<Record<string, string>> = {}): unknown {
  if (Array.isArray(value)) return value.map((element) => without(names, element, others))
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  const kept = Object.entries(value).filter(([name]) => !names.includes(name))
  return Object.fromEntries(kept.map(([name, inner]) => [others[name] ?? name, without(names, inner, others)]))
}
