import { apis, decodeRequest } from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { adminCases } from './kafkajs-admin-request-cases.ts'
import { kafkajsFrame, protocolOf } from './kafkajs-oracle.ts'
import { dataAndGroupCases } from './kafkajs-request-cases.ts'
import { range } from './made-up-bodies.ts'

const cases = [...dataAndGroupCases, ...adminCases]
const rows = cases.flatMap((one) => range(one.versions).map((version) => ({ ...one, version })))

describe('what kafkajs sends is read as kafkajs meant it', () => {
  test.each(rows)('$api v$version', async ({ folder, api, version, parameters, body }) => {
    const frame = await kafkajsFrame(protocolOf(folder, version, parameters))
    const request = decodeRequest(frame)
    expect(request).toMatchObject({ name: api, apiVersion: version, correlationId: 5, clientId: 'kafkajs-client' })
    expect(request.body).toMatchObject(body(version) as object)
  })
})

test('every API that kafkajs sends and that is described here is among these cases, but Produce and SaslAuthenticate', () => {
  const kafkajsOnly = ['Produce', 'SaslAuthenticate']
  const covered = new Set([...cases.map(({ api }) => api), ...kafkajsOnly])
  const later = [
    'OffsetForLeaderEpoch',
    'DescribeLogDirs',
    'IncrementalAlterConfigs',
    'OffsetDelete',
    'DescribeClientQuotas',
    'UpdateFeatures',
    'DescribeCluster',
    'DescribeProducers',
    'DescribeTransactions',
    'ListTransactions',
    'ConsumerGroupHeartbeat',
    'ConsumerGroupDescribe',
    'ListConfigResources',
    'DescribeTopicPartitions',
  ]
  expect(apis.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual(later)
})
