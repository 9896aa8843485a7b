import { describe, expect, it } from 'vitest'
import { PartitaError } from '@partita/protocol'
import { MemberBench, memberOptions, messages } from './member-bench.ts'

describe('joining', () => {
  it('gives up where no broker can be reached', async () => {
    const bench = new MemberBench()
    const nothing = new PartitaError('CONNECTION_FAILED', 'nobody there', { retriable: true })
    bench.cluster.open = () => Promise.reject(nothing)
    await expect(bench.join()).rejects.toMatchObject({ code: 'CONNECTION_FAILED' })
    expect(bench.clock.pendingTimers).toBe(0)
  })

  it('gives up where the coordinator refuses for good', async () => {
    const bench = new MemberBench()
    bench.cluster.next('joinGroup', () => ({ errorCode: 23, memberId: '', members: [] }))
    await expect(bench.join()).rejects.toMatchObject({ code: 'INCONSISTENT_GROUP_PROTOCOL' })
    expect(bench.told).toEqual([])
  })

  it('is patient with a coordinator that is loading, or moving', async () => {
    const bench = new MemberBench()
    bench.cluster.next('joinGroup', () => ({ errorCode: 14, memberId: '', members: [] }))
    bench.cluster.next('joinGroup', () => ({ errorCode: 16, memberId: '', members: [] }))
    bench.cluster.next('syncGroup', () => ({ errorCode: 27 }))
    bench.cluster.next('offsetFetch', () => ({ errorCode: 14, responses: [] }))
    await bench.join()
    expect(bench.told).toEqual(['assigned 2 t-0@- t-1@-'])
  })

  it('as a static member is refused: kafkajs cannot say so', async () => {
    const bench = new MemberBench()
    const joining = bench.consumer.subscribe({ ...memberOptions, groupInstanceId: 'one' }, {} as never)
    await expect(joining).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })

  it('ends at once when the session is closed, and leaves with the id it was given', async () => {
    const bench = new MemberBench()
    bench.cluster.next('joinGroup', (_, carryOut) => carryOut())
    bench.cluster.next('joinGroup', () => new Promise(() => undefined))
    const joining = bench.consumer.subscribe(memberOptions, {} as never)
    joining.catch(() => undefined)
    await bench.clock.settle()
    await bench.consumer.close()
    await expect(joining).rejects.toMatchObject({ code: 'CLOSED' })
    expect(bench.cluster.requests<{ memberId: string }>('leaveGroup')).toEqual([{ groupId: 'g', memberId: 'm1' }])
    expect(bench.clock.pendingTimers).toBe(0)
  })

  it('is done again when the topic has grown: the leader of the group looks every five minutes', async () => {
    const bench = new MemberBench()
    await bench.join()
    bench.cluster.createTopic('t', 3)
    await bench.clock.advance(302_000)
    expect(bench.told.at(-1)).toBe('assigned 2 t-0@- t-1@- t-2@-')
  })
})

describe('a defect in the listener', () => {
  it('ends the membership, and says so', async () => {
    const bench = new MemberBench()
    bench.onRecords = () => {
      throw new TypeError('in the listener')
    }
    bench.cluster.append('t', 0, messages('a'))
    await bench.join()
    await bench.clock.settle()
    expect(bench.told.at(-1)).toMatch(/^failed UNEXPECTED in the listener/)
    expect(bench.cluster.requests('leaveGroup').length).toBe(1)
    expect(bench.clock.pendingTimers).toBe(0)
  })
})

describe('leaving', () => {
  it('takes no longer than two seconds, and tells the listener nothing more', async () => {
    const bench = new MemberBench()
    await bench.join()
    bench.cluster.next('leaveGroup', () => new Promise(() => undefined))
    const left = bench.member.leave()
    bench.cluster.append('t', 0, messages('late'))
    await bench.clock.advance(2_001)
    await left
    await bench.clock.advance(10_000)
    expect(bench.told).toEqual(['assigned 1 t-0@- t-1@-'])
    expect(bench.clock.pendingTimers).toBe(0)
  })
})
