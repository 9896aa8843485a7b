import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AssignorMember } from '../src/consumer-groups/assignors/assignor.ts'
import { assignRanges } from '../src/consumer-groups/assignors/range.ts'
import { assignUniformly } from '../src/consumer-groups/assignors/uniform.ts'
import { compileTopicPattern } from '../src/consumer-groups/topic-pattern.ts'
import { consumerGroupHarness, type TestMember } from './consumer-group-harness.ts'

const all = ['t-0', 't-1', 't-2', 't-3']

/** Two members that have halves of the four partitions. */
function pair(harness = consumerGroupHarness()) {
  const [a, b] = [harness.member('a'), harness.member('b')]
  a.join()
  a.settle()
  b.join()
  harness.settle([a, b])
  return { ...harness, a, b }
}

describe('joining and reconciling', () => {
  test('the first member has everything at once, and its epoch is the group’s', () => {
    const { member, state, groups } = consumerGroupHarness()
    const a = member('a')
    a.join()
    expect(a).toMatchObject({ epoch: 1, assigned: all })
    expect(state()).toBe('Stable')
    expect(groups.get('g')?.consumers).toMatchObject({ epoch: 1, assignmentEpoch: 1, assignor: 'uniform' })
  })

  test('a partition goes to its new owner only when the old one has said that it gave it up', () => {
    const { member, state } = consumerGroupHarness()
    const [a, b] = [member('a'), member('b')]
    a.join()
    a.settle()
    b.join()
    expect(b).toMatchObject({ epoch: 2, assigned: [] })
    expect(state()).toBe('Reconciling')
    a.beat()
    expect(a.assigned).toHaveLength(2)
    expect(a.epoch, 'it stays in its epoch until it has given up').toBe(1)
    b.beat()
    expect(b.assigned).toEqual([])
    a.beat()
    expect(a.epoch, 'it still owns them').toBe(1)
    a.settle()
    a.beat()
    expect(a.epoch).toBe(2)
    b.beat()
    expect([...a.assigned, ...b.assigned].toSorted()).toEqual(all)
    expect(state()).toBe('Stable')
  })

  test('a heartbeat that brings nothing new is answered without an assignment, a full one with it', () => {
    const { a } = pair()
    expect(a.beat({ topicPartitions: null })).toMatchObject({ assignment: null })
    expect(a.beat({ rebalanceTimeoutMs: 500, subscribedTopicNames: ['t'] })).toMatchObject({
      assignment: [{ partitions: [expect.any(Number), expect.any(Number)] }],
    })
  })

  test('when a member leaves, the others have what it had', () => {
    const { a, b, settle, state } = pair()
    b.leave()
    settle([a])
    expect(a.assigned).toEqual(all)
    a.leave()
    expect(state()).toBe('Empty')
  })

  test('topics that come, grow or go are dealt out anew', () => {
    const { member, topics, settle } = consumerGroupHarness()
    const a = member('a', { subscribedTopicNames: ['t', 'later'] })
    a.join()
    topics.set('later', 1)
    settle([a])
    expect(a.owned).toEqual(['later-0', ...all])
    topics.set('t', 5)
    settle([a])
    expect(a.owned).toEqual(['later-0', ...all, 't-4'])
    topics.delete('t')
    settle([a])
    expect(a.owned).toEqual(['later-0'])
    expect(a.epoch).toBe(4)
  })

  test('a member that changes what it subscribes to bumps the group’s epoch', () => {
    const { a, b, topics, settle } = pair()
    topics.set('u', 2)
    a.beat({ subscribedTopicNames: ['u'] })
    settle([a, b])
    expect(a.owned).toEqual(['u-0', 'u-1'])
    expect(b.owned).toEqual(all)
  })

  test('a subscribed expression matches whole names, of topics that come later too', () => {
    const { member, topics, settle } = consumerGroupHarness({ 'a-1': 1, 'a-12': 1 })
    const a = member('a', { subscribedTopicNames: null, subscribedTopicRegex: 'x[0-9]' })
    a.join()
    expect(a.assigned).toEqual([])
    topics.set('x1', 1)
    topics.set('x12', 1)
    settle([a])
    expect(a.owned).toEqual(['x1-0'])
  })

  test('the assignor that most members ask for is taken', () => {
    const { member, settle, groups } = consumerGroupHarness({ t: 3, u: 3 })
    const wish = { subscribedTopicNames: ['t', 'u'], serverAssignor: 'range' }
    const [a, b, c] = [member('a', wish), member('b', wish), member('c', { ...wish, serverAssignor: 'uniform' })]
    for (const each of [a, b, c]) each.join()
    settle([a, b, c])
    expect(groups.get('g')?.consumers?.assignor).toBe('range')
    expect([a.owned, b.owned, c.owned]).toEqual([
      ['t-0', 'u-0'],
      ['t-1', 'u-1'],
      ['t-2', 'u-2'],
    ])
  })
})

describe('fencing', () => {
  test('a member that is not heard of for the session timeout is out, and hears so', async () => {
    const { a, b, clock, settle, groups } = pair()
    await clock.advance(900)
    a.beat()
    await clock.advance(200)
    expect(groups.get('g')?.everyone.map(({ id }) => id)).toEqual(['a'])
    settle([a])
    expect(a.owned).toEqual(all)
    b.beat()
    expect(b.error).toBe('UNKNOWN_MEMBER_ID')
  })

  test('a member that does not give up what it is asked to within its rebalance timeout is out', async () => {
    const { member, clock } = consumerGroupHarness()
    const [a, b] = [member('a'), member('b')]
    a.join()
    a.settle()
    b.join()
    a.beat()
    await clock.advance(499)
    a.beat()
    b.beat()
    expect(a.error).toBeUndefined()
    await clock.advance(2)
    a.beat()
    expect(a.error).toBe('UNKNOWN_MEMBER_ID')
    b.beat()
    expect(b.assigned).toEqual(all)
  })

  test('a heartbeat of the epoch before is good only with no more than what is assigned', () => {
    const { a, b } = pair()
    b.leave()
    const before = a.epoch
    a.beat()
    expect(a.epoch).toBe(before + 1)
    // As if the answer had been lost.
    expect(a.beat({ memberEpoch: before })).toMatchObject({ memberEpoch: before + 1 })
    a.beat({ memberEpoch: before, topicPartitions: null })
    expect(a.error).toBe('FENCED_MEMBER_EPOCH')
    a.beat({ memberEpoch: before - 1 })
    expect(a.error).toBe('FENCED_MEMBER_EPOCH')
    a.beat({ memberEpoch: before + 2 })
    expect(a.error).toBe('FENCED_MEMBER_EPOCH')
  })

  test('a member that joins again in place is given all that it had, in the same epoch', () => {
    const { a, groups } = pair()
    const { epoch } = groups.get('g')!.consumers!
    expect(a.join()).toMatchObject({ memberEpoch: epoch, assignment: [{}] })
    expect(groups.get('g')!.consumers!.epoch).toBe(epoch)
  })
})

describe('static members', () => {
  test('one that leaves for a while keeps its partitions, and its next run has them at once', async () => {
    const { member, clock, settle, state } = consumerGroupHarness()
    const [a, b] = [member('a', { instanceId: 'one' }), member('b')]
    a.join()
    b.join()
    settle([a, b])
    const { owned } = a
    a.leave(-2)
    await clock.advance(500)
    settle([b])
    expect(b.owned).toHaveLength(2)
    const again = member('a2', { instanceId: 'one' })
    again.join()
    expect(again.assigned).toEqual(owned)
    settle([again, b])
    expect(state()).toBe('Stable')
    a.beat()
    expect(a.error).toBe('FENCED_INSTANCE_ID')
  })

  test('one that does not come back is out when its session ends', async () => {
    const { member, clock, settle } = consumerGroupHarness()
    const [a, b] = [member('a', { instanceId: 'one' }), member('b')]
    a.join()
    b.join()
    settle([a, b])
    a.leave(-2)
    await clock.advance(999)
    settle([b])
    await clock.advance(1)
    settle([b])
    expect(b.owned).toEqual(all)
  })

  test('a second run while the first is there is refused; after a real leave it is a new member', () => {
    const { member } = consumerGroupHarness()
    const [first, second] = [member('a', { instanceId: 'one' }), member('b', { instanceId: 'one' })]
    first.join()
    second.join()
    expect(second.error).toBe('UNRELEASED_INSTANCE_ID')
    first.leave(-1)
    second.join()
    expect(second).toMatchObject({ error: undefined, assigned: all })
  })
})

test.each([
  ['no group', { memberId: 'x' }, 'INVALID_REQUEST', ''],
  ['no such epoch', { memberEpoch: -3 }, 'INVALID_REQUEST'],
  ['an empty instance id', { instanceId: '' }, 'INVALID_REQUEST'],
  ['a join without a rebalance timeout', { rebalanceTimeoutMs: -1 }, 'INVALID_REQUEST'],
  ['a join without what is owned', { topicPartitions: null }, 'INVALID_REQUEST'],
  ['a join with partitions', { topicPartitions: [{ topicId: 'i', partitions: [0] }] }, 'INVALID_REQUEST'],
  ['a join without a subscription', { subscribedTopicNames: null }, 'INVALID_REQUEST'],
  ['a dynamic member that would be back', { memberEpoch: -2 }, 'INVALID_REQUEST'],
  ['an assignor that is not there', { serverAssignor: 'best' }, 'UNSUPPORTED_ASSIGNOR'],
  ['an expression that is none', { subscribedTopicRegex: '(' }, 'INVALID_REGULAR_EXPRESSION'],
  ['someone who never joined', { memberEpoch: 3 }, 'UNKNOWN_MEMBER_ID'],
])('%s is refused', (_, wrong, error, groupId = 'g') => {
  const { groups } = consumerGroupHarness()
  const sound = { memberId: 'a', memberEpoch: 0, instanceId: null, rackId: null, clientId: '', clientHost: '' }
  const full = { rebalanceTimeoutMs: 1, subscribedTopicNames: ['t'], subscribedTopicRegex: null, serverAssignor: null }
  const request = { ...sound, ...full, topicPartitions: [], ...wrong }
  expect(groups.consumerHeartbeat(groupId, request)).toMatchObject({ error })
})

test('whatever members do, no partition has two owners, and left alone every partition gets one', () => {
  const step = fc.record({
    who: fc.integer({ min: 0, max: 3 }),
    what: fc.constantFrom('join', 'beat', 'beat', 'settle', 'settle', 'leave', 'away', 'grow', 'wait', 'forget'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const harness = consumerGroupHarness({ t: 5 })
      const members = ['a', 'b', 'c', 'd'].map((id) => harness.member(id, id === 'd' ? { instanceId: 'd' } : {}))
      let partitions = 5
      const dropWhereOut = (member: TestMember): void => {
        if (member.error !== undefined) Object.assign(member, { owned: [], assigned: [], epoch: 0 })
      }
      for (const { who, what } of steps) {
        const member = members[who]!
        if (what === 'join' && member.epoch <= 0) member.join()
        if (what === 'beat' && member.epoch > 0) member.beat()
        if (what === 'settle') member.settle()
        if (what === 'forget' && member.epoch > 0) member.beat({ topicPartitions: null })
        if (what === 'grow') harness.topics.set('t', (partitions += 1))
        if (member.epoch > 0 && (what === 'leave' || (what === 'away' && who === 3))) {
          member.leave(what === 'away' ? -2 : -1)
          Object.assign(member, { owned: [], assigned: [], epoch: 0 })
        }
        dropWhereOut(member)
        const owned = members.flatMap((each) => each.owned)
        expect(new Set(owned).size).toBe(owned.length)
      }
      for (const member of members) if (member.epoch <= 0) member.join()
      harness.settle(members)
      expect(members.flatMap(({ owned }) => owned)).toHaveLength(partitions)
      expect(harness.state()).toBe('Stable')
    }),
    { numRuns: 150, seed: 848 },
  )
})

describe('assignors', () => {
  const setups = fc.record({
    counts: fc.dictionary(fc.constantFrom('p', 'q', 'r'), fc.integer({ min: 1, max: 7 })),
    wishes: fc.array(fc.subarray(['p', 'q', 'r']), { minLength: 1, maxLength: 6 }),
    before: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 21, maxLength: 21 }),
  })

  test.each([
    ['uniform', assignUniformly],
    ['range', assignRanges],
  ])('%s deals out every partition that somebody wants, once, to one who wants it', (_, assign) => {
    fc.assert(
      fc.property(setups, ({ counts, wishes, before }) => {
        const { members, wanted } = setUp(counts, wishes, before)
        const assignment = assign(members, wanted)
        const dealt = [...assignment.values()].flatMap((of) => [...of])
        expect(new Set(dealt).size).toBe(dealt.length)
        expect(dealt).toHaveLength([...wanted.values()].reduce((sum, count) => sum + count, 0))
        for (const { id, topicIds } of members) {
          for (const key of assignment.get(id)!) expect(topicIds).toContain(key.split(':')[0])
        }
      }),
      { numRuns: 100, seed: 1 },
    )
  })

  test('uniform leaves nobody with two more than one who could take one of them, and then nothing moves', () => {
    fc.assert(
      fc.property(setups, ({ counts, wishes, before }) => {
        const { members, wanted } = setUp(counts, wishes, before)
        const assignment = assignUniformly(members, wanted)
        for (const { id } of members) {
          for (const key of assignment.get(id)!) {
            const takers = members.filter(({ topicIds }) => topicIds.has(key.split(':')[0]!))
            const least = Math.min(...takers.map((taker) => assignment.get(taker.id)!.size))
            expect(assignment.get(id)!.size - least).toBeLessThan(2)
          }
        }
        const again = members.map((member) => ({ ...member, target: assignment.get(member.id)! }))
        expect(assignUniformly(again, wanted)).toEqual(assignment)
      }),
      { numRuns: 100, seed: 2 },
    )
  })

  function setUp(counts: Record<string, number>, wishes: string[][], before: number[]) {
    const members = wishes.map((wish, index): AssignorMember => {
      const had = Object.entries(counts).flatMap(([topic, count], t) =>
        Array.from(
          { length: count },
          (__, partition) => [`${topic}:${partition}`, before[t * 7 + partition]!] as const,
        ),
      )
      const target = new Set(had.filter(([, owner]) => owner === index).map(([key]) => key))
      const topicIds = new Set(wish.filter((topic) => topic in counts))
      return { id: `m${index}`, instanceId: null, topicIds, target }
    })
    const wanted = new Map(
      Object.entries(counts).filter(([topic]) => members.some(({ topicIds }) => topicIds.has(topic))),
    )
    return { members, wanted }
  }
})

describe('topic patterns', () => {
  test.each([
    ['a.*', ['a', 'abc'], ['ba', '']],
    ['a|b+|', ['a', 'b', 'bbb', ''], ['ab', 'c']],
    ['(ab){2,3}', ['abab', 'ababab'], ['ab', 'abababab']],
    ['[^a-c.]\\d?', ['d', 'z9'], ['a', '.', 'd99']],
    ['^x\\.y$', ['x.y'], ['xzy']],
    ['(?:orders|payments)-[\\w-]+?', ['orders-a-1', 'payments-_'], ['orders-', 'other-a']],
    ['x{0}y{2,}', ['yy', 'yyy'], ['y', 'xyy']],
  ])('%s', (source, good, bad) => {
    const matches = compileTopicPattern(source)!
    for (const name of good) expect(matches(name), name).toBe(true)
    for (const name of bad) expect(matches(name), name).toBe(false)
  })

  test.each([
    '(',
    'a)',
    '[a',
    '*',
    '(?i)a',
    '(?=a)',
    '\\1',
    'a{3,2}',
    '[z-a]',
    '[\\d-z]',
    '((a{99}){99}){99}',
    'a'.repeat(1_001),
  ])('%s is none', (source) => expect(compileTopicPattern(source)).toBeUndefined())

  test('an expression over which a host would think for ever is over at once', () => {
    const matches = compileTopicPattern('(a|a)*(a*)*b')!
    expect(matches('a'.repeat(249))).toBe(false)
    expect(matches(`${'a'.repeat(248)}b`)).toBe(true)
  })

  test('patterns agree with the host’s expressions', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      '.',
      '[ab]',
      '[^b]',
      '(a|bb)',
      '\\w',
      'a*',
      'b+',
      '(ab)?',
      '(a|b){1,2}',
      '|',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.stringMatching(/^[abc]{0,6}$/), (pieces, name) => {
        const source = pieces.join('')
        expect(compileTopicPattern(source)!(name)).toBe(new RegExp(`^(?:${source})$`).test(name))
      }),
      { numRuns: 500, seed: 3 },
    )
  })
})
