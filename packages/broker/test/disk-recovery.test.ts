import { systemClock } from '@partita/protocol'
import { createTopicsApi } from '@partita/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { batchOf, code, connectClient, fetchFrom, produceTo, text } from './api-client.ts'
import { createVirtualClock } from '@partita/testing'
import { SegmentFile } from '../src/storage/segment-file.ts'
import { openDiskStorage } from '../src/storage/disk-storage.ts'
import { brokerOn, firstSegment } from './disk-broker.ts'
import { type FakeFiles, fakeFiles } from './fake-files.ts'

const topics = { t: 1 }
const path = firstSegment('t-0')

async function filesWith(values: readonly string[], configs = {}): Promise<FakeFiles> {
  const files = fakeFiles()
  const client = connectClient(brokerOn(files, { topics: { t: { partitions: 1, configs } } }).broker)
  for (const [i, value] of values.entries()) {
    const batch = batchOf([value], { producerId: 1, producerEpoch: 0, baseSequence: i, timestamp: 1 })
    await produceTo(client, 't', 0, batch)
  }
  return files
}

async function recovered(
  files: FakeFiles,
): Promise<{ values: (string | null)[]; warnings: string[]; files: FakeFiles }> {
  const after = files.afterKill()
  const { broker, warnings } = brokerOn(after)
  return { values: (await broker.log('t', 0)).map(({ value }) => text(value)), warnings, files: after }
}

test('a write that was torn at any byte of the last batch is cut off, and can be sent again', async () => {
  const files = await filesWith(['a', 'b', 'c'])
  const whole = files.files.get(path)!.bytes
  const each = whole.length / 3
  for (let size = 2 * each; size < whole.length; size++) {
    files.files.get(path)!.bytes = whole.slice(0, size)
    const after = await recovered(files)
    expect(after.values).toEqual(['a', 'b'])
    expect(after.warnings).toHaveLength(size === 2 * each ? 0 : 1)
    const client = connectClient(brokerOn(after.files).broker)
    const retry = batchOf(['c'], { producerId: 1, producerEpoch: 0, baseSequence: 2, timestamp: 1 })
    expect(await produceTo(client, 't', 0, retry)).toMatchObject({ errorCode: 0, baseOffset: 2 })
    expect(after.files.files.get(path)!.bytes).toEqual(whole)
  }
})

test('whatever byte of a batch is another one, nothing from that batch on is taken, nor any later segment', async () => {
  const files = await filesWith(['a', 'b', 'c', 'd'], { 'segment.bytes': 150 })
  const segments = files.list('t-0').filter((name) => name.endsWith('.log'))
  expect(segments).toHaveLength(2)
  const whole = files.files.get(path)!.bytes
  const each = whole.length / 2
  for (let at = each; at < whole.length; at++) {
    // What the CRC does not cover, and nobody relies on: the leader epoch.
    if (at - each >= 12 && at - each < 16) continue
    const broken = whole.slice()
    broken[at]! ^= 0x40
    files.files.get(path)!.bytes = broken
    const after = await recovered(files)
    // An offset that is higher is a gap, as compaction leaves them.
    if (at - each < 8) continue
    expect([at - each, after.values]).toEqual([at - each, ['a']])
    expect(after.files.list('t-0').filter((name) => name.endsWith('.log'))).toEqual([segments[0]])
  }
})

test('after it was closed in order, only headers are read; after it died, all', async () => {
  const files = await filesWith(['a', 'b'])
  const { broker } = brokerOn(files)
  await broker.close()
  const bytes = files.files.get(path)!.bytes
  bytes[bytes.length - 1]! ^= 1
  const trusted = files.afterKill()
  expect(brokerOn(trusted).warnings).toEqual([])
  expect(brokerOn(trusted).warnings).toEqual([expect.stringContaining('are cut off')])
})

test('a broker that could not be started does not mark its files as sound', async () => {
  const files = await filesWith(['a', 'b'])
  const bytes = files.files.get(path)!.bytes
  bytes[bytes.length - 1]! ^= 1
  await openDiskStorage({ files, fsync: 'never', clock: systemClock, warn: () => undefined }).close()
  expect((await recovered(files)).values).toEqual(['a'])
})

test('what is kept besides batches survives being torn at any byte', async () => {
  const files = fakeFiles()
  brokerOn(files, { topics: { first: 1 } }).broker.createTopic('second')
  const whole = files.files.get('state.journal')!.bytes
  const sizes = new Set<number>()
  for (let size = 0; size <= whole.length; size++) {
    files.files.get('state.journal')!.bytes = whole.slice(0, size)
    sizes.add(brokerOn(files.afterKill()).broker.topics().length)
  }
  expect([...sizes]).toEqual([0, 1, 2])
})

test('with fsync always, an answer waits for the disk, and all batches of a turn share one sync', async () => {
  const files = fakeFiles()
  const { broker } = brokerOn(files, { topics }, 'always')
  const clients = Array.from({ length: 10 }, () => connectClient(broker))
  await produceTo(clients[0]!, 't', 0, batchOf(['warm up']))
  const before = files.syncs
  const release = files.holdSyncs()
  let answered = 0
  const answers = clients.map((client) => produceTo(client, 't', 0, batchOf(['x'])).then(() => (answered += 1)))
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(answered).toBe(0)
  const [read] = await fetchFrom(connectClient(broker), 't', [0])
  expect(read!.highWatermark).toBe(11)
  release()
  await Promise.all(answers)
  expect(files.syncs - before).toBe(1)
})

test('with fsync always, a retry of a batch that is not synced yet waits as well', async () => {
  const files = fakeFiles()
  const { broker } = brokerOn(files, { topics }, 'always')
  const batch = batchOf(['x'], { producerId: 1, producerEpoch: 0, baseSequence: 0 })
  const release = files.holdSyncs()
  let answered = 0
  const first = produceTo(connectClient(broker), 't', 0, batch).then(() => (answered += 1))
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  const retry = produceTo(connectClient(broker), 't', 0, batch).then(() => (answered += 1))
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(answered).toBe(0)
  release()
  await Promise.all([first, retry])
  expect((await broker.log('t', 0)).length).toBe(1)
})

test('with fsync interval, what was written while a slow flush was under way is flushed as well', async () => {
  const files = fakeFiles()
  const clock = createVirtualClock()
  const { broker } = brokerOn(files, { topics }, 'interval', clock)
  const write = async (value: string): Promise<void> => {
    const answer = produceTo(connectClient(broker), 't', 0, batchOf([value], { timestamp: 1 }))
    await clock.settle()
    await answer
  }
  await write('a')
  const release = files.holdSyncs()
  await clock.advance(1_000)
  await write('b')
  await clock.advance(1_000)
  release()
  await clock.advance(1_000)
  expect((await recovered(files.afterPowerLoss(() => 0))).values).toEqual(['a', 'b'])
})

test('a place in a segment that was removed cannot be read, and does not bring its file back', async () => {
  const files = fakeFiles()
  const { broker } = brokerOn(files, { topics: { t: { partitions: 1, configs: { 'segment.bytes': 14 } } } })
  const core = new SegmentFile(files, 't-0', 0, () => undefined)
  await produceTo(connectClient(broker), 't', 0, batchOf(['a']))
  core.remove()
  expect(() => core.read(0, 10)).toThrow('the segment was removed')
  expect(files.list('t-0').filter((name) => name.endsWith('.log'))).toEqual([])
})

test('a full disk refuses the batches of the partition; when there is room again, they are taken', async () => {
  const files = fakeFiles()
  const { broker, warnings } = brokerOn(files, { topics })
  const client = connectClient(broker)
  await produceTo(client, 't', 0, batchOf(['a']))
  for (let room = 0; room < 60; room += 13) {
    files.fillUpAfter(room)
    expect((await produceTo(client, 't', 0, batchOf(['lost']))).errorCode).toBe(code('KAFKA_STORAGE_ERROR'))
  }
  expect(warnings).toEqual([expect.stringContaining('t-0 cannot be written: ENOSPC')])
  files.heal()
  expect(await produceTo(client, 't', 0, batchOf(['b']))).toMatchObject({ errorCode: 0, baseOffset: 1 })
  expect((await recovered(files)).values).toEqual(['a', 'b'])
})

test('a partition whose sync failed takes nothing more; others do, and it can be read', async () => {
  const files = fakeFiles()
  const { broker, warnings } = brokerOn(files, { topics: { t: 2 } }, 'always')
  const client = connectClient(broker)
  await produceTo(client, 't', 0, batchOf(['a']))
  files.failSyncs(/^t-0/)
  const batch = batchOf(['b'], { producerId: 1, producerEpoch: 0, baseSequence: 0 })
  expect((await produceTo(client, 't', 0, batch)).errorCode).toBe(code('KAFKA_STORAGE_ERROR'))
  files.heal()
  expect((await produceTo(client, 't', 0, batch)).errorCode).toBe(code('KAFKA_STORAGE_ERROR'))
  expect((await produceTo(client, 't', 1, batch)).errorCode).toBe(0)
  expect((await fetchFrom(client, 't', [0]))[0]).toMatchObject({ errorCode: 0, highWatermark: 2 })
  expect(warnings).toEqual([expect.stringContaining('takes no more batches until the broker is started again')])
})

test('a request whose effect cannot be kept has its connection closed, and the broker goes on', async () => {
  const files = fakeFiles()
  const { broker, warnings } = brokerOn(files, { topics })
  files.failWrites('EIO', /^state/)
  const client = connectClient(broker)
  const request = {
    topics: [{ name: 'new', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
    timeoutMs: 0,
  }
  void client.call(createTopicsApi, 5, request)
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(client.isClosed).toBe(true)
  expect(warnings[0]).toContain('state.journal in the data folder cannot be written: EIO')
  files.heal()
  broker.createTopic('another')
  const names = brokerOn(files.afterKill())
    .broker.topics()
    .map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['t', 'new', 'another']))
})

test('with fsync always, what outlived the process only is made to outlive the machine before a retry of it is answered', async () => {
  const files = fakeFiles()
  const { broker } = brokerOn(files, { topics }, 'always')
  await produceTo(connectClient(broker), 't', 0, batchOf(['first']))
  const batch = batchOf(['x'], { producerId: 1, producerEpoch: 0, baseSequence: 0 })
  void produceTo(connectClient(broker), 't', 0, batch)
  const killed = files.afterKill()
  const retry = await produceTo(connectClient(brokerOn(killed, {}, 'always').broker), 't', 0, batch)
  expect(retry).toMatchObject({ errorCode: 0, baseOffset: 1 })
  expect((await recovered(killed.afterPowerLoss(() => 0))).values).toEqual(['first', 'x'])
})

test('with fsync always nothing acknowledged is ever lost, whenever the machine stops and whatever it kept', async () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('write' as const),
        partition: fc.nat(2),
        records: fc.integer({ min: 1, max: 5 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('powerLoss' as const), kept: fc.nat(400), isKilled: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const) }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 30 }), async (steps) => {
      let files = fakeFiles()
      const options = { topics: { t: { partitions: 3, configs: { 'segment.bytes': 400 } } } }
      let { broker } = brokerOn(files, options, 'always')
      const acknowledged: string[][] = [[], [], []]
      const sequences = [0, 0, 0]
      let written = 0
      for (const one of steps) {
        if (one.kind === 'write') {
          const values = Array.from({ length: one.records }, () => `${(written += 1)}`)
          const baseSequence = sequences[one.partition]!
          const producer = { producerId: 5, producerEpoch: 0, baseSequence }
          sequences[one.partition] = baseSequence + one.records
          const answer = await produceTo(connectClient(broker), 't', one.partition, batchOf(values, producer))
          expect(answer).toMatchObject({ errorCode: 0, baseOffset: acknowledged[one.partition]!.length })
          acknowledged[one.partition]!.push(...values)
        } else if (one.kind === 'close') {
          await broker.close()
          ;({ broker } = brokerOn(files, options, 'always'))
        } else {
          // A batch is under way, and its producer does not know what became of it: it sends it again.
          written += 1
          const batch = batchOf([`${written}`], { producerId: 1_000 + written, producerEpoch: 0, baseSequence: 0 })
          void produceTo(connectClient(broker), 't', 0, batch)
          files = one.isKilled ? files.afterKill() : files.afterPowerLoss((unsynced) => Math.min(unsynced, one.kept))
          ;({ broker } = brokerOn(files, options, 'always'))
          const answer = await produceTo(connectClient(broker), 't', 0, batch)
          expect(answer).toMatchObject({ errorCode: 0, baseOffset: acknowledged[0]!.length })
          acknowledged[0]!.push(`${written}`)
        }
        for (const partition of [0, 1, 2]) {
          const values = (await broker.log('t', partition)).map(({ value }) => text(value))
          expect(values).toEqual(acknowledged[partition])
        }
      }
    }),
    { numRuns: 60 },
  )
})
