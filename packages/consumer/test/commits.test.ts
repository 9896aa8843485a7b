import { describe, expect, it } from 'vitest'
import { PartitaError } from '@partita/protocol'
import { decodeOffsetMap } from '@partita/consumer'
import { keyed, orders0, start } from './harness.ts'

const retriable = new PartitaError('COORDINATOR_NOT_AVAILABLE', 'The coordinator is moving.', { retriable: true })

describe('the committed offset', () => {
  it('never passes an unfinished record, and what is finished beyond it stands in the metadata', async () => {
    const t = await start()
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'b', 'c', 'd'))
    await t.clock.settle()
    t.call(0).done()
    t.call(2).done()
    await t.clock.advance(5000)
    const { offset, metadata } = t.transport.committed('orders', 0)!
    expect(offset).toBe(1)
    expect(decodeOffsetMap(offset, metadata)!.finished).toEqual([{ start: 2, end: 3 }])
  })

  it('is of the highest finished record, not of the highest fetched one', async () => {
    const t = await start({ maxConcurrency: 1 })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'b', 'c'))
    await t.clock.settle()
    t.call(0).done()
    await t.clock.advance(5000)
    expect(t.transport.committed('orders', 0)).toEqual({ offset: 1, metadata: '' })
    expect(t.consumer.metrics().partitions[0]).toMatchObject({ position: 3, watermark: 1, committed: 1, lag: 2 })
  })

  it('passes gaps: compacted records, transaction markers, a batch with nothing in it', async () => {
    const t = await start({ onCall: (call) => call.done() })
    t.transport.assign([{ ...orders0, committed: { offset: 5, metadata: '' } }])
    t.transport.deliver(
      'orders',
      0,
      [
        { offset: 7, key: 'a' },
        { offset: 1_000_000_000, key: 'b' },
      ],
      {
        nextOffset: 5_000_000_000,
      },
    )
    await t.clock.advance(5000)
    expect(t.transport.committed('orders', 0)!.offset).toBe(5_000_000_000)
    t.transport.deliver('orders', 0, [], { nextOffset: 5_000_000_002 })
    await t.clock.advance(5000)
    expect(t.transport.committed('orders', 0)!.offset).toBe(5_000_000_002)
  })

  it('is sent when something finished since, and not otherwise', async () => {
    const t = await start()
    t.transport.assign([{ ...orders0, committed: { offset: 0, metadata: '' } }])
    await t.clock.advance(12_000)
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.advance(12_000)
    expect(t.transport.commits).toHaveLength(0)
    t.call(0).done()
    await t.clock.advance(12_000)
    expect(t.transport.commits).toEqual([[{ ...orders0, offset: 1, metadata: '' }]])
  })

  it('is fixed where fetching began although nothing was handled, so that a restart does not skip to the end', async () => {
    const t = await start({ autoOffsetReset: 'latest' })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, [{ offset: 40, key: 'a' }])
    await t.clock.advance(5000)
    expect(t.transport.committed('orders', 0)!.offset).toBe(40)
  })
})

describe('a commit', () => {
  it('that failed is part of the next one: nothing counts as committed before it is acknowledged', async () => {
    const t = await start({ onCall: (call) => call.done() })
    t.transport.assign([orders0])
    t.transport.nextCommit({ error: retriable })
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.advance(5000)
    expect(t.transport.commits).toHaveLength(0)
    expect(t.consumer.metrics()).toMatchObject({ failedCommits: 1 })
    expect(t.consumer.metrics().partitions[0]!.committed).toBeNull()
    expect(t.warnings[0]).toContain('The coordinator is moving.')
    await t.clock.advance(5000)
    expect(t.transport.commits).toEqual([[{ ...orders0, offset: 1, metadata: '' }]])
  })

  it('does not hide what finished while it was under way', async () => {
    const t = await start()
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'b'))
    await t.clock.settle()
    t.call(0).done()
    t.transport.nextCommit({ delayMs: 1000 })
    await t.clock.advance(5500)
    t.call(1).done()
    await t.clock.advance(500)
    expect(t.transport.committed('orders', 0)!.offset).toBe(1)
    await t.clock.advance(5000)
    expect(t.transport.committed('orders', 0)!.offset).toBe(2)
  })

  it('is never under way beside another one', async () => {
    const t = await start()
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'b'))
    await t.clock.settle()
    t.call(0).done()
    t.transport.nextCommit({ delayMs: 2000 })
    await t.clock.advance(5500)
    t.call(1).done()
    const revoked = t.transport.revoke()
    await t.clock.advance(1000)
    expect(t.transport.commits).toHaveLength(0)
    await t.clock.advance(1000)
    expect(await revoked).toBe(true)
    expect(t.transport.commits.map(([commit]) => commit!.offset)).toEqual([1, 2])
  })

  it('at the end is tried again until it is acknowledged', async () => {
    const t = await start({ onCall: (call) => call.done() })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.settle()
    t.transport.nextCommit({ error: retriable })
    t.transport.nextCommit({ error: retriable })
    const closed = t.consumer.close()
    await t.clock.advance(200)
    await closed
    expect(t.transport.committed('orders', 0)!.offset).toBe(1)
  })

  it('at the end is not waited for longer than there is time', async () => {
    const t = await start({ onCall: (call) => call.done(), closeTimeoutMs: 1000 })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.settle()
    t.transport.nextCommit({ delayMs: 1_000_000 })
    const closed = t.consumer.close()
    await t.clock.advance(1000)
    await closed
    expect(await t.ended).toBe('closed')
    expect(t.warnings.at(-1)).toContain('was not acknowledged')
  })

  it('that is refused for good is not repeated in a hurry', async () => {
    const t = await start({ onCall: (call) => call.done() })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.settle()
    t.transport.nextCommit({ error: new PartitaError('ILLEGAL_GENERATION', 'You are not one of us.') })
    await t.consumer.close()
    expect(t.transport.commits).toHaveLength(0)
    expect(t.consumer.metrics().failedCommits).toBe(1)
  })
})

describe('records far ahead of the first unfinished one', () => {
  it('wait when the offset map might not hold what they add, and go on when it does again', async () => {
    // 64 characters: three unfinished records, or 144 offsets.
    const t = await start({ offsetMetadataMaxBytes: 64, maxConcurrency: 1000 })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed(...Array.from({ length: 200 }, (_, i) => `k${i}`)))
    await t.clock.settle()
    expect(t.running()).toHaveLength(144)
    expect(t.consumer.explain({ ...orders0, offset: 144 }).state).toBe('too-far-ahead')
    for (let offset = 3; offset < 144; offset++) t.call(offset).done()
    await t.clock.settle()
    // Three are unfinished: nothing more may start.
    expect(t.running()).toEqual([0, 1, 2])
    t.call(1).done()
    await t.clock.settle()
    expect(t.running()).toEqual([0, 2, 144])
    t.call(0).done()
    await t.clock.settle()
    // The first unfinished one is 2 now: up to offset 145 is near enough, and besides there may be three.
    expect(t.running()).toEqual([2, 144, 145])
    await t.clock.advance(5000)
    const { offset, metadata } = t.transport.committed('orders', 0)!
    expect(metadata.length).toBeLessThanOrEqual(64)
    expect(decodeOffsetMap(offset, metadata)!.finished).toEqual([{ start: 3, end: 144 }])
  })

  it('go on without end while a single record is stuck', async () => {
    const t = await start({
      offsetMetadataMaxBytes: 64,
      onCall: (call) => call.offset > 0 && call.done(),
    })
    t.transport.assign([orders0])
    for (let batch = 0; batch < 20; batch++) {
      t.transport.deliver('orders', 0, keyed(...Array.from({ length: 100 }, (_, i) => `k${i}-${batch}`)))
      await t.clock.settle()
    }
    expect(t.calls).toHaveLength(2000)
    await t.clock.advance(5000)
    const { offset, metadata } = t.transport.committed('orders', 0)!
    expect(offset).toBe(0)
    expect(decodeOffsetMap(0, metadata)!.finished).toEqual([{ start: 1, end: 2000 }])
  })
})

describe('a log that goes back', () => {
  it('is handled from there: what was known is about other records', async () => {
    const t = await start({ onCall: (call) => call.done() })
    t.transport.assign([{ ...orders0, committed: { offset: 1000, metadata: '' } }])
    t.transport.deliver('orders', 0, [
      { offset: 3, key: 'a' },
      { offset: 4, key: 'a' },
    ])
    await t.clock.advance(5000)
    expect(t.started()).toEqual([3, 4])
    expect(t.warnings[0]).toContain('goes back from offset 1000 to 3')
    expect(t.transport.committed('orders', 0)!.offset).toBe(5)
  })

  it('is handled from there also where the other log has more records than were handled of this one', async () => {
    const t = await start({ onCall: (call) => call.done() })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a', 'b'))
    await t.clock.settle()
    const records = [0, 1, 2].map((offset) => ({ offset, key: 'c' }))
    t.transport.deliver('orders', 0, records, { startsOver: true })
    await t.clock.advance(5000)
    expect(t.started()).toEqual([0, 1, 0, 1, 2])
    expect(t.transport.committed('orders', 0)!.offset).toBe(3)
  })

  it('is not seen in a batch whose first records are repeats', async () => {
    const t = await start({ onCall: (call) => call.done() })
    t.transport.assign([{ ...orders0, committed: { offset: 10, metadata: '' } }])
    t.transport.deliver('orders', 0, [
      { offset: 9, key: 'a' },
      { offset: 10, key: 'a' },
    ])
    await t.clock.settle()
    expect(t.started()).toEqual([10])
    expect(t.warnings).toEqual([])
  })
})
