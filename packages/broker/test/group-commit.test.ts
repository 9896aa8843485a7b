import { describe, expect, test } from 'vitest'
import { Group } from '../src/groups/group.ts'
import type { MemberIdentity } from '../src/groups/group-requests.ts'
import { type GroupHarness, groupHarness, stablePair } from './group-harness.ts'

const nobody: MemberIdentity = { memberId: '', groupInstanceId: null, generation: -1 }

function commit({ groups }: GroupHarness, who: Partial<MemberIdentity>): string {
  const group = groups.openForCommit('g', { ...nobody, ...who })
  return group instanceof Group ? 'NONE' : group
}

describe('a commit', () => {
  test('from outside makes the group, and is good while nobody is in it', () => {
    const harness = groupHarness()
    expect(commit(harness, {})).toBe('NONE')
    expect(harness.state()).toBe('Empty')
    const { id } = harness.joinTwice()
    expect(commit(harness, {})).toBe('UNKNOWN_MEMBER_ID')
    harness.groups.leave('g', [{ memberId: id, groupInstanceId: null }])
    expect(commit(harness, {})).toBe('NONE')
  })

  test('of a member needs its generation', () => {
    const harness = groupHarness()
    const { follower, generation } = stablePair(harness)
    expect(commit(harness, { memberId: follower, generation })).toBe('NONE')
    expect(commit(harness, { memberId: follower, generation: generation - 1 })).toBe('ILLEGAL_GENERATION')
    expect(commit(harness, { memberId: 'stranger', generation })).toBe('UNKNOWN_MEMBER_ID')
    expect(commit(harness, { memberId: follower, generation, groupInstanceId: 'x' })).toBe('UNKNOWN_MEMBER_ID')
  })

  test('is good while members prepare to rebalance, and not while assignments are awaited', () => {
    const harness = groupHarness()
    const { leader, follower, generation } = stablePair(harness)
    harness.join({ memberId: leader })
    expect(commit(harness, { memberId: follower, generation })).toBe('NONE')
    harness.join({ memberId: follower })
    expect(commit(harness, { memberId: follower, generation: generation + 1 })).toBe('REBALANCE_IN_PROGRESS')
  })

  test('counts as a sign of life', async () => {
    const harness = groupHarness()
    const { follower, generation } = stablePair(harness)
    await harness.clock.advance(900)
    commit(harness, { memberId: follower, generation })
    await harness.clock.advance(900)
    expect([...harness.groups.get('g')!.members.keys()]).toEqual([follower])
  })

  test('of a generation of a group that does not exist is refused', () => {
    expect(commit(groupHarness(), { memberId: 'm', generation: 3 })).toBe('GROUP_ID_NOT_FOUND')
  })
})

describe('a group', () => {
  test('is deleted only when it is empty', () => {
    const harness = groupHarness()
    expect(harness.groups.delete('g')).toBe('GROUP_ID_NOT_FOUND')
    const { leader, follower } = stablePair(harness)
    expect(harness.groups.delete('g')).toBe('NON_EMPTY_GROUP')
    harness.groups.leave(
      'g',
      [leader, follower].map((memberId) => ({ memberId, groupInstanceId: null })),
    )
    expect(harness.groups.delete('g')).toBe('NONE')
    expect(harness.state()).toBeUndefined()
  })

  test('forgets what it committed for a topic that is deleted', () => {
    const { groups } = groupHarness()
    const group = groups.openForCommit('g', nobody) as Group
    group.offsets.set('a', 0, { offset: 1, leaderEpoch: -1, metadata: '' })
    group.offsets.set('b', 0, { offset: 2, leaderEpoch: 3, metadata: 'm' })
    groups.forgetTopic('a')
    expect([...group.offsets.all()]).toEqual([{ topic: 'b', partition: 0, offset: 2, leaderEpoch: 3, metadata: 'm' }])
  })
})
