import { describe, expect, it, vi } from 'vitest'
import { createBatchWriter, fetchApi } from '@partita/wire'
import { type AnsweredPartition, sliceOf } from '../../src/consumer/fetching/fetched-slice.ts'
import { FrameMemory } from '../../src/network/frame-memory.ts'
import type { FakeKafka } from './fake-kafka.ts'
import { started } from './started.ts'

it('a high watermark that is older than what was read with it does not make the lag negative', () => {
  const writer = createBatchWriter()
  for (const value of ['a', 'b', 'c']) writer.append(1_000, null, value, [])
  const answered = { records: writer.finish(), highWatermark: 1, abortedTransactions: null } as AnsweredPartition
  expect(sliceOf(answered, 0, new FrameMemory())).toMatchObject({ nextOffset: 3, highWatermark: 3 })
  expect(sliceOf({ ...answered, highWatermark: 9 }, 0, new FrameMemory())).toMatchObject({ highWatermark: 9 })
})

describe('fetching', () => {
  it('brings what is there and what comes, each record once, with where it goes on', async () => {
    const { kafka, member, read } = await started(2, (each) => each.log('t', 0).append(['a', 'b']))
    kafka.log('t', 1).append(['c'])
    kafka.log('t', 0).append(['d'])
    await kafka.clock.advance(10)
    expect([read(0), read(1)]).toEqual([['a', 'b', 'd'], ['c']])
    const zero = member.batches.filter(({ partition }) => partition === 0)
    expect(zero.map(({ nextOffset, highWatermark }) => [nextOffset, highWatermark])).toEqual([
      [2, 2],
      [3, 3],
    ])
    expect(zero[0]!.records.map(({ offset, timestamp }) => [offset, timestamp])).toEqual([
      [0, 1_000],
      [1, 1_001],
    ])
  })

  it('asks each broker for the partitions it leads, in one request at a time', async () => {
    const { kafka } = await started(4, ({ topics }) => {
      for (const [partition, log] of topics.get('t')!.entries()) log.leader = 1 + (partition % 2)
    })
    const asked = kafka.seen
      .filter(({ api }) => api === 'Fetch')
      .map(({ node, body }) => {
        const { topics } = body as { topics: { partitions: { partition: number }[] }[] }
        return [node, topics.flatMap(({ partitions }) => partitions.map(({ partition }) => partition))]
      })
    expect(asked).toEqual([
      [1, [0, 2]],
      [2, [1, 3]],
    ])
    await kafka.clock.advance(600)
    expect(kafka.requests(fetchApi).length).toBe(4)
  })

  it('sends the next request before it hands over what the last one brought', async () => {
    const { kafka, member } = await started(1)
    const sent: number[] = []
    member.onRecords = () => sent.push(kafka.requests(fetchApi).length)
    const before = kafka.requests(fetchApi).length
    kafka.log('t', 0).append(['a'])
    await kafka.clock.advance(5)
    expect(sent).toEqual([before + 1])
  })

  it('skips what is below the offset, gaps, and goes on behind them', async () => {
    const { member, read } = await started(1, (kafka) => {
      kafka.log('t', 0).append(['a', 'b', 'c'])
      kafka.log('t', 0).gap(5)
      kafka.log('t', 0).append(['d'])
      kafka.group.offsets.set('t-0', { offset: 2, metadata: '' })
    })
    expect(read(0)).toEqual(['c', 'd'])
    expect(member.batches.flatMap(({ records }) => records.map(({ offset }) => offset))).toEqual([2, 8])
    expect(member.batches.at(-1)!.nextOffset).toBe(9)
  })

  it('hands over what stays as it is, although later answers come in the same memory', async () => {
    const { kafka, member, read } = await started(2)
    const lengths = [1, 10, 100_000, 10, 3, 70_000, 1, 1, 20]
    for (const [i, length] of lengths.entries()) {
      kafka.log('t', i % 2).append([String(i).repeat(length), `${i}`])
      kafka.log('t', 0).append([`${i}, a batch of its own`])
      await kafka.clock.advance(i % 3 === 0 ? 0 : 5)
    }
    await kafka.clock.advance(1_000)
    for (const partition of [0, 1]) {
      const batches = member.batches.filter((batch) => batch.partition === partition)
      const values = batches.flatMap(({ records }) => records.map(({ value }) => new TextDecoder().decode(value!)))
      expect(values).toEqual(read(partition))
    }
    expect([read(0).length, read(1).length]).toEqual([19, 8])
  })

  it('hands over no more memory than the records need, whatever else the answer brought', async () => {
    const { kafka, member } = await started(1)
    for (let i = 0; i < 100; i++) kafka.log('t', 0).append(['x'.repeat(20_000)])
    await kafka.clock.advance(100)
    const memory = member.batches.flatMap(({ records }) => records.map(({ value }) => value!.buffer))
    expect(memory.length).toBe(100)
    expect(Math.max(...memory.map(({ byteLength }) => byteLength))).toBeLessThan(100_000)
  })

  it('reads compressed batches in their order among the others', async () => {
    const { kafka, read } = await started(1)
    await kafka.log('t', 0).appendCompressed(['a', 'b'])
    kafka.log('t', 0).append(['c'])
    await kafka.log('t', 0).appendCompressed(['d'])
    // Decompression takes real time.
    await vi.waitFor(() => kafka.clock.advance(5).then(() => expect(read(0)).toEqual(['a', 'b', 'c', 'd'])), {
      interval: 1,
      timeout: 10_000,
    })
  })

  it('leaves out aborted transactions and all markers, but passes over their offsets', async () => {
    const fill = (kafka: FakeKafka): void => {
      const log = kafka.log('t', 0)
      const [one, two] = [
        { producerId: 1, transactional: true },
        { producerId: 2, transactional: true },
      ]
      log.append(['1-aborted'], one)
      log.append(['2-committed'], two)
      log.append(['plain'])
      log.endTransaction('abort', 1)
      log.append(['1-committed'], one)
      log.endTransaction('commit', 2)
      log.endTransaction('commit', 1)
      log.append(['2-aborted'], two)
      log.endTransaction('abort', 2)
      log.aborted.push({ producerId: 2, firstOffset: 7 }, { producerId: 1, firstOffset: 0 })
    }
    const committed = await started(1, fill)
    expect(committed.read(0)).toEqual(['2-committed', 'plain', '1-committed'])
    expect(committed.member.batches.at(-1)!.nextOffset).toBe(9)
    const all = await started(1, fill, { isolationLevel: 'read_uncommitted' })
    expect(all.read(0)).toEqual(['1-aborted', '2-committed', 'plain', '1-committed', '2-aborted'])
    expect(all.kafka.requests(fetchApi)[0]!.isolationLevel).toBe(0)
  })

  it('fetches a damaged batch again, and gives the partition up where it stays damaged', async () => {
    const { kafka, member, read } = await started(1)
    const log = kafka.log('t', 0)
    const writer = createBatchWriter()
    writer.append(1, null, 'whole', [])
    const bytes = writer.finish()
    bytes[bytes.length - 2]! ^= 1
    log.put(bytes, 1)
    await kafka.clock.advance(50)
    expect([read(0), member.events.length]).toEqual([[], 1])
    bytes[bytes.length - 2]! ^= 1
    await kafka.clock.advance(1_000)
    expect(read(0)).toEqual(['whole'])
    const again = bytes.slice()
    again[again.length - 2]! ^= 1
    log.put(again, 1)
    await kafka.clock.advance(10_000)
    expect(member.events.at(-1)).toMatch(/^failed CORRUPT_MESSAGE: .*offset 1 .*partition 0/)
  })
})
