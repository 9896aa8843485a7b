import { describe, expect, it } from 'vitest'
import { PartitaError, type SealedBatch } from '@partita/protocol'
import { Sequences } from '../src/sequences.ts'

function batch(count: number, partition = 0): SealedBatch {
  return { topic: 't', partition, count, byteLength: 1, records: () => [] }
}

function identities(): { next(): Promise<{ producerId: string; producerEpoch: number }>; given: number } {
  const made = {
    given: 0,
    next: () => Promise.resolve({ producerId: String(++made.given), producerEpoch: 0 }),
  }
  return made
}

const ambiguous = new PartitaError('CONNECTION_FAILED', 'gone', { ambiguous: true, retriable: true })

describe('sequences', () => {
  it('follow the counts, by partition', async () => {
    const sequences = new Sequences(identities().next)
    const first: number[] = []
    for (const each of [batch(3), batch(2), batch(4, 1), batch(1)]) {
      first.push((await sequences.stamp(each)).firstSequence)
      sequences.stored(each)
    }
    expect(first).toEqual([0, 3, 0, 5])
  })

  it('go on at 0 after 2,147,483,647, as Kafka counts them', async () => {
    const sequences = new Sequences(identities().next)
    const large = batch(0x7fff_fffd)
    await sequences.stamp(large)
    sequences.stored(large)
    const across = batch(5)
    expect((await sequences.stamp(across)).firstSequence).toBe(0x7fff_fffd)
    sequences.stored(across)
    // ...645, ...646, ...647, 0, 1
    expect((await sequences.stamp(batch(1))).firstSequence).toBe(2)
  })

  it('share one identity, asked for once', async () => {
    const made = identities()
    const sequences = new Sequences(made.next)
    await Promise.all([0, 1, 2, 3].map((partition) => sequences.stamp(batch(1, partition))))
    expect(made.given).toBe(1)
  })

  it('that could get no identity ask again the next time', async () => {
    let fail = true
    const made = identities()
    const sequences = new Sequences(() => (fail ? Promise.reject(ambiguous) : made.next()))
    await expect(sequences.stamp(batch(1))).rejects.toBe(ambiguous)
    fail = false
    expect(await sequences.stamp(batch(1))).toMatchObject({ producerId: '1', firstSequence: 0 })
  })

  it('of partitions that must move at the same time move to one new identity, and never back to an old one', async () => {
    const made = identities()
    const sequences = new Sequences(made.next)
    for (const round of [1, 2, 3]) {
      const both = [batch(1), batch(1, 1)]
      const stamps = await Promise.all(both.map((each) => sequences.stamp(each)))
      expect(stamps.map(({ producerId, firstSequence }) => [producerId, firstSequence])).toEqual([
        [String(round), 0],
        [String(round), 0],
      ])
      for (const each of both) {
        sequences.failed(each, ambiguous)
        sequences.abandon(each)
      }
    }
    expect(made.given).toBe(3)
  })

  it('of a batch stay through its attempts, until it is given up', async () => {
    const sequences = new Sequences(identities().next)
    const tried = batch(2)
    const stamp = await sequences.stamp(tried)
    sequences.failed(tried, ambiguous)
    expect(await sequences.stamp(tried)).toEqual(stamp)
    sequences.abandon(tried)
    sequences.abandon(tried)
    expect(await sequences.stamp(batch(2))).toMatchObject({ producerId: '2', firstSequence: 0 })
  })
})
