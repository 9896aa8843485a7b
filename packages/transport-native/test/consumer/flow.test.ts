import { describe, expect, it } from 'vitest'
import { fetchApi } from '@partita/wire'
import { Member, settled } from './member.ts'
import { place, started } from './started.ts'

describe('pausing', () => {
  it('keeps aside what was on its way, and hands it over at the resumption, not within the call', async () => {
    const { kafka, member, read } = await started(2)
    member.call((membership) => membership.pause([place(0)]))
    kafka.log('t', 0).append(['kept'])
    kafka.log('t', 1).append(['goes on'])
    await kafka.clock.advance(2_000)
    expect([read(0), read(1)]).toEqual([[], ['goes on']])
    kafka.log('t', 0).append(['later'])
    await kafka.clock.advance(2_000)
    member.call((membership) => membership.resume([place(0)]))
    expect(read(0)).toEqual([])
    await kafka.clock.settle()
    expect(read(0)).toEqual(['kept'])
    await kafka.clock.advance(60)
    expect(read(0)).toEqual(['kept', 'later'])
  })

  it('holds between two batches of one answer', async () => {
    const { kafka, member, read } = await started(1)
    member.onRecords = () => member.membership.pause([place(0)])
    for (const value of ['a', 'b', 'c']) kafka.log('t', 0).append([value])
    await kafka.clock.advance(100)
    expect(read(0)).toEqual(['a'])
    for (const expected of [
      ['a', 'b'],
      ['a', 'b', 'c'],
    ]) {
      member.call((membership) => membership.resume([place(0)]))
      await kafka.clock.advance(100)
      expect(read(0)).toEqual(expected)
    }
  })

  it('leaves the partition out of requests, and makes the others wait no longer than a moment', async () => {
    const { kafka, member } = await started(2)
    member.membership.pause([place(0)])
    await kafka.clock.advance(700)
    const last = kafka.requests(fetchApi).at(-1)!
    expect(last.topics[0]!.partitions.map(({ partition }) => partition)).toEqual([1])
    expect(last.maxWaitMs).toBe(50)
    member.membership.pause([place(1)])
    await kafka.clock.advance(100)
    const count = kafka.requests(fetchApi).length
    await kafka.clock.advance(5_000)
    expect(kafka.requests(fetchApi).length).toBe(count)
  })

  it('is not felt by a partition that stays through a rebalance', async () => {
    const { kafka, member, read } = await started(2)
    member.onRevoked = () => new Promise((resolve) => kafka.clock.setTimer(3_000, resolve))
    const joining = new Member(kafka).join()
    await kafka.clock.advance(1_500)
    for (const value of ['a', 'b', 'c']) {
      kafka.log('t', 0).append([value])
      await kafka.clock.advance(5)
      expect(read(0).at(-1)).toBe(value)
    }
    await settled(kafka, joining)
  })
})

describe('seeking', () => {
  it('goes on from there, backwards and forwards, and lets go of what is on its way or kept', async () => {
    const { kafka, member, read } = await started(1, (each) => each.log('t', 0).append(['a', 'b', 'c']))
    member.call((membership) => membership.seek(place(0), 1))
    await kafka.clock.advance(600)
    expect(read(0)).toEqual(['a', 'b', 'c', 'b', 'c'])
    member.membership.pause([place(0)])
    kafka.log('t', 0).append(['kept', 'next'])
    await kafka.clock.advance(600)
    member.membership.seek(place(0), 4)
    member.membership.resume([place(0)])
    await kafka.clock.advance(600)
    expect(read(0).slice(5)).toEqual(['next'])
  })
})

describe('fetch sessions', () => {
  it('name everything once, then only what changes', async () => {
    const { kafka, member, read } = await started(3, (each) => (each.fetches.sessions = true))
    kafka.log('t', 1).append(['a'])
    await kafka.clock.advance(600)
    member.membership.pause([place(2)])
    kafka.log('t', 0).append(['b'])
    await kafka.clock.advance(600)
    const shown = kafka
      .requests(fetchApi)
      .map(({ sessionId, sessionEpoch, topics, forgottenTopicsData }) => [
        sessionId,
        sessionEpoch,
        topics.flatMap(({ partitions }) => partitions.map(({ partition }) => partition)),
        forgottenTopicsData.flatMap(({ partitions }) => partitions),
      ])
    expect(shown.slice(0, 4)).toEqual([
      [0, 0, [0, 1, 2], []],
      [1, 1, [1], []],
      [1, 2, [], []],
      [1, 3, [0], [2]],
    ])
    expect([read(0), read(1)]).toEqual([['b'], ['a']])
  })

  it('that the broker has dropped are begun anew, and nothing is missed', async () => {
    const { kafka, read } = await started(2, (each) => (each.fetches.sessions = true))
    kafka.fetches.granted.clear()
    kafka.log('t', 0).append(['a'])
    await kafka.clock.advance(600)
    kafka.log('t', 1).append(['b'])
    await kafka.clock.advance(600)
    expect([read(0), read(1)]).toEqual([['a'], ['b']])
    const full = kafka.requests(fetchApi).filter(({ sessionEpoch }) => sessionEpoch === 0)
    expect(full.length).toBe(2)
  })
})

describe('the pace', () => {
  it('leaves a turn of the event loop for every 512 records, so that they do not pile up before the handlers', async () => {
    const { kafka, member } = await started(1)
    const turns: number[] = []
    let turn = 0
    const tick = (): void => {
      turn++
      if (turn < 20) kafka.clock.defer(tick)
    }
    member.onRecords = () => {
      if (turns.length === 0) tick()
      turns.push(turn)
    }
    // All in one answer.
    member.call((membership) => membership.pause([place(0)]))
    await kafka.clock.advance(2_000)
    kafka.log('t', 0).append(Array.from({ length: 2_048 }, () => 'large'))
    for (let i = 0; i < 3; i++) kafka.log('t', 0).append(['small'])
    member.call((membership) => membership.resume([place(0)]))
    await kafka.clock.advance(100)
    const [large, ...small] = turns
    expect(small).toHaveLength(3)
    for (const each of small) expect(each - large!).toBeGreaterThanOrEqual(2_048 / 512)
  })
})
