import { describe, expect, it } from 'vitest'
import { decodeSubscription, heartbeatApi, joinGroupApi } from '@partita/wire'
import { FakeKafka } from './fake-kafka.ts'
import { commitOf, joined } from './joined.ts'
import { Member, settled } from './member.ts'

describe('a cooperative rebalance', () => {
  it('drains what goes to another, while what stays is fetched and handed over', async () => {
    const { kafka, member } = await joined(2)
    let release = (): void => undefined
    member.onRevoked = () => new Promise((resolve) => (release = resolve))
    const other = new Member(kafka)
    const joining = other.join()
    await kafka.clock.advance(1_500)
    expect(member.events).toEqual(['assigned t-0,t-1 in 1', 'revoked t-1'])
    kafka.log('t', 0).append(['stays'])
    kafka.log('t', 1).append(['goes'])
    await kafka.clock.advance(3_000)
    expect(Object.fromEntries(member.values)).toEqual({ 't-0': ['stays'] })
    expect(other.events).toEqual([])
    // The generation that the partition is given up in is the present one: what was finished can be committed.
    await settled(kafka, member.membership.commit([commitOf(1, 0, 'drained')]))
    release()
    await settled(kafka, joining)
    await kafka.clock.advance(1_000)
    expect(other.events).toEqual(['assigned t-1 in 3'])
    expect(other.assignments[0]!.committed).toEqual({ offset: 0, metadata: 'drained' })
    expect(Object.fromEntries(other.values)).toEqual({ 't-1': ['goes'] })
    expect(member.events).toEqual(['assigned t-0,t-1 in 1', 'revoked t-1'])
    expect([member.membership.epoch, other.membership.epoch]).toEqual([3, 3])
    await expect(member.membership.commit([commitOf(1, 1)])).rejects.toMatchObject({ code: 'PARTITION_LOST' })
    await settled(kafka, member.membership.commit([commitOf(0, 1)]))
  })

  it('tells in which generation it owns what', async () => {
    const { kafka, member } = await joined(2)
    await settled(kafka, new Member(kafka).join())
    await kafka.clock.advance(2_000)
    const mine = kafka.requests(joinGroupApi).filter(({ memberId }) => memberId === member.membership.memberId)
    const claims = mine.map(({ protocols }) => decodeSubscription(protocols[0]!.metadata))
    expect(claims.map(({ ownedPartitions, generationId }) => [ownedPartitions, generationId])).toEqual([
      [[], -1],
      [[{ topic: 't', partitions: [0, 1] }], 1],
      [[{ topic: 't', partitions: [0] }], 2],
    ])
  })

  it('waits for the drain no longer than the group does, keeps its heartbeats, and calls the rest lost', async () => {
    const { kafka, member } = await joined(2)
    member.onRevoked = () => new Promise(() => undefined)
    const other = new Member(kafka)
    await settled(kafka, other.join())
    const before = kafka.clock.monotonic()
    await kafka.clock.advanceUntil(() => member.events.length === 3)
    expect(member.events.slice(1)).toEqual(['revoked t-1', 'lost t-1'])
    expect(kafka.clock.monotonic() - before).toBeLessThanOrEqual(20_000)
    expect(kafka.requests(heartbeatApi).length).toBeGreaterThan(15)
    await kafka.clock.advance(2_000)
    expect(other.events).toEqual(['assigned t-1 in 3'])
    expect(kafka.group.members.size).toBe(2)
  })

  it('hands everything over when a member leaves, at once', async () => {
    const { kafka, member } = await joined(2)
    const other = await settled(kafka, new Member(kafka).join())
    await kafka.clock.advance(2_000)
    await settled(kafka, member.membership.leave())
    await kafka.clock.advance(1_200)
    expect(other.events).toEqual(['assigned t-1 in 3', 'assigned t-0 in 4'])
    await expect(member.membership.commit([commitOf(0, 1)])).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('deals out anew when a topic has grown, which only the leader looks for', async () => {
    const { kafka, member } = await joined(1)
    const more = kafka.createTopic('u', 1)
    kafka.topics.get('t')!.push(...more)
    await kafka.clock.advance(301_000)
    expect(member.events).toEqual(['assigned t-0 in 1', 'assigned t-1 in 2'])
  })
})

describe('an eager rebalance', () => {
  it('gives up everything before it joins again', async () => {
    const kafka = new FakeKafka()
    kafka.createTopic('t', 2)
    const range = { partitionAssignmentStrategy: ['range'] } as const
    const member = await settled(kafka, new Member(kafka).join(range))
    const other = await settled(kafka, new Member(kafka).join(range))
    await kafka.clock.advance(100)
    expect(member.events).toEqual(['assigned t-0,t-1 in 1', 'revoked t-0,t-1', 'assigned t-0 in 2'])
    expect(other.events).toEqual(['assigned t-1 in 2'])
  })
})
