import { describe, expect, test } from 'vitest'
import { bytes, type GroupHarness, groupHarness } from './group-harness.ts'

/** A static leader and a static follower of one stable generation. */
function staticPair(harness: GroupHarness): { leader: string; follower: string } {
  const first = harness.join({ groupInstanceId: 'one' })
  const second = harness.join({ groupInstanceId: 'two' })
  const leader = first.answer!.memberId
  harness.join({ groupInstanceId: 'one', memberId: leader })
  const follower = second.answer!.memberId
  harness.sync(follower, 2, {}, 'two')
  harness.sync(leader, 2, { [leader]: 'L', [follower]: 'F' }, 'one')
  expect(harness.state()).toBe('Stable')
  return { leader, follower }
}

describe('a static member', () => {
  test('is admitted without being given an id first', () => {
    const { answer } = groupHarness().join({ groupInstanceId: 'one' })
    expect(answer).toMatchObject({ error: 'NONE', generation: 1 })
    expect(answer!.memberId).toMatch(/^one-/)
  })

  test('takes its place again after a restart, without a rebalance, and keeps its assignment', () => {
    const harness = groupHarness()
    const { leader, follower } = staticPair(harness)
    const { answer } = harness.join({ groupInstanceId: 'two' })
    expect(answer).toMatchObject({ error: 'NONE', generation: 2, leader, members: [] })
    expect(harness.state()).toBe('Stable')
    expect(harness.sync(answer!.memberId, 2, {}, 'two').answer).toMatchObject({ assignment: bytes('F') })
    expect(harness.heartbeat(follower, 2, 'two')).toBe('FENCED_INSTANCE_ID')
  })

  test('that led is told to leave the assignment as it is, where it can be told', () => {
    const harness = groupHarness()
    const { leader } = staticPair(harness)
    const { answer } = harness.join({ groupInstanceId: 'one' })
    expect(answer).toMatchObject({ generation: 2, skipAssignment: true, leader: answer!.memberId })
    expect(answer!.memberId).not.toBe(leader)
    expect(answer!.members).toHaveLength(2)
  })

  test('that led takes itself for a follower in older versions', () => {
    const harness = groupHarness()
    const { leader } = staticPair(harness)
    const { answer } = harness.join({ groupInstanceId: 'one', canSkipAssignment: false })
    expect(answer).toMatchObject({ generation: 2, skipAssignment: false, leader, members: [] })
  })

  test('whose successor is there is fenced, also where its JoinGroup waits', () => {
    const { join } = groupHarness()
    const first = join({ groupInstanceId: 'one' }).answer!.memberId
    const parked = join({ groupInstanceId: 'two' })
    join({ groupInstanceId: 'two' })
    expect(parked.answer!.error).toBe('FENCED_INSTANCE_ID')
    expect(join({ groupInstanceId: 'two', memberId: first }).answer!.error).toBe('FENCED_INSTANCE_ID')
    expect(join({ groupInstanceId: 'three', memberId: first }).answer!.error).toBe('UNKNOWN_MEMBER_ID')
  })

  test('that is away at the rebalance timeout stays until its session ends', async () => {
    const harness = groupHarness()
    const slow = { groupInstanceId: 'one', sessionTimeoutMs: 30_000 }
    const first = harness.join(slow).answer!.memberId
    harness.sync(first, 1, {}, 'one')
    const { joined, id } = harness.joinTwice()
    await harness.clock.advance(5_000)
    expect(joined.answer).toMatchObject({ error: 'NONE', generation: 2, leader: id })
    expect(joined.answer!.members).toHaveLength(2)
    expect(harness.heartbeat(first, 1, 'one')).toBe('ILLEGAL_GENERATION')
  })

  test('is removed by its instance id', () => {
    const harness = groupHarness()
    staticPair(harness)
    expect(harness.groups.leave('g', [{ memberId: '', groupInstanceId: 'two' }])).toEqual(['NONE'])
    expect(harness.groups.leave('g', [{ memberId: '', groupInstanceId: 'nobody' }])).toEqual(['UNKNOWN_MEMBER_ID'])
    expect(harness.groups.leave('g', [{ memberId: 'other', groupInstanceId: 'one' }])).toEqual(['FENCED_INSTANCE_ID'])
  })

  test('all of whom are away at the rebalance timeout are waited for until their sessions end', async () => {
    const harness = groupHarness()
    const request = { groupInstanceId: 'one', sessionTimeoutMs: 12_000 }
    const first = harness.join(request).answer!.memberId
    harness.sync(first, 1, {}, 'one')
    const { id } = harness.joinTwice()
    harness.groups.leave('g', [{ memberId: id, groupInstanceId: null }])
    await harness.clock.advance(11_999)
    expect(harness.state()).toBe('PreparingRebalance')
    await harness.clock.advance(1)
    expect(harness.state()).toBe('Empty')
  })
})
