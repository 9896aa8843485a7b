import { describe, expect, it } from 'vitest'
import { PartitaError } from '@partita/protocol'
import type { FetchRequest } from '../src/broker-api.ts'
import { MemberBench, messages } from './member-bench.ts'

const first = { topic: 't', partition: 0 }

/** Adds an error code to the answer for one partition. */
function refusing(partition: number, errorCode: number) {
  return async (_: never, carryOut: () => Promise<unknown>): Promise<unknown> => {
    const answer = (await carryOut()) as {
      responses: { partitions: { partition: number; errorCode: number; messages: unknown[] }[] }[]
    }
    for (const { partitions } of answer.responses) {
      for (const each of partitions) if (each.partition === partition) Object.assign(each, { errorCode, messages: [] })
    }
    return answer
  }
}

describe('an error of one partition', () => {
  it('leaves the records of the others in the same answer, and the group as it is', async () => {
    const bench = new MemberBench()
    for (const partition of [0, 1]) bench.cluster.append('t', partition, messages(`p${partition}`))
    bench.cluster.next('fetch', refusing(0, 6))
    await bench.join()
    expect(bench.lines('records')).toEqual(['records t-1 p1'])
    await bench.clock.advance(1_000)
    expect(bench.lines('records')).toEqual(['records t-1 p1', 'records t-0 p0'])
    expect(bench.cluster.requests('joinGroup').length).toBe(2)
  })

  it('of which nothing can come ends the membership and names it', async () => {
    const bench = new MemberBench()
    bench.cluster.next('fetch', refusing(1, 29))
    await bench.join()
    bench.cluster.append('t', 0, messages('a'))
    await bench.clock.settle()
    expect(bench.told.at(-1)).toMatch(/^failed TOPIC_AUTHORIZATION_FAILED .*topic t, partition 1/)
  })

  it('that says "not the leader" sends the fetch to the new one', async () => {
    const bench = new MemberBench([1, 2])
    await bench.join()
    bench.cluster.moveLeader('t', 0, 2)
    bench.cluster.append('t', 0, messages('a'))
    await bench.clock.advance(1_500)
    expect(bench.lines('records')).toEqual(['records t-0 a'])
    expect(bench.cluster.seen.filter(({ api }) => api === 'fetch').at(-1)!.nodeId).toBe(2)
  })
})

describe('an offset that the log does not have', () => {
  it('is reset as asked, without a commit', async () => {
    const bench = new MemberBench()
    bench.cluster.append('t', 0, [{ offset: '7', value: Buffer.from('h') }])
    bench.cluster.group.commits.set('t-0', { offset: '3', metadata: '' })
    await bench.join()
    await bench.clock.advance(60)
    expect(bench.lines('records')).toEqual(['records t-0 h'])
    expect(bench.cluster.requests('offsetCommit')).toEqual([])
  })

  it('ends the membership where there is no reset', async () => {
    const bench = new MemberBench()
    bench.cluster.append('t', 0, [{ offset: '7' }])
    for (const partition of [0, 1]) bench.cluster.group.commits.set(`t-${partition}`, { offset: '0', metadata: '' })
    await bench.join({ autoOffsetReset: 'none' })
    await bench.clock.settle()
    expect(bench.told.at(-1)).toMatch(/^failed OFFSET_OUT_OF_RANGE t-0 cannot be read on/)
  })
})

describe('a connection that breaks', () => {
  it('costs a pause, neither records nor repeats', async () => {
    const bench = new MemberBench()
    bench.cluster.append('t', 0, messages('a'))
    await bench.join()
    bench.cluster.next('fetch', () => {
      throw new PartitaError('CONNECTION_FAILED', 'gone', { retriable: true })
    })
    await bench.clock.advance(600)
    bench.cluster.append('t', 0, messages('b'))
    await bench.clock.advance(1_000)
    expect(bench.lines('records')).toEqual(['records t-0 a', 'records t-0 b'])
  })
})

describe('an answer that kafkajs cannot decode', () => {
  const tooLarge = (): never => {
    throw new PartitaError('UNSUPPORTED', 'a batch of so many records', { api: 'Fetch' })
  }

  it('ends the membership with the partition that is the reason, after the others were read', async () => {
    const bench = new MemberBench()
    bench.cluster.append('t', 0, messages('a'))
    bench.cluster.append('t', 1, messages('b'))
    const guilty = async (request: FetchRequest, carryOut: () => Promise<unknown>): Promise<unknown> =>
      request.topics.some((topic) => topic.partitions.some(({ partition }) => partition === 1))
        ? tooLarge()
        : carryOut()
    for (let i = 0; i < 4; i++) bench.cluster.next('fetch', guilty as never)
    await bench.join()
    await bench.clock.advance(600)
    expect(bench.lines('records')).toEqual(['records t-0 a'])
    expect(bench.told.at(-1)).toMatch(/^failed UNSUPPORTED .*topic t, partition 1/)
  })
})

describe('pause, resume and seek', () => {
  it('a pause from within a delivery neither repeats nor loses the batch', async () => {
    const bench = new MemberBench()
    bench.cluster.append('t', 0, messages('a', 'b'))
    bench.onRecords = () => {
      bench.member.pause([first])
      bench.member.resume([first])
    }
    bench.onRecords = (batch) => {
      // The member is known from the second batch on.
      if (batch.records[0]?.offset === 2) bench.member.pause([first])
    }
    await bench.join()
    bench.cluster.append('t', 0, messages('c'))
    await bench.clock.settle()
    bench.cluster.append('t', 0, messages('d'))
    await bench.clock.advance(2_000)
    expect(bench.lines('records')).toEqual(['records t-0 a,b', 'records t-0 c'])
    bench.member.resume([first])
    await bench.clock.advance(100)
    expect(bench.lines('records')).toEqual(['records t-0 a,b', 'records t-0 c', 'records t-0 d'])
  })

  it('resumed after all was paused, a partition is fetched at once', async () => {
    const bench = new MemberBench()
    await bench.join()
    bench.member.pause([first, { topic: 't', partition: 1 }])
    await bench.clock.advance(1_000)
    bench.cluster.append('t', 0, messages('a'))
    bench.member.resume([first])
    await bench.clock.settle()
    expect(bench.lines('records')).toEqual(['records t-0 a'])
  })

  it('a seek drops what is on its way from the old place', async () => {
    const bench = new MemberBench()
    bench.cluster.append('t', 0, messages('a', 'b', 'c'))
    let answer: (() => void) | undefined
    bench.cluster.next('fetch', async (_, carryOut) => {
      const carriedOut = await carryOut()
      await new Promise<void>((resolve) => (answer = resolve))
      return carriedOut
    })
    await bench.join()
    bench.member.seek(first, 2)
    answer!()
    await bench.clock.settle()
    expect(bench.lines('records')).toEqual(['records t-0 c'])
  })

  it('a slow broker does not hold up the partitions of another', async () => {
    const bench = new MemberBench([1, 2])
    bench.cluster.next('fetch', () => new Promise(() => undefined))
    await bench.join()
    bench.cluster.append('t', 0, messages('a'))
    bench.cluster.append('t', 1, messages('b'))
    await bench.clock.advance(600)
    expect(bench.lines('records').length).toBe(1)
  })
})

describe('a replica that is nearer', () => {
  it('is asked when the leader names it, and the leader again when it refuses', async () => {
    const bench = new MemberBench([1, 2])
    bench.cluster.next('fetch', async (_, carryOut) => {
      const answer = (await carryOut()) as { responses: { partitions: object[] }[] }
      Object.assign(answer.responses[0]!.partitions[0]!, { preferredReadReplica: 2 })
      return answer
    })
    await bench.join({ clientRack: 'here' })
    bench.cluster.append('t', 0, messages('a'))
    await bench.clock.advance(2_000)
    const asked = bench.cluster.seen.flatMap(({ api, nodeId, request }) =>
      api === 'fetch' && JSON.stringify(request).includes('"partition":0') ? [nodeId] : [],
    )
    expect(asked.slice(0, 3)).toEqual([1, 2, 1])
    expect(bench.lines('records')).toEqual(['records t-0 a'])
    expect(bench.cluster.requests<FetchRequest>('fetch')[0]!.rackId).toBe('here')
  })
})
