import { createVirtualClock } from '@partita/testing'
import { setLogAppendTime } from '@partita/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBroker } from '../src/index.ts'
import { findLatestRecord } from '../src/log/find-by-time.ts'
import { batchOf, code, connectClient, produceTo, text } from './api-client.ts'
import { type CompactedPartition, compactedPartition, type Entry, storageOn } from './compacted-partition.ts'
import { brokerOn } from './disk-broker.ts'
import { type FakeFiles, fakeFiles } from './fake-files.ts'

const producer = { producerId: 1, producerEpoch: 0 }

function benchOn(kind: string, segmentBytes = 14): CompactedPartition {
  return compactedPartition(kind === 'memory' ? undefined : storageOn(fakeFiles()), segmentBytes)
}

async function writeAll(bench: CompactedPartition, ...batches: (readonly Entry[])[]): Promise<void> {
  for (const batch of batches) await bench.write(batch)
}

function committedOrError(bench: CompactedPartition): Record<string, string> | string {
  try {
    return bench.committed()
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe.each(['memory', 'folder'])('compaction in %s', (kind) => {
  test('leaves the last record of each key, with its offset; the active segment, and where the log begins, stay', async () => {
    const bench = benchOn(kind)
    await writeAll(
      bench,
      [
        ['a', '1'],
        ['b', '1'],
      ],
      [['a', '2']],
      [
        ['c', '1'],
        ['a', '3'],
        ['c', '2'],
      ],
      [
        ['b', '2'],
        ['b', '3'],
      ],
    )
    await bench.compact()
    expect(await bench.contents()).toEqual(['1 b=1', '4 a=3', '5 c=2', '6 b=2', '7 b=3'])
    expect([bench.log.startOffset, bench.log.endOffset]).toEqual([0, 8])
    await bench.write([['d', '1']])
    await bench.compact()
    expect(await bench.contents()).toEqual(['4 a=3', '5 c=2', '7 b=3', '8 d=1'])
    expect(bench.committed()).toEqual({ a: '3', b: '3', c: '2', d: '1' })
  })

  test('makes few segments of many', async () => {
    const bench = benchOn(kind, 14)
    for (let i = 0; i < 20; i++) await bench.write([[`k${i % 10}`, `${i}`]])
    expect(bench.log.segments()).toHaveLength(20)
    await bench.compact({ segmentBytes: 10_000 })
    expect(bench.log.segments().map(({ baseOffset }) => baseOffset)).toEqual([0, 19])
    expect((await bench.contents())[0]).toBe('9 k9=9')
  })

  test('keeps tombstones for delete.retention.ms from when it first met them', async () => {
    const bench = benchOn(kind)
    const now = bench.clock.now()
    await writeAll(
      bench,
      [['a', '1']],
      [
        ['a', null],
        ['b', '1'],
      ],
      [['c', '1']],
    )
    await bench.compact({ now: now + 5_000, deleteRetentionMs: 1_000 })
    expect(await bench.contents()).toEqual(['1 a=null', '2 b=1', '3 c=1'])
    await bench.compact({ now: now + 5_999, deleteRetentionMs: 0 })
    expect(await bench.contents()).toEqual(['1 a=null', '2 b=1', '3 c=1'])
    await bench.compact({ now: now + 6_000, deleteRetentionMs: 1_000 })
    expect(await bench.contents()).toEqual(['2 b=1', '3 c=1'])
  })

  test('takes aborted records, and then the marker; what the producer writes later is not skipped for it', async () => {
    const bench = benchOn(kind)
    await bench.write([['a', 'good']])
    await bench.write(
      [
        ['a', 'bad'],
        ['b', 'bad'],
      ],
      { ...producer, baseSequence: 0, transactional: true },
    )
    bench.partition.endTransaction('abort', producer)
    await bench.write([['c', 'good']], { ...producer, baseSequence: 2, transactional: true })
    bench.partition.endTransaction('commit', producer)
    await writeAll(bench, [['end', '1']])
    const before = bench.committed()
    await bench.compact({ now: 5_000 })
    expect(await bench.contents()).toEqual(['0 a=good', '3 marker', '4 c=good', '5 marker', '6 end=1'])
    await bench.compact({ now: 5_001 })
    await bench.compact({ now: 6_001 })
    expect(await bench.contents()).toEqual(['0 a=good', '4 c=good', '5 marker', '6 end=1'])
    expect(bench.committed()).toEqual(before)
    expect(bench.log.transactions.abortedIn(0, 10)).toEqual([])
  })

  test('takes the marker of a commit when all that was committed with it is out of date', async () => {
    const bench = benchOn(kind)
    await bench.write([['a', 'old']], { ...producer, baseSequence: 0, transactional: true })
    bench.partition.endTransaction('commit', producer)
    await bench.write([['b', '1']], { ...producer, baseSequence: 1 })
    await writeAll(bench, [['a', 'new']], [['end', '1']])
    for (const now of [1_000, 1_001, 2_001]) await bench.compact({ now })
    expect(await bench.contents()).toEqual(['2 b=1', '3 a=new', '4 end=1'])
  })

  test('leaves alone what an open transaction could still undo', async () => {
    const bench = benchOn(kind)
    await writeAll(bench, [['a', '1']], [['a', '2']])
    await bench.write([['b', '1']], { ...producer, baseSequence: 0, transactional: true })
    await writeAll(bench, [['a', '3']], [['a', '4']], [['end', '1']])
    await bench.compact()
    expect(await bench.contents()).toEqual(['1 a=2', '2 b=1', '3 a=3', '4 a=4', '5 end=1'])
    bench.partition.endTransaction('commit', producer)
    await writeAll(bench, [['end', '2']])
    await bench.compact()
    expect(await bench.contents()).toEqual(['2 b=1', '4 a=4', '5 end=1', '6 marker', '7 end=2'])
  })

  test('keeps timestamps, headers and compression of what stays', async () => {
    const bench = benchOn(kind)
    await bench.write(
      [
        ['a', '1'],
        ['b', '1'],
        ['c', null],
      ],
      { gzip: true },
    )
    await writeAll(bench, [['a', '2']], [['end', '1']])
    await bench.compact()
    expect(await bench.contents()).toEqual(['1 b=1', '2 c=null', '3 a=2', '4 end=1'])
    expect(await findLatestRecord(bench.log)).toEqual({ offset: 1, timestamp: bench.clock.now() })
  })

  test('goes by min.cleanable.dirty.ratio, min.compaction.lag.ms and max.compaction.lag.ms', async () => {
    const bench = benchOn(kind)
    const now = bench.clock.now()
    await writeAll(bench, [['a', '1']], [['a', '2']], [['b', '1']], [['end', '1']])
    await bench.compact({ isForced: false, now: now + 100, minCompactionLagMs: 101 })
    expect(await bench.contents()).toHaveLength(4)
    await bench.compact({ isForced: false, now: now + 100, minCompactionLagMs: 100 })
    expect(await bench.contents()).toEqual(['1 a=2', '2 b=1', '3 end=1'])
    await writeAll(bench, [['end', '2']])
    // One of three segments is new.
    await bench.compact({ isForced: false })
    expect(bench.log.cleanedOffset).toBe(3)
    await bench.compact({ isForced: false, minCleanableDirtyRatio: 0.3 })
    expect(bench.log.cleanedOffset).toBe(4)
    await writeAll(bench, [['end', '3']])
    await bench.compact({ isForced: false, now: now + 501, maxCompactionLagMs: 500 })
    expect(await bench.contents()).toEqual(['1 a=2', '2 b=1', '4 end=2', '5 end=3'])
  })

  test('of more keys than it may hold does a part, and the rest the next time', async () => {
    const bench = benchOn(kind)
    for (let round = 0; round < 2; round++) for (let i = 0; i < 6; i++) await bench.write([[`k${i}`, `${round}`]])
    await bench.compact({ maxKeyBytes: 3 * 66 })
    expect(bench.log.cleanedOffset).toBe(3)
    for (let run = 0; run < 5; run++) await bench.compact({ maxKeyBytes: 3 * 66 })
    expect(await bench.contents()).toEqual(['5 k5=0', '6 k0=1', '7 k1=1', '8 k2=1', '9 k3=1', '10 k4=1', '11 k5=1'])
  })

  test('is not disturbed by what is appended, deleted or removed meanwhile', async () => {
    const large = 'x'.repeat(600_000)
    for (const what of ['append', 'delete', 'remove']) {
      const bench = benchOn(kind)
      for (const key of ['a', 'a', 'b', 'b', 'end']) await bench.write([[key, large]])
      let pauses = 0
      await bench.compact({
        async pause() {
          pauses += 1
          if (pauses > 1) return true
          if (what === 'append') await bench.write([['c', '1']])
          if (what === 'delete') bench.log.deleteBefore(2)
          if (what === 'remove') bench.log.close()
          return true
        },
      })
      const left = (await bench.contents()).map((one) => one.slice(0, 3))
      expect([what, left]).toEqual([
        what,
        { append: ['1 a', '3 b', '4 e', '5 c'], delete: ['3 b', '4 e'], remove: [] }[what],
      ])
      expect(pauses).toBeGreaterThan(0)
    }
  })

  test('leaves a batch as it is that cannot be read', async () => {
    const bench = benchOn(kind)
    await bench.write([['a', '1']])
    const batch = batchOf(['garbage'], { timestamp: bench.clock.now() })
    batch[61] = 0x7f
    setLogAppendTime(batch, { position: 0, byteLength: batch.length }, 1)
    bench.partition.append(batch, {
      maxMessageBytes: 1_000,
      timestampType: 'LogAppendTime',
      timestampBeforeMaxMs: 0,
      timestampAfterMaxMs: 0,
      allowsZstd: true,
    })
    await writeAll(bench, [['a', '2']], [['end', '1']])
    await bench.compact()
    expect(await bench.contents()).toEqual(['1 unreadable', '2 a=2', '3 end=1'])
  })

  test('changes nothing for who reads what is committed, whatever was written', async () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd')
    const entries = fc.array(fc.tuple(key, fc.option(fc.nat(9).map(String))), { minLength: 1, maxLength: 4 })
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ kind: fc.constant('write' as const), entries, who: fc.nat(3) }) },
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constantFrom('commit' as const, 'abort' as const), who: fc.nat(1) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('compact' as const),
          later: fc.nat(700),
          bytes: fc.constantFrom(14, 400),
        }),
      },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const bench = benchOn(kind)
        const sequences = [0, 0, 0, 0]
        const written = new Map<string, true>()
        let now = bench.clock.now()
        for (const one of steps) {
          if (one.kind === 'write') {
            const baseSequence = sequences[one.who]!
            sequences[one.who] = baseSequence + one.entries.length
            // Two in transactions, one idempotent, one neither.
            const fields = one.who === 3 ? {} : { producerId: one.who, producerEpoch: 0, baseSequence }
            const base = await bench.write(one.entries, { ...fields, transactional: one.who < 2 })
            one.entries.forEach(([name, value], i) => written.set(`${base + i} ${name}=${value}`, true))
          } else if (one.kind === 'compact') {
            const before = bench.committed()
            const { endOffset, startOffset } = bench.log
            now += one.later
            await bench.compact({ now, segmentBytes: one.bytes })
            expect(bench.committed()).toEqual(before)
            expect([bench.log.startOffset, bench.log.endOffset]).toEqual([startOffset, endOffset])
          } else if (bench.log.transactions.openSince(one.who) !== undefined) {
            bench.partition.endTransaction(one.kind, { producerId: one.who, producerEpoch: 0 })
          }
        }
        const left = (await bench.contents()).filter((line) => line.includes('='))
        expect(left.filter((line) => !written.has(line))).toEqual([])
        const offsets = left.map((line) => Number(line.split(' ')[0]))
        expect(offsets).toEqual(offsets.toSorted((one, other) => one - other))
      }),
      { numRuns: 60, seed: 4 },
    )
  })
})

describe('a compacted folder', () => {
  async function filesWith(): Promise<FakeFiles> {
    const files = fakeFiles()
    const bench = compactedPartition(storageOn(files))
    for (let i = 0; i < 8; i++) {
      await bench.write(
        [
          [`k${i % 3}`, `${i}`],
          ['x', i === 6 ? null : `${i}`],
        ],
        { ...producer, baseSequence: 2 * i },
      )
    }
    // All of it is on the disk.
    return files.afterPowerLoss((unsynced) => unsynced)
  }

  test('is the same after a restart, and a retry of the last batch of each producer is still known', async () => {
    const files = fakeFiles()
    const bench = compactedPartition(storageOn(files))
    for (const producerId of [1, 2])
      await bench.write([['a', `${producerId}`]], { producerId, producerEpoch: 0, baseSequence: 0 })
    await writeAll(bench, [['a', '3']], [['end', '1']])
    await bench.compact()
    expect(await bench.contents()).toEqual(['0 nothing', '1 nothing', '2 a=3', '3 end=1'])
    const after = compactedPartition(storageOn(files.afterKill()))
    expect(await after.contents()).toEqual(await bench.contents())
    expect([after.log.startOffset, after.log.endOffset, after.log.cleanedOffset]).toEqual([0, 4, 3])
    expect(await after.write([['a', '2']], { producerId: 2, producerEpoch: 0, baseSequence: 0 })).toBe(1)
    expect(await after.write([['a', '4']], { producerId: 2, producerEpoch: 0, baseSequence: 1 })).toBe(4)
  })

  test('gives no offset twice, though its last batches were compacted away and the active segment is lost', async () => {
    const files = fakeFiles()
    const bench = compactedPartition(storageOn(files))
    await writeAll(bench, [['a', null]], [['b', '1']])
    for (const now of [0, 1_000]) await bench.compact({ now })
    expect(await bench.contents()).toEqual(['1 b=1'])
    files.files.get(`t-0/${'1'.padStart(20, '0')}.log`)!.bytes = new Uint8Array(3)
    const after = compactedPartition(storageOn(files.afterKill()))
    expect(await after.write([['c', '1']])).toBe(1)
    expect(await compactedPartition(storageOn(files.afterKill())).contents()).toEqual([])
  })

  test.each(['killed', 'stopped with its machine'])(
    'is whole after it was %s at any step of compaction',
    async (how) => {
      const whole = await filesWith()
      const before = compactedPartition(storageOn(whole.afterKill()))
      const contents = await before.contents()
      const committed = before.committed()
      const done = compactedPartition(storageOn(whole.afterKill()))
      await done.compact({ segmentBytes: 400 })
      const compacted = await done.contents()
      expect(compacted.length).toBeLessThan(contents.length)
      let isDone = false
      const seen = new Set<string>()
      for (let steps = 0; !isDone; steps++) {
        const files = whole.afterKill()
        const bench = compactedPartition(storageOn(files))
        files.dieAfter(steps)
        isDone = await bench.compact({ segmentBytes: 400 }).then(
          () => bench.log.failure === undefined,
          () => false,
        )
        // Until it is started again it gives what it had, or nothing at all.
        if (!isDone) expect([committed, 'KAFKA_STORAGE_ERROR']).toContainEqual(committedOrError(bench))
        const left = how === 'killed' ? files.afterKill() : files.afterPowerLoss(() => 0)
        const after = compactedPartition(storageOn(left))
        expect(after.committed()).toEqual(committed)
        const found = await after.contents()
        seen.add(found.length === contents.length ? 'before' : found.length === compacted.length ? 'after' : 'between')
        expect(found.filter((line) => !contents.includes(line) && !line.endsWith('nothing'))).toEqual([])
        expect(after.log.endOffset).toBe(16)
        expect(left.list('t-0').filter((name) => /cleaned|swap/.test(name))).toEqual([])
        // It goes on from there, and nothing comes back.
        await after.compact({ segmentBytes: 400 })
        expect(await after.contents()).toEqual(compacted)
      }
      expect(seen).toContain('before')
      expect(seen).toContain('after')
    },
  )

  test('takes no harm when the disk is full, and is tried again', async () => {
    const files = await filesWith()
    const bench = compactedPartition(storageOn(files))
    const contents = await bench.contents()
    const committed = bench.committed()
    files.fillUpAfter(200)
    await expect(bench.compact({ segmentBytes: 400 })).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR' })
    expect(bench.committed()).toEqual(committed)
    expect(files.list('t-0').filter((name) => /cleaned|swap/.test(name))).toEqual([])
    files.heal()
    await bench.compact({ segmentBytes: 400 })
    expect((await bench.contents()).length).toBeLessThan(contents.length)
    expect(bench.committed()).toEqual(compactedPartition(storageOn(files.afterKill())).committed())
  })
})

test.each(['memory', 'folder'])(
  'a topic with cleanup.policy=compact is compacted by the clock, in %s',
  async (kind) => {
    const clock = createVirtualClock()
    const configs = { 'cleanup.policy': 'compact,delete', 'segment.bytes': 14, 'retention.ms': 600_000 }
    const options = { clock, topics: { t: { partitions: 1, configs } } }
    const broker = kind === 'memory' ? createBroker(options) : brokerOn(fakeFiles(), options, 'never', clock).broker
    const client = connectClient(broker)
    const write = async (key: string | null, value: string): Promise<number> => {
      const answer = produceTo(client, 't', 0, batchOf([value], { key, timestamp: clock.now() }))
      await clock.settle()
      return (await answer).errorCode
    }
    for (const value of ['1', '2', '3']) expect(await write('a', value)).toBe(0)
    expect(await write(null, 'keyless')).toBe(code('INVALID_RECORD'))
    expect(await write('end', '1')).toBe(0)
    await clock.advance(15_000)
    expect((await broker.log('t', 0)).map(({ offset, value }) => `${offset} ${text(value)}`)).toEqual(['2 3', '3 1'])
    await clock.advance(900_000)
    expect(await broker.log('t', 0)).toEqual([])
    await broker.close()
    expect(clock.pendingTimers).toBe(0)
  },
)
