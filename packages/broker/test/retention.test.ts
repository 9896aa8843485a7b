import { createVirtualClock, type VirtualClock } from '@partita/testing'
import { describe, expect, test } from 'vitest'
import { createBroker, type MemoryBroker } from '../src/index.ts'
import { startAfterRetention } from '../src/log/retention.ts'
import { batchOf, code, connectClient, fetchFrom, produceTo, text } from './api-client.ts'
import { brokerOn } from './disk-broker.ts'
import { fakeFiles } from './fake-files.ts'

const checkMs = 300_000

interface Bench {
  readonly clock: VirtualClock
  readonly broker: MemoryBroker
  write(value: string, timestamp?: number): Promise<{ errorCode: number; baseOffset: number }>
  values(): Promise<(string | null)[]>
  /** What a reader at an offset is told. */
  read(offset: number): Promise<{ errorCode: number; logStartOffset: number; highWatermark: number }>
}

function benchOn(kind: string, configs: Record<string, string | number>): Bench {
  const clock = createVirtualClock()
  const options = { clock, topics: { t: { partitions: 1, configs } } }
  const broker = kind === 'memory' ? createBroker(options) : brokerOn(fakeFiles(), options, 'never', clock).broker
  const client = connectClient(broker)
  const settled = async <T>(step: Promise<T>): Promise<T> => {
    await clock.settle()
    return step
  }
  return {
    clock,
    broker,
    write: (value, timestamp = clock.now()) => settled(produceTo(client, 't', 0, batchOf([value], { timestamp }))),
    values: async () => (await settled(broker.log('t', 0))).map(({ value }) => text(value)),
    read: async (offset) => (await settled(fetchFrom(client, 't', [offset])))[0]!,
  }
}

describe.each(['memory', 'folder'])('in %s', (kind) => {
  test('segments whose latest record is too old go, whole, and readers before the start are told so', async () => {
    const bench = benchOn(kind, { 'retention.ms': 1_000_000, 'segment.bytes': 170 })
    for (const value of ['a', 'b', 'c', 'd', 'e']) {
      await bench.write(value)
      await bench.clock.advance(100_000)
    }
    expect(await bench.values()).toEqual(['a', 'b', 'c', 'd', 'e'])
    // Segments a b, c d, e: at 1,200,000 all but the records of b and before are young enough.
    await bench.clock.advance(700_000)
    expect(await bench.values()).toEqual(['c', 'd', 'e'])
    expect(await bench.read(1)).toMatchObject({ errorCode: code('OFFSET_OUT_OF_RANGE') })
    expect(await bench.read(2)).toMatchObject({ errorCode: 0, logStartOffset: 2, highWatermark: 5 })
    await bench.broker.close()
    expect(bench.clock.pendingTimers).toBe(0)
  })

  test('where all is too old the log is empty, and goes on numbering', async () => {
    const bench = benchOn(kind, { 'retention.ms': 1_000 })
    await bench.write('a')
    await bench.write('b')
    await bench.clock.advance(checkMs + 1)
    expect(await bench.values()).toEqual([])
    expect(await bench.read(2)).toMatchObject({ errorCode: 0, logStartOffset: 2, highWatermark: 2 })
    expect(await bench.write('c')).toMatchObject({ errorCode: 0, baseOffset: 2 })
  })

  test('a log that is too large loses its oldest segments, but keeps as many bytes as it may have', async () => {
    const bench = benchOn(kind, { 'retention.bytes': 200, 'segment.bytes': 14 })
    for (const value of ['a', 'b', 'c', 'd', 'e']) await bench.write(value)
    await bench.broker.control.cleanLogs()
    // Each has about 72 bytes: three are needed to have 200.
    expect(await bench.values()).toEqual(['c', 'd', 'e'])
  })

  test('without delete among the policies nothing goes', async () => {
    const bench = benchOn(kind, { 'retention.ms': 1_000, 'cleanup.policy': 'compact' })
    await bench.write('a')
    await bench.clock.advance(2 * checkMs)
    expect(await bench.values()).toEqual(['a'])
  })

  test('a segment takes no record that is later than its first by more than segment.ms', async () => {
    const bench = benchOn(kind, { 'segment.ms': 10_000, 'retention.ms': 300_000 })
    await bench.write('a')
    await bench.clock.advance(10_000)
    await bench.write('b')
    await bench.clock.advance(1)
    await bench.write('c')
    await bench.clock.advance(2 * checkMs - 10_001 - 290_000)
    expect(await bench.values()).toEqual(['a', 'b', 'c'])
    await bench.clock.advance(290_000)
    expect(await bench.values()).toEqual([])
  })

  test('the time of day that the broker is told counts', async () => {
    const bench = benchOn(kind, { 'retention.ms': 86_400_000 })
    await bench.write('a')
    bench.broker.control.skewClock(86_400_001)
    await bench.broker.control.cleanLogs()
    expect(await bench.values()).toEqual([])
  })
})

test('what was deleted by retention stays deleted after a restart, and its files are gone', async () => {
  const files = fakeFiles()
  const clock = createVirtualClock()
  const options = { topics: { t: { partitions: 1, configs: { 'retention.ms': 1_000 } } } }
  const { broker } = brokerOn(files, options, 'never', clock)
  const answer = produceTo(connectClient(broker), 't', 0, batchOf(['a', 'b'], { timestamp: clock.now() }))
  await clock.settle()
  await answer
  await clock.advance(checkMs + 1)
  const logs = files.list('t-0').filter((name) => name.endsWith('.log'))
  expect(logs).toEqual([`${'2'.padStart(20, '0')}.log`])
  const after = brokerOn(files.afterKill(), {}, 'never', clock).broker
  const next = produceTo(connectClient(after), 't', 0, batchOf(['c'], { timestamp: clock.now() }))
  await clock.settle()
  expect(await next).toMatchObject({ errorCode: 0, baseOffset: 2, logStartOffset: 2 })
  expect((await after.log('t', 0)).map(({ value }) => text(value))).toEqual(['c'])
})

test('records without a timestamp are of no age, and an empty active segment is left', () => {
  const segment = (baseOffset: number, byteLength: number, largestTimestamp: number) => ({
    baseOffset,
    endOffset: baseOffset + 10,
    byteLength,
    firstTimestamp: largestTimestamp,
    largestTimestamp,
  })
  const settings = { retentionMs: 100, retentionBytes: -1 }
  expect(startAfterRetention([segment(0, 10, 5), segment(10, 10, -1), segment(20, 0, -1)], settings, 1_000)).toBe(10)
  expect(startAfterRetention([segment(0, 10, 5), segment(10, 0, -1)], settings, 1_000)).toBe(10)
  expect(startAfterRetention([segment(10, 0, -1)], settings, 1_000)).toBeUndefined()
  expect(startAfterRetention([segment(0, 10, 900)], settings, 1_000)).toBeUndefined()
  expect(startAfterRetention([segment(0, 10, 899)], settings, 1_000)).toBe(10)
})
