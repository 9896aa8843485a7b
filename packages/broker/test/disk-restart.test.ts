import {
  deleteRecordsApi,
  describeConfigsApi,
  incrementalAlterConfigsApi,
  initProducerIdApi,
  metadataApi,
  offsetCommitApi,
  offsetFetchApi,
} from '@partita/wire'
import { systemClock } from '@partita/protocol'
import { expect, test } from 'vitest'
import { createConfigSet } from '../src/configs/config-set.ts'
import { topicConfigTable } from '../src/configs/topic-config-table.ts'
import { batchRulesOf } from '../src/log/check-batch.ts'
import { PartitionLog } from '../src/log/partition-log.ts'
import { openDiskStorage } from '../src/storage/disk-storage.ts'
import { Partition } from '../src/topics/partition.ts'
import type { MemoryBroker } from '../src/index.ts'
import { batchOf, code, connectClient, fetchFrom, produceTo, text } from './api-client.ts'
import { brokerOn, firstSegment } from './disk-broker.ts'
import { fakeFiles } from './fake-files.ts'
import { committedValues } from './transactional-client.ts'

async function valuesIn(broker: MemoryBroker, topic = 't', partition = 0): Promise<(string | null)[]> {
  return (await broker.log(topic, partition)).map(({ value }) => text(value))
}

async function describeTopics(broker: MemoryBroker): Promise<unknown> {
  const client = connectClient(broker)
  const { topics, clusterId } = await client.call(metadataApi, 12, { topics: null })
  const resources = [{ resourceType: 2, resourceName: 't', configurationKeys: ['retention.ms'] }]
  const { results } = await client.call(describeConfigsApi, 1, { resources })
  const settings = results[0]!.configs.map(({ name, value }) => [name, value])
  return {
    clusterId,
    settings,
    topics: topics.map(({ name, topicId, partitions }) => [name, topicId, partitions.length]),
  }
}

test.each(['closed', 'killed'])('topics, their ids, partitions and settings are there after it was %s', async (how) => {
  const files = fakeFiles()
  const { broker } = brokerOn(files, { topics: { t: 3, gone: 1 } })
  const client = connectClient(broker)
  const configs = [{ name: 'retention.ms', configOperation: 0, value: '77' }]
  await client.call(incrementalAlterConfigsApi, 1, { resources: [{ resourceType: 2, resourceName: 't', configs }] })
  await produceTo(client, 'gone', 0, batchOf(['x']))
  broker.deleteTopic('gone')
  const before = await describeTopics(broker)
  if (how === 'closed') await broker.close()
  const after = brokerOn(files.afterKill())
  expect(await describeTopics(after.broker)).toEqual(before)
  expect(after.warnings).toEqual([])
  expect(files.list('')).not.toContain('gone-0')
})

test('topics that are asked for at the start and are there grow, and keep their records', async () => {
  const files = fakeFiles()
  const { broker } = brokerOn(files, { topics: { t: 2 } })
  await produceTo(connectClient(broker), 't', 1, batchOf(['a']))
  const after = brokerOn(files.afterKill(), { topics: { t: { partitions: 4, configs: { 'retention.ms': 5 } } } }).broker
  expect(after.topics()).toEqual([{ name: 't', partitions: 4 }])
  expect(await valuesIn(after, 't', 1)).toEqual(['a'])
  expect(brokerOn(files.afterKill(), { topics: { t: 1 } }).broker.topics()).toEqual([{ name: 't', partitions: 2 }])
})

test('a log goes on where it ended, over many segments, and is read from the files', async () => {
  let files = fakeFiles()
  const options = { topics: { t: { partitions: 1, configs: { 'segment.bytes': 200 } } } }
  const expected: string[] = []
  for (let run = 0; run < 4; run++) {
    const { broker, warnings } = brokerOn(files, options)
    const client = connectClient(broker)
    for (let i = 0; i < 5; i++) {
      const answer = await produceTo(client, 't', 0, batchOf([`${run}-${i}`]))
      expect(answer).toMatchObject({ errorCode: 0, baseOffset: expected.length })
      expected.push(`${run}-${i}`)
    }
    const [read] = await fetchFrom(client, 't', [expected.length - 1])
    expect(committedValues(read!)).toEqual([expected.at(-1)])
    if (run % 2 === 0) await broker.close()
    files = files.afterKill()
    expect(warnings).toEqual([])
  }
  expect(await valuesIn(brokerOn(files).broker)).toEqual(expected)
  expect(files.list('t-0').filter((name) => name.endsWith('.log')).length).toBeGreaterThan(5)
})

test('a new topic of an old name has nothing of the old one, even where its folder was left behind', async () => {
  const files = fakeFiles()
  const { broker } = brokerOn(files, { topics: { t: 1 } })
  await produceTo(connectClient(broker), 't', 0, batchOf(['old']))
  const left = files.files.get(firstSegment('t-0'))!
  const id = files.files.get('t-0/partition.metadata')!
  broker.deleteTopic('t')
  files.files.set(firstSegment('t-0'), left)
  files.files.set('t-0/partition.metadata', id)
  const { broker: after, warnings } = brokerOn(files.afterKill(), { topics: { t: 1 } })
  expect(await valuesIn(after)).toEqual([])
  expect(warnings).toEqual([expect.stringContaining('t-0.0-stray')])
})

test('committed offsets are there with their metadata, and what was deleted is not', async () => {
  const files = fakeFiles()
  const { broker } = brokerOn(files, { topics: { t: 2 } })
  const client = connectClient(broker)
  const partitions = [0, 1].map((partitionIndex) => ({
    partitionIndex,
    committedOffset: 40 + partitionIndex,
    committedLeaderEpoch: 3,
    committedMetadata: `m${partitionIndex}`,
  }))
  await client.call(offsetCommitApi, 7, { groupId: 'g', topics: [{ name: 't', partitions }] })
  const after = brokerOn(files.afterKill()).broker
  const topics = [{ name: 't', partitionIndexes: [0, 1] }]
  const answer = await connectClient(after).call(offsetFetchApi, 7, { groupId: 'g', topics })
  const found = answer.topics[0]!.partitions
  expect(found.map((one) => [one.committedOffset, one.committedLeaderEpoch, one.metadata])).toEqual([
    [40, 3, 'm0'],
    [41, 3, 'm1'],
  ])
  after.deleteTopic('t')
  expect(brokerOn(files.afterKill()).broker.group('g')?.offsets).toHaveLength(2)
  await after.close()
})

test('a retry of one of the last five batches is known again after a restart; an old epoch is not taken', async () => {
  const files = fakeFiles()
  const { broker } = brokerOn(files, { topics: { t: 1 } })
  const client = connectClient(broker)
  const batch = (n: number, producerEpoch = 1): Uint8Array =>
    batchOf([`${n}`], { producerId: 7, producerEpoch, baseSequence: n, timestamp: 1 })
  for (let n = 0; n < 7; n++) await produceTo(client, 't', 0, batch(n))
  const after = connectClient(brokerOn(files.afterKill()).broker)
  expect(await produceTo(after, 't', 0, batch(2))).toMatchObject({ errorCode: 0, baseOffset: 2 })
  expect((await produceTo(after, 't', 0, batch(1))).errorCode).toBe(code('OUT_OF_ORDER_SEQUENCE_NUMBER'))
  expect((await produceTo(after, 't', 0, batch(8))).errorCode).toBe(code('OUT_OF_ORDER_SEQUENCE_NUMBER'))
  expect((await produceTo(after, 't', 0, batch(0, 0))).errorCode).toBe(code('INVALID_PRODUCER_EPOCH'))
  expect(await produceTo(after, 't', 0, batch(7))).toMatchObject({ errorCode: 0, baseOffset: 7 })
})

test('a producer id is never given twice', async () => {
  let files = fakeFiles()
  const seen = new Set<number>()
  for (let run = 0; run < 5; run++) {
    const client = connectClient(brokerOn(files).broker)
    for (let i = 0; i < 3; i++) {
      const { producerId } = await client.call(initProducerIdApi, 4, { transactionalId: null, transactionTimeoutMs: 0 })
      expect(seen.has(producerId)).toBe(false)
      seen.add(producerId)
    }
    files = files.afterKill()
  }
})

test('deleted records stay deleted, and their segments are removed', async () => {
  const files = fakeFiles()
  const options = { topics: { t: { partitions: 1, configs: { 'segment.bytes': 14 } } } }
  const { broker } = brokerOn(files, options)
  const client = connectClient(broker)
  for (const value of ['a', 'b', 'c', 'd']) await produceTo(client, 't', 0, batchOf([value, value]))
  const topics = [{ name: 't', partitions: [{ partitionIndex: 0, offset: 5 }] }]
  await client.call(deleteRecordsApi, 2, { topics, timeoutMs: 1_000 })
  expect(files.list('t-0').filter((name) => name.endsWith('.log'))).toEqual(
    [4, 6].map((n) => `${String(n).padStart(20, '0')}.log`),
  )
  const after = brokerOn(files.afterKill()).broker
  expect(await valuesIn(after)).toEqual(['c', 'd', 'd'])
  const all = [{ name: 't', partitions: [{ partitionIndex: 0, offset: -1 }] }]
  await connectClient(after).call(deleteRecordsApi, 2, { topics: all, timeoutMs: 1_000 })
  await after.close()
  expect(await produceTo(connectClient(brokerOn(files.afterKill()).broker), 't', 0, batchOf(['e']))).toMatchObject({
    errorCode: 0,
  })
})

test('what a producer handed in is not changed, also where it is a Buffer', () => {
  const storage = openDiskStorage({ files: fakeFiles(), fsync: 'never', clock: systemClock, warn: () => undefined })
  const store = storage.openLog({ topic: 't', topicId: '0'.repeat(32), partition: 0 })
  const partition = new Partition(0, systemClock, 1_000, new PartitionLog(store))
  const rules = batchRulesOf(createConfigSet(topicConfigTable), true)
  for (let baseOffset = 0; baseOffset < 3; baseOffset++) {
    const batch = Buffer.from(batchOf(['x']))
    const before = Buffer.from(batch)
    expect(partition.append(batch, rules)).toMatchObject({ baseOffset })
    expect(batch.equals(before)).toBe(true)
  }
})

test('a broker that was closed writes nothing more, whoever still holds it', async () => {
  const files = fakeFiles()
  const { broker } = brokerOn(files, { topics: { t: 1, other: 1 } })
  const client = connectClient(broker)
  await produceTo(client, 't', 0, batchOf(['a']))
  await broker.close()
  const before = structuredClone([...files.files])
  broker.deleteTopic('t')
  broker.createTopic('late')
  expect([...files.files]).toEqual(before)
  const storage = openDiskStorage({ files, fsync: 'never', clock: systemClock, warn: () => undefined })
  const store = storage.openLog({ topic: 'other', topicId: '0'.repeat(32), partition: 0 })
  const partition = new Partition(0, systemClock, 1_000, new PartitionLog(store))
  await storage.close()
  const rules = batchRulesOf(createConfigSet(topicConfigTable), true)
  expect(partition.append(batchOf(['late']), rules)).toMatchObject({ error: 'KAFKA_STORAGE_ERROR' })
  expect(files.list('other-0')).toEqual([])
})
