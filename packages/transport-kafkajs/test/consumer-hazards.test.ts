import { describe, expect, it } from 'vitest'
import type { FetchRequest } from '../src/broker-api.ts'
import { MemberBench, messages } from './member-bench.ts'

const partitions = [0, 1].map((partition) => ({ topic: 't', partition }))

describe('a rebalance', () => {
  it('waits for the drain before the member joins again, and keeps it alive meanwhile', async () => {
    const bench = new MemberBench()
    const { clock, cluster } = bench
    await bench.join()
    let drained: (() => void) | undefined
    bench.onRevoked = () => new Promise((resolve) => (drained = resolve))
    bench.rebalance()
    await clock.advance(1_001)
    expect(bench.told.at(-1)).toBe('revoked t-0 t-1')
    const [joins, beats] = [cluster.requests('joinGroup').length, cluster.requests('heartbeat').length]
    await clock.advance(12_000)
    expect(cluster.requests('joinGroup').length).toBe(joins)
    expect(cluster.requests('heartbeat').length).toBe(beats + 12)
    await bench.member.commit([{ topic: 't', partition: 0, offset: 5, metadata: 'done' }])
    drained!()
    await clock.settle()
    expect(bench.told.slice(-2)).toEqual(['drained', 'assigned 2 t-0@5 t-1@-'])
    expect(bench.lines('lost')).toEqual([])
  })

  it('does not wait past the rebalance timeout: what was not drained is lost', async () => {
    const bench = new MemberBench()
    await bench.join()
    bench.onRevoked = () => new Promise(() => undefined)
    bench.rebalance()
    await bench.clock.advance(1_001)
    await bench.clock.advance(17_900)
    expect(bench.lines('lost')).toEqual([])
    await bench.clock.advance(200)
    expect(bench.told.slice(-2)).toEqual(['lost t-0 t-1', 'assigned 2 t-0@- t-1@-'])
  })

  it('whose drain fails goes on all the same', async () => {
    const bench = new MemberBench()
    await bench.join()
    bench.onRevoked = () => Promise.reject(new Error('in the drain'))
    bench.rebalance()
    await bench.clock.advance(1_001)
    expect(bench.told.at(-1)).toBe('assigned 2 t-0@- t-1@-')
  })

  it('drops what was still on its way for the old assignment', async () => {
    const bench = new MemberBench()
    await bench.join()
    let answer: (() => void) | undefined
    bench.cluster.next('fetch', async (_, carryOut) => {
      await new Promise<void>((resolve) => (answer = resolve))
      return carryOut()
    })
    await bench.clock.advance(501)
    bench.cluster.append('t', 0, messages('late'))
    bench.rebalance()
    await bench.clock.advance(1_001)
    expect(bench.lines('assigned').length).toBe(2)
    expect(bench.lines('records')).toEqual([])
    answer!()
    await bench.clock.advance(501)
    expect(bench.lines('records')).toEqual(['records t-0 late'])
  })
})

describe('the partitions are lost', () => {
  it('when the coordinator no longer knows the member, which then joins as a new one', async () => {
    const bench = new MemberBench()
    await bench.join()
    bench.cluster.group.heartbeatCode = 25
    await bench.clock.advance(1_001)
    expect(bench.told.slice(-2)).toEqual(['lost t-0 t-1', 'assigned 2 t-0@- t-1@-'])
    expect(bench.cluster.requests<{ memberId: string }>('joinGroup').map(({ memberId }) => memberId)).toEqual([
      '',
      'm1',
      '',
      'm2',
    ])
  })

  it('when the group has moved on without it', async () => {
    const bench = new MemberBench()
    await bench.join()
    bench.cluster.group.heartbeatCode = 22
    await bench.clock.advance(1_001)
    expect(bench.told.slice(-2)).toEqual(['lost t-0 t-1', 'assigned 2 t-0@- t-1@-'])
    expect(bench.cluster.requests<{ memberId: string }>('joinGroup').at(-1)!.memberId).toBe('m1')
  })

  it('when the coordinator was not heard of for the session timeout, though nobody said so', async () => {
    const bench = new MemberBench()
    await bench.join()
    bench.cluster.next('heartbeat', () => new Promise(() => undefined))
    await bench.clock.advance(10_001)
    expect(bench.lines('lost')).toEqual([])
    await bench.clock.advance(2_000)
    expect(bench.told.slice(-2)).toEqual(['lost t-0 t-1', 'assigned 2 t-0@- t-1@-'])
    // A coordinator that was away itself still knows the member, and waits for it.
    const ids = bench.cluster.requests<{ memberId: string }>('joinGroup').map(({ memberId }) => memberId)
    expect(ids).toEqual(['', 'm1', 'm1'])
  })

  it('when a commit is answered so', async () => {
    const bench = new MemberBench()
    await bench.join()
    bench.cluster.group.generation++
    const commit = bench.member.commit([{ topic: 't', partition: 0, offset: 1, metadata: '' }])
    await expect(commit).rejects.toMatchObject({ code: 'ILLEGAL_GENERATION' })
    await bench.clock.settle()
    expect(bench.lines('lost')).toEqual(['lost t-0 t-1'])
  })

  it('also while they are being drained: nobody waits for the drain then', async () => {
    const bench = new MemberBench()
    await bench.join()
    bench.onRevoked = () => new Promise(() => undefined)
    bench.rebalance()
    await bench.clock.advance(1_001)
    bench.cluster.group.heartbeatCode = 25
    await bench.clock.advance(1_001)
    expect(bench.told.slice(-3)).toEqual(['revoked t-0 t-1', 'lost t-0 t-1', 'assigned 2 t-0@- t-1@-'])
  })
})

describe('heartbeats', () => {
  it('go on by themselves: nothing fetched, everything paused, no handler that returns', async () => {
    const bench = new MemberBench()
    await bench.join()
    bench.member.pause(partitions)
    await bench.clock.advance(600)
    const [fetches, beats] = [bench.cluster.requests('fetch').length, bench.cluster.requests('heartbeat').length]
    await bench.clock.advance(30_000)
    expect(bench.cluster.requests('heartbeat').length - beats).toBe(30)
    expect(bench.cluster.requests('fetch').length - fetches).toBe(0)
    expect(bench.lines('lost')).toEqual([])
  })

  it('look for another coordinator when theirs has moved', async () => {
    const bench = new MemberBench()
    await bench.join()
    const found = bench.cluster.requests('findGroupCoordinator').length
    bench.cluster.next('heartbeat', () => ({ errorCode: 16 }))
    await bench.clock.advance(2_001)
    expect(bench.cluster.requests('findGroupCoordinator').length).toBe(found + 1)
    expect(bench.lines('lost')).toEqual([])
  })
})

describe('commits', () => {
  const commit = { topic: 't', partition: 0, offset: 1, metadata: 'm' }

  it('are made by nobody else: neither a record that was handed over nor an offset that was reset is committed', async () => {
    const bench = new MemberBench()
    bench.cluster.append('t', 0, [{ offset: '5', value: Buffer.from('a') }])
    bench.cluster.group.commits.set('t-0', { offset: '2', metadata: '' })
    await bench.join()
    await bench.clock.advance(60_000)
    expect(bench.lines('records')).toEqual(['records t-0 a'])
    expect(bench.cluster.requests('offsetCommit')).toEqual([])
    expect(bench.cluster.group.commits.get('t-0')).toEqual({ offset: '2', metadata: '' })
  })

  it('for a partition of others are refused before they reach the coordinator, which would take them', async () => {
    const bench = new MemberBench()
    await bench.join()
    await expect(bench.member.commit([{ ...commit, partition: 9 }])).rejects.toMatchObject({ code: 'PARTITION_LOST' })
    expect(bench.cluster.requests('offsetCommit')).toEqual([])
  })

  it('that fail in a way that passes are tried again, and no newer one overtakes them', async () => {
    const bench = new MemberBench()
    await bench.join()
    bench.cluster.next('offsetCommit', () => ({
      responses: [{ topic: 't', partitions: [{ partition: 0, errorCode: 14 }] }],
    }))
    const both = Promise.all([bench.member.commit([commit]), bench.member.commit([{ ...commit, offset: 2 }])])
    await bench.clock.advance(1_000)
    await both
    expect(bench.cluster.group.commits.get('t-0')).toEqual({ offset: '2', metadata: 'm' })
    const offsets = bench.cluster
      .requests<{ topics: { partitions: { offset: string }[] }[] }>('offsetCommit')
      .map(({ topics }) => topics[0]!.partitions[0]!.offset)
    expect(offsets).toEqual(['1', '1', '2'])
  })

  it('that are too long fail for good', async () => {
    const bench = new MemberBench()
    await bench.join()
    bench.cluster.next('offsetCommit', () => ({
      responses: [{ topic: 't', partitions: [{ partition: 0, errorCode: 12 }] }],
    }))
    await expect(bench.member.commit([commit])).rejects.toMatchObject({
      code: 'OFFSET_METADATA_TOO_LARGE',
      retriable: false,
    })
  })

  it('after leaving are refused', async () => {
    const bench = new MemberBench()
    await bench.join()
    await bench.member.leave()
    await expect(bench.member.commit([commit])).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

describe('requests of the fetch', () => {
  it('go on without the paused partition, and come back soon enough for it to join', async () => {
    const bench = new MemberBench()
    await bench.join()
    bench.member.pause([partitions[0]!])
    await bench.clock.advance(501)
    const last = bench.cluster.requests<FetchRequest>('fetch').at(-1)!
    expect(last.topics.flatMap((topic) => topic.partitions.map(({ partition }) => partition))).toEqual([1])
    expect(last.maxWaitTime).toBe(50)
    bench.member.resume([partitions[0]!])
    await bench.clock.advance(51)
    expect(bench.cluster.requests<FetchRequest>('fetch').at(-1)).toMatchObject({ maxWaitTime: 500 })
  })
})
