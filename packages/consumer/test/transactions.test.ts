import { describe, expect, it } from 'vitest'
import { PartitaError } from '@partita/protocol'
import { decodeOffsetMap } from '@partita/consumer'
import { type Harness, type HarnessOptions, keyed, letters, orders0, start } from './harness.ts'

/** A consumer in the middle of four records, `a` to `d`. */
async function started(options: HarnessOptions = {}): Promise<Harness> {
  const t = await start({ isolationLevel: 'read_committed', ...options })
  t.transport.assign([orders0])
  t.transport.deliver('orders', 0, keyed('a', 'b', 'c', 'd'))
  await t.clock.settle()
  return t
}

/** What a transaction is told for an offset: the position, and what is finished beyond it. */
async function positionOf(t: Harness, offset: number, transaction: object = {}) {
  const { offsets } = await t.call(offset).consumed.offsets(transaction)
  return offsets.map((each) => [each.offset, ...(decodeOffsetMap(each.offset, each.metadata)?.finished ?? [])])
}

describe('what a transaction takes along', () => {
  it('is the position as if the record were finished, in the name of the member as it is now', async () => {
    const t = await started({ groupInstanceId: 'static-1' })
    const { group, offsets } = await t.call(0).consumed.offsets({})
    expect(group).toEqual({ groupId: 'billing', generationId: 0, memberId: 'scripted-1', groupInstanceId: 'static-1' })
    expect(offsets).toEqual([{ ...orders0, offset: 1, metadata: '' }])
  })

  it('of a record behind unfinished ones is the map of what is finished', async () => {
    const t = await started()
    t.call(1).done()
    await t.clock.settle()
    expect(await positionOf(t, 3)).toEqual([[0, { start: 1, end: 2 }, { start: 3, end: 4 }]])
  })

  it('of several records in one transaction counts them together', async () => {
    const t = await started()
    const transaction = {}
    expect(await positionOf(t, 1, transaction)).toEqual([[0, { start: 1, end: 2 }]])
    expect(await positionOf(t, 0, transaction)).toEqual([[2]])
    t.call(1).consumed.settled('committed')
    t.call(0).consumed.settled('committed')
    expect(await positionOf(t, 2)).toEqual([[3]])
  })

  it('counts for the next transaction once it is committed, though its handler still runs', async () => {
    const t = await started()
    expect(await positionOf(t, 0)).toEqual([[1]])
    t.call(0).consumed.settled('committed')
    expect(t.running()).toContain(0)
    expect(await positionOf(t, 1)).toEqual([[2]])
  })

  it('does not count where it was aborted, and the handler may try it with another transaction', async () => {
    const t = await started()
    const { consumed } = t.call(0)
    await consumed.offsets({})
    consumed.settled('aborted')
    expect(await positionOf(t, 1)).toEqual([[0, { start: 1, end: 2 }]])
    t.call(1).consumed.settled('aborted')
    expect((await consumed.offsets({})).offsets).toMatchObject([{ offset: 1 }])
  })

  it('is refused to a second transaction while the first is open: one would undo the other', async () => {
    const t = await started()
    await t.call(0).consumed.offsets({})
    await expect(t.call(1).consumed.offsets({})).rejects.toMatchObject({
      code: 'CONCURRENT_TRANSACTIONS',
      retriable: true,
    })
  })

  it('is refused for a partition that is lost, a record that was committed before, a transaction that is over', async () => {
    const t = await started()
    const [first, second, third] = [0, 1, 2].map((offset) => t.call(offset).consumed)
    await first!.offsets({})
    first!.settled('committed')
    await expect(first!.offsets({})).rejects.toMatchObject({ code: 'INVALID_TXN_STATE' })
    t.transport.nextCommit({ delayMs: 100 })
    t.call(3).done()
    await t.clock.advance(5000)
    const late = second!.offsets({})
    second!.settled('aborted')
    const outcome = expect(late).rejects.toMatchObject({ code: 'INVALID_TXN_STATE' })
    await t.clock.advance(100)
    await outcome
    t.transport.lose()
    await expect(third!.offsets({})).rejects.toMatchObject({ code: 'PARTITION_LOST', place: { offset: 2 } })
  })

  it('is committed by nobody in particular where the partitions were chosen by hand, and only for a group', async () => {
    const manual = { topics: undefined, partitions: [{ ...orders0, offset: 0 }] }
    const t = await started({ ...manual, groupId: 'audit' } as HarnessOptions)
    const { group } = await t.call(0).consumed.offsets({})
    expect(group).toMatchObject({ groupId: 'audit', generationId: -1, memberId: '' })
    const alone = await started({ ...manual, groupId: undefined } as HarnessOptions)
    await expect(alone.call(0).consumed.offsets({})).rejects.toMatchObject({ code: 'INVALID_GROUP_ID' })
  })

  it('is refused to a member that would not wait for the offsets of an open transaction', async () => {
    const t = await started({ isolationLevel: 'read_uncommitted' })
    await expect(t.call(0).consumed.offsets({})).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })
})

describe("the consumer's own commits", () => {
  it('leave a partition alone while a transaction has its offsets, and never take back what that committed', async () => {
    const t = await started()
    await t.call(1).consumed.offsets({})
    t.call(0).done()
    await t.clock.advance(5000)
    expect(t.transport.commits).toEqual([])
    t.call(1).consumed.settled('committed')
    await t.clock.advance(5000)
    expect(t.transport.commits).toEqual([[{ ...orders0, offset: 2, metadata: '' }]])
  })

  it('do not repeat what a transaction committed', async () => {
    const t = await started()
    await t.call(0).consumed.offsets({})
    t.call(0).consumed.settled('committed')
    t.call(0).done()
    await t.clock.advance(10_000)
    expect(t.transport.commits).toEqual([])
    expect(t.consumer.metrics()).toMatchObject({ recordsHandled: 1, partitions: [{ committed: 1, watermark: 1 }] })
  })

  it('are waited for by a transaction: one that was sent before could arrive behind it', async () => {
    const t = await started()
    t.transport.nextCommit({ delayMs: 300 })
    t.call(0).done()
    await t.clock.advance(5000)
    let isAnswered = false
    const position = positionOf(t, 1).finally(() => (isAnswered = true))
    await t.clock.advance(200)
    expect(isAnswered).toBe(false)
    await t.clock.advance(200)
    expect(await position).toEqual([[2]])
  })
})

describe('a handler', () => {
  it('that fails after its transaction was committed is not called again: the record is handled', async () => {
    const t = await started()
    await t.call(0).consumed.offsets({})
    t.call(0).consumed.settled('committed')
    t.call(0).fail()
    await t.clock.advance(60_000)
    expect(t.started().filter((offset) => offset === 0)).toEqual([0])
    expect(t.warnings).toEqual([expect.stringContaining('orders-0 offset 0 failed after the transaction')])
    expect(t.consumer.metrics()).toMatchObject({ recordsHandled: 1, failedAttempts: 0 })
  })

  it('that fails with its transaction is called again', async () => {
    const t = await started()
    await t.call(0).consumed.offsets({})
    t.call(0).consumed.settled('aborted')
    t.call(0).fail()
    await t.clock.advance(1000)
    expect(t.call(0).attempt).toBe(2)
    expect(await positionOf(t, 0)).toEqual([[1]])
  })

  it('that fails with a transaction of which nobody knows whether it was committed stops the consumer', async () => {
    const t = await started()
    t.call(1).done()
    await t.call(0).consumed.offsets({})
    t.call(0).consumed.settled('unknown')
    await expect(t.call(2).consumed.offsets({})).rejects.toMatchObject({
      code: 'CONCURRENT_TRANSACTIONS',
      retriable: false,
    })
    t.call(0).fail(new PartitaError('REQUEST_TIMEOUT', 'No answer.', { ambiguous: true }))
    t.call(2).fail()
    t.call(3).done()
    await t.clock.advance(60_000)
    expect(await t.ended).toMatchObject({ code: 'HANDLER_FAILED', place: { offset: 0 } })
    // What the group has is for the transaction to say.
    expect(t.transport.commits).toEqual([])
    expect(t.started().filter((offset) => offset === 0)).toEqual([0])
  })

  it('keeps the order of its key behind a transaction that was committed early', async () => {
    const t = await start({ isolationLevel: 'read_committed' })
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, letters('aab'))
    await t.clock.settle()
    await t.call(0).consumed.offsets({})
    t.call(0).consumed.settled('committed')
    await t.clock.settle()
    expect(t.started()).toEqual([0, 2])
    t.call(0).done()
    await t.clock.settle()
    expect(t.started()).toEqual([0, 2, 1])
    expect(await positionOf(t, 1)).toEqual([[2]])
  })
})
