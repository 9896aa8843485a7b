import { createVirtualClock } from '@partita/testing'
import { endTxnApi } from '@partita/wire'
import { expect, test } from 'vitest'
import { batchOf, code, connectClient, fetchFrom, produceTo } from './api-client.ts'
import { brokerOn, firstSegment } from './disk-broker.ts'
import { type FakeFiles, fakeFiles } from './fake-files.ts'
import { committedBy, committedValues, transactional } from './transactional-client.ts'

const topics = { t: 2 }

async function committed(files: FakeFiles, partition: number): Promise<(string | null)[]> {
  const client = connectClient(brokerOn(files.afterKill()).broker)
  const read = await fetchFrom(client, 't', [0, 0], { isolationLevel: 1 })
  return committedValues(read[partition]!)
}

test('what was committed and what was aborted is still so after a restart', async () => {
  const files = fakeFiles()
  const client = connectClient(brokerOn(files, { topics }).broker)
  const producer = await transactional(client)
  for (const [value, isCommitted] of [
    ['a', true],
    ['b', false],
    ['c', true],
  ] as const) {
    await producer.add(0, 1)
    await producer.write(0, value)
    await producer.write(1, value)
    await producer.addGroup('g')
    await producer.stage('g', value === 'a' ? 1 : 5)
    await producer.end(isCommitted)
  }
  for (const partition of [0, 1]) expect(await committed(files, partition)).toEqual(['a', 'c'])
  expect(await committedBy(connectClient(brokerOn(files.afterKill()).broker), 'g')).toBe('offset 5')
})

test('an open transaction goes on after a restart, with its offsets', async () => {
  const files = fakeFiles()
  const producer = await transactional(connectClient(brokerOn(files, { topics }).broker))
  await producer.add(0)
  await producer.write(0, 'before')
  await producer.addGroup('g')
  await producer.stage('g', 9)
  const after = files.afterKill()
  const { broker, warnings } = brokerOn(after)
  const client = connectClient(broker)
  expect(committedValues((await fetchFrom(client, 't', [0], { isolationLevel: 1 }))[0]!)).toEqual([])
  expect(await committedBy(client, 'g')).toBe(`error ${code('UNSTABLE_OFFSET_COMMIT')}`)
  const { producerId, producerEpoch } = producer
  const batch = batchOf(['behind'], { producerId, producerEpoch, baseSequence: 1, transactional: true })
  expect(await produceTo(client, 't', 0, batch, { transactionalId: 'tx' })).toMatchObject({ errorCode: 0 })
  const end = { transactionalId: 'tx', producerId, producerEpoch, committed: true }
  expect((await client.call(endTxnApi, 3, end)).errorCode).toBe(0)
  expect(await committed(after, 0)).toEqual(['before', 'behind'])
  expect(await committedBy(client, 'g')).toBe('offset 9')
  expect(warnings).toEqual([])
})

test('an open transaction is aborted when its time is over, though the broker was down for a part of it', async () => {
  const files = fakeFiles()
  const clock = createVirtualClock()
  const opened = brokerOn(files, { topics }, 'never', clock).broker
  const client = connectClient(opened)
  const pending = transactional(client, 'tx', 10_000, clock.now())
  await clock.advance(0)
  const producer = await pending
  const steps = producer.add(0).then(() => producer.write(0, 'x'))
  await clock.advance(4_000)
  await steps
  const after = brokerOn(files.afterKill(), {}, 'never', clock).broker
  await clock.advance(5_000)
  expect((await after.log('t', 0)).length).toBe(1)
  const reader = connectClient(after)
  const isOpen = fetchFrom(reader, 't', [0])
  await clock.advance(0)
  expect((await isOpen)[0]).toMatchObject({ highWatermark: 1, lastStableOffset: 0 })
  await clock.advance(2_000)
  const isOver = fetchFrom(reader, 't', [0])
  await clock.advance(0)
  expect((await isOver)[0]).toMatchObject({ highWatermark: 2, lastStableOffset: 2 })
})

test('a broker that could not be started leaves no timer of a transaction behind', async () => {
  const files = fakeFiles()
  const producer = await transactional(connectClient(brokerOn(files, { topics }).broker))
  await producer.add(0)
  const clock = createVirtualClock()
  expect(() => brokerOn(files.afterKill(), { topics: { 'no name!': 1 } }, 'never', clock)).toThrow('no name!')
  expect(clock.pendingTimers).toBe(0)
})

test('a commit that the broker died in the middle of is whole after a restart, wherever it died', async () => {
  let isWhole = false
  for (let room = 0; !isWhole; room += 7) {
    const files = fakeFiles()
    const { broker } = brokerOn(files, { topics })
    const client = connectClient(broker)
    const producer = await transactional(client)
    await producer.add(0, 1)
    await producer.write(0, 'a')
    await producer.write(1, 'a')
    await producer.addGroup('g')
    await producer.stage('g', 3)
    // Nothing is written from here on: as if the process had died.
    files.fillUpAfter(room)
    const answer = producer.end(true)
    await Promise.race([answer, new Promise((resolve) => setImmediate(resolve))])
    const both = [await committed(files, 0), await committed(files, 1)]
    const after = files.afterKill()
    brokerOn(after)
    const offset = await committedBy(connectClient(brokerOn(after).broker), 'g', false)
    isWhole = both[0]!.length === 1
    expect(both[1]).toEqual(both[0])
    expect(offset).toBe(isWhole ? 'offset 3' : 'offset -1')
  }
})

test('a commit whose marker the disk did not take is not acknowledged, and is done when there is room again', async () => {
  const files = fakeFiles()
  const client = connectClient(brokerOn(files, { topics }).broker)
  const producer = await transactional(client)
  await producer.add(0, 1)
  await producer.write(0, 'a')
  await producer.write(1, 'a')
  files.failWrites('ENOSPC', /^t-1/)
  expect(await producer.end(true)).toBe(code('COORDINATOR_NOT_AVAILABLE'))
  expect(await producer.add(0)).toBe(code('CONCURRENT_TRANSACTIONS'))
  const restarted = files.afterKill()
  files.heal()
  expect(await producer.end(true)).toBe(0)
  for (const partition of [0, 1]) {
    expect(await committed(files, partition)).toEqual(['a'])
    expect(await committed(restarted, partition)).toEqual(['a'])
  }
})

test('records of a transaction that nobody knows of any more are aborted, so that readers go on', async () => {
  const files = fakeFiles()
  const producer = await transactional(connectClient(brokerOn(files, { topics }).broker))
  await producer.add(0)
  await producer.write(0, 'x')
  const log = files.files.get(firstSegment('t-0'))!.bytes
  const others = fakeFiles()
  const { broker } = brokerOn(others, { topics })
  await produceTo(connectClient(broker), 't', 0, batchOf(['y']))
  others.files.get(firstSegment('t-0'))!.bytes = log
  const { broker: after, warnings } = brokerOn(others.afterKill())
  expect((await fetchFrom(connectClient(after), 't', [0]))[0]).toMatchObject({ highWatermark: 2, lastStableOffset: 2 })
  expect(warnings).toEqual([expect.stringContaining('belong to no open transaction')])
})
