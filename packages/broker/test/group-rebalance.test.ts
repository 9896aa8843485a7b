import { describe, expect, test } from 'vitest'
import { bytes, groupHarness, stablePair } from './group-harness.ts'

describe('SyncGroup', () => {
  test('waits for the leader, then everyone gets their part', () => {
    const { join, joinTwice, sync, state } = groupHarness()
    const first = joinTwice()
    const second = joinTwice()
    join({ memberId: first.id })
    const parked = sync(second.id, 2)
    expect(parked.answer).toBeUndefined()
    const led = sync(first.id, 2, { [first.id]: 'p0', [second.id]: 'p1' })
    expect(led.answer).toMatchObject({ error: 'NONE', assignment: bytes('p0') })
    expect(parked.answer).toMatchObject({ error: 'NONE', assignment: bytes('p1') })
    expect(state()).toBe('Stable')
    expect(sync(second.id, 2).answer).toMatchObject({ assignment: bytes('p1') })
  })

  test('gives nothing to a member that the leader forgot', () => {
    const harness = groupHarness()
    const { id } = harness.joinTwice()
    expect(harness.sync(id, 1).answer).toMatchObject({ error: 'NONE', assignment: bytes('') })
  })

  test('refuses strangers, other generations and other protocols', () => {
    const harness = groupHarness()
    const { follower, generation } = stablePair(harness)
    expect(harness.sync('stranger', generation).answer!.error).toBe('UNKNOWN_MEMBER_ID')
    expect(harness.sync(follower, generation - 1).answer!.error).toBe('ILLEGAL_GENERATION')
    let error: string | undefined
    const request = { memberId: follower, groupInstanceId: null, generation, assignments: [] }
    harness.groups.sync('g', { ...request, protocolType: 'consumer', protocolName: 'sticky' }, (answer) => {
      error = answer.error
    })
    expect(error).toBe('INCONSISTENT_GROUP_PROTOCOL')
  })

  test('that is parked is answered with REBALANCE_IN_PROGRESS when the group rebalances', () => {
    const { join, joinTwice, sync } = groupHarness()
    const first = joinTwice()
    const second = joinTwice()
    join({ memberId: first.id })
    const parked = sync(second.id, 2)
    joinTwice()
    expect(parked.answer!.error).toBe('REBALANCE_IN_PROGRESS')
    expect(sync(second.id, 2).answer!.error).toBe('REBALANCE_IN_PROGRESS')
  })
})

describe('Heartbeat', () => {
  test('tells members of a rebalance, and keeps them in the group meanwhile', async () => {
    const harness = groupHarness()
    const { leader, follower, generation } = stablePair(harness)
    expect(harness.heartbeat(follower, generation)).toBe('NONE')
    harness.join({ memberId: leader })
    for (let i = 0; i < 4; i++) {
      await harness.clock.advance(900)
      expect(harness.heartbeat(follower, generation)).toBe('REBALANCE_IN_PROGRESS')
    }
    expect(harness.groups.get('g')!.members.size).toBe(2)
  })

  test('refuses strangers and other generations', () => {
    const harness = groupHarness()
    expect(harness.heartbeat('a', 1)).toBe('UNKNOWN_MEMBER_ID')
    const { follower, generation } = stablePair(harness)
    expect(harness.heartbeat('a', generation)).toBe('UNKNOWN_MEMBER_ID')
    expect(harness.heartbeat(follower, generation + 1)).toBe('ILLEGAL_GENERATION')
  })
})

describe('a member that is not heard of', () => {
  test('is out when its session ends, and the others rebalance', async () => {
    const harness = groupHarness()
    const { leader, follower, generation } = stablePair(harness)
    await harness.clock.advance(999)
    expect(harness.heartbeat(follower, generation)).toBe('NONE')
    await harness.clock.advance(1)
    expect(harness.heartbeat(follower, generation)).toBe('REBALANCE_IN_PROGRESS')
    expect(harness.heartbeat(leader, generation)).toBe('UNKNOWN_MEMBER_ID')
    expect(harness.join({ memberId: follower }).answer).toMatchObject({ generation: generation + 1, leader: follower })
  })

  test('leaves an empty group with the next generation when it was the last', async () => {
    const harness = groupHarness()
    const { id } = harness.joinTwice()
    harness.sync(id, 1)
    await harness.clock.advance(1_000)
    expect(harness.state()).toBe('Empty')
    expect(harness.groups.get('g')).toMatchObject({ generation: 2, protocolName: null, leaderId: null })
    expect(harness.clock.pendingTimers).toBe(0)
  })

  test('never expires while its own JoinGroup or SyncGroup waits', async () => {
    const { join, joinTwice, sync, heartbeat, clock, groups } = groupHarness()
    const first = joinTwice({ rebalanceTimeoutMs: 60_000 })
    const second = joinTwice({ rebalanceTimeoutMs: 60_000 })
    for (let i = 0; i < 10; i++) {
      await clock.advance(900)
      heartbeat(first.id, 1)
    }
    expect(groups.get('g')!.members.size).toBe(2)
    join({ memberId: first.id, rebalanceTimeoutMs: 60_000 })
    const parked = sync(second.id, 2)
    for (let i = 0; i < 10; i++) {
      await clock.advance(900)
      heartbeat(first.id, 2)
    }
    expect(parked.answer).toBeUndefined()
    expect(groups.get('g')!.members.size).toBe(2)
  })

  test('that never joins again is left behind at the rebalance timeout', async () => {
    const harness = groupHarness()
    const { leader, follower, generation } = stablePair(harness)
    const again = harness.join({ memberId: leader })
    for (let i = 0; i < 5; i++) {
      await harness.clock.advance(900)
      harness.heartbeat(follower, generation)
    }
    expect(again.answer).toBeUndefined()
    await harness.clock.advance(500)
    expect(again.answer).toMatchObject({ generation: generation + 1, leader })
    expect(harness.heartbeat(follower, generation)).toBe('UNKNOWN_MEMBER_ID')
  })

  test('that never syncs is left behind at the rebalance timeout', async () => {
    const { join, joinTwice, sync, heartbeat, clock, groups } = groupHarness()
    const first = joinTwice()
    const second = joinTwice()
    join({ memberId: first.id })
    sync(first.id, 2, {})
    for (let i = 0; i < 5; i++) {
      await clock.advance(900)
      heartbeat(first.id, 2)
      heartbeat(second.id, 2)
    }
    await clock.advance(500)
    expect([...groups.get('g')!.members.keys()]).toEqual([first.id])
    expect(heartbeat(first.id, 2)).toBe('REBALANCE_IN_PROGRESS')
  })
})

describe('LeaveGroup', () => {
  test('lets the others rebalance at once', () => {
    const harness = groupHarness()
    const { leader, follower, generation } = stablePair(harness)
    expect(harness.groups.leave('g', [{ memberId: leader, groupInstanceId: null }])).toEqual(['NONE'])
    expect(harness.heartbeat(follower, generation)).toBe('REBALANCE_IN_PROGRESS')
  })

  test('by all members leaves the group empty, and a stranger is told so', () => {
    const harness = groupHarness()
    const { leader, follower } = stablePair(harness)
    const leavers = [leader, 'stranger', follower].map((memberId) => ({ memberId, groupInstanceId: null }))
    expect(harness.groups.leave('g', leavers)).toEqual(['NONE', 'UNKNOWN_MEMBER_ID', 'NONE'])
    expect(harness.state()).toBe('Empty')
    expect(harness.clock.pendingTimers).toBe(0)
  })

  test('by one that was only given an id ends the wait for it', () => {
    const { join, joinTwice, sync, groups } = groupHarness()
    const first = joinTwice()
    sync(first.id, 1)
    const { memberId } = join().answer!
    const again = join({ memberId: first.id })
    groups.leave('g', [{ memberId, groupInstanceId: null }])
    expect(again.answer).toMatchObject({ generation: 2 })
  })

  test('completes a rebalance that waited for it', () => {
    const harness = groupHarness()
    const { leader, follower, generation } = stablePair(harness)
    const again = harness.join({ memberId: leader })
    harness.groups.leave('g', [{ memberId: follower, groupInstanceId: null }])
    expect(again.answer).toMatchObject({ generation: generation + 1 })
  })
})

test('closing ends all sessions and answers all that waits', () => {
  const { joinTwice, groups, clock } = groupHarness()
  joinTwice()
  const second = joinTwice()
  groups.close()
  expect(second.joined.answer!.error).toBe('UNKNOWN_MEMBER_ID')
  expect(clock.pendingTimers).toBe(0)
})
