import { describe, expect, test } from 'vitest'
import { bytes, groupHarness, stablePair } from './group-harness.ts'

describe('a member that joins', () => {
  test('is given an id first, and has to come back with it', () => {
    const { join, state } = groupHarness()
    const { answer } = join({ clientId: 'billing' })
    expect(answer).toMatchObject({ error: 'MEMBER_ID_REQUIRED', generation: -1 })
    expect(answer!.memberId).toMatch(/^billing-[0-9a-f]{32}$/)
    expect(state()).toBe('Empty')
  })

  test('leads the first generation where it is alone', () => {
    const { joinTwice, state } = groupHarness()
    const { id, joined } = joinTwice()
    expect(joined.answer).toMatchObject({
      error: 'NONE',
      generation: 1,
      leader: id,
      memberId: id,
      protocolName: 'range',
    })
    expect(joined.answer!.members).toEqual([{ memberId: id, groupInstanceId: null, metadata: bytes('topics') }])
    expect(state()).toBe('CompletingRebalance')
  })

  test('is admitted at once in versions that know no required id', () => {
    const { join } = groupHarness()
    expect(join({ requiresKnownMemberId: false }).answer).toMatchObject({ error: 'NONE', generation: 1 })
  })

  test('makes the others join again, and only the leader hears of all', () => {
    const { join, joinTwice } = groupHarness()
    const first = joinTwice()
    const second = joinTwice()
    expect(second.joined.answer).toBeUndefined()
    const again = join({ memberId: first.id })
    expect(again.answer).toMatchObject({ generation: 2, leader: first.id })
    expect(again.answer!.members.map(({ memberId }) => memberId)).toEqual([first.id, second.id])
    expect(second.joined.answer).toMatchObject({ generation: 2, leader: first.id, members: [] })
  })

  test('is waited for from the moment it was given an id', () => {
    const { join, joinTwice, sync } = groupHarness()
    const first = joinTwice()
    sync(first.id, 1)
    const { memberId } = join().answer!
    const again = join({ memberId: first.id })
    expect(again.answer).toBeUndefined()
    join({ memberId })
    expect(again.answer).toMatchObject({ generation: 2 })
  })

  test('is not waited for any longer when its session passes before it comes back with its id', async () => {
    const { join, joinTwice, sync, clock } = groupHarness()
    const first = joinTwice({ sessionTimeoutMs: 3_000 })
    sync(first.id, 1)
    join({ sessionTimeoutMs: 1_000 })
    const again = join({ memberId: first.id })
    await clock.advance(999)
    expect(again.answer).toBeUndefined()
    await clock.advance(1)
    expect(again.answer).toMatchObject({ generation: 2 })
  })
})

test('a group that nobody came to in the end is forgotten', async () => {
  const { join, clock, state } = groupHarness()
  join()
  expect(state()).toBe('Empty')
  await clock.advance(1_000)
  expect(state()).toBeUndefined()
})

describe('a join is refused', () => {
  test('without a group id', () => {
    const { groups } = groupHarness()
    let error: string | undefined
    groups.join('', {} as never, (answer) => {
      error = answer.error
    })
    expect(error).toBe('INVALID_GROUP_ID')
  })

  test('with a session timeout out of range, and leaves no group behind', () => {
    const { join, state } = groupHarness()
    expect(join({ sessionTimeoutMs: 99 }).answer!.error).toBe('INVALID_SESSION_TIMEOUT')
    expect(join({ sessionTimeoutMs: 60_001 }).answer!.error).toBe('INVALID_SESSION_TIMEOUT')
    expect(state()).toBeUndefined()
  })

  test('with an id that nobody was given', () => {
    const { join, joinTwice } = groupHarness()
    expect(join({ memberId: 'stranger' }).answer!.error).toBe('UNKNOWN_MEMBER_ID')
    joinTwice()
    expect(join({ memberId: 'stranger' }).answer!.error).toBe('UNKNOWN_MEMBER_ID')
  })

  test('with a protocol that not all members share, of another type, or without any', () => {
    const { join, joinTwice } = groupHarness()
    expect(join({ protocols: [] }).answer!.error).toBe('INCONSISTENT_GROUP_PROTOCOL')
    joinTwice()
    const other = { protocols: [{ name: 'sticky', metadata: bytes('') }] }
    expect(join(other).answer!.error).toBe('INCONSISTENT_GROUP_PROTOCOL')
    expect(join({ protocolType: 'connect' }).answer!.error).toBe('INCONSISTENT_GROUP_PROTOCOL')
  })

  test('when the group is full', () => {
    const { join, joinTwice } = groupHarness({ maxSize: 1 })
    const { id } = joinTwice()
    expect(join().answer!.error).toBe('GROUP_MAX_SIZE_REACHED')
    expect(join({ memberId: id }).answer!.error).toBe('NONE')
  })
})

describe('a member that joins again', () => {
  test('gets the present generation while assignments are awaited and it says nothing new', () => {
    const { join, joinTwice } = groupHarness()
    const { id } = joinTwice()
    expect(join({ memberId: id }).answer).toMatchObject({ generation: 1 })
  })

  test('starts a rebalance when it leads, or says something new; else not', () => {
    const harness = groupHarness()
    const { leader, follower, generation } = stablePair(harness)
    expect(harness.join({ memberId: follower }).answer).toMatchObject({ generation, members: [] })
    expect(harness.state()).toBe('Stable')
    expect(harness.join({ memberId: leader }).answer).toBeUndefined()
    expect(harness.state()).toBe('PreparingRebalance')
    expect(harness.join({ memberId: follower }).answer).toMatchObject({ generation: generation + 1 })
  })

  test('starts a rebalance when its metadata changed', () => {
    const harness = groupHarness()
    const { follower } = stablePair(harness)
    const protocols = [{ name: 'range', metadata: bytes('other topics') }]
    expect(harness.join({ memberId: follower, protocols }).answer).toBeUndefined()
    expect(harness.state()).toBe('PreparingRebalance')
  })

  test('is answered on its new connection; the parked request of the lost one is told to join again', () => {
    const { join, joinTwice } = groupHarness()
    const first = joinTwice()
    const second = joinTwice()
    const retry = join({ memberId: second.id })
    expect(second.joined.answer).toMatchObject({ error: 'REBALANCE_IN_PROGRESS' })
    join({ memberId: first.id })
    expect(retry.answer).toMatchObject({ error: 'NONE', generation: 2 })
  })
})

test('the protocol that most members like best is elected, of those that all speak', () => {
  const { join, joinTwice } = groupHarness()
  const named = (...names: string[]) => ({ protocols: names.map((name) => ({ name, metadata: bytes(name) })) })
  const first = joinTwice(named('a', 'b', 'c'))
  joinTwice(named('only', 'c', 'b'))
  joinTwice(named('c', 'b'))
  expect(join({ memberId: first.id, ...named('a', 'b', 'c') }).answer).toMatchObject({ protocolName: 'c' })
})

test('the first members gather for group.initial.rebalance.delay.ms, each giving the next one time', async () => {
  const { join, clock } = groupHarness({ initialRebalanceDelayMs: 300 })
  const anonymous = { requiresKnownMemberId: false, rebalanceTimeoutMs: 1_000 }
  const first = join(anonymous)
  await clock.advance(250)
  const second = join(anonymous)
  await clock.advance(250)
  expect(first.answer).toBeUndefined()
  await clock.advance(50)
  expect(first.answer).toMatchObject({ generation: 1 })
  expect(second.answer).toMatchObject({ generation: 1 })
})
