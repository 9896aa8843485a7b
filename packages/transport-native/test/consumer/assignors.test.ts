import { describe, expect, it } from 'vitest'
import { partitionName, type TopicPartition } from '@partita/protocol'
import { seededRandom } from '@partita/testing'
import type { Assignor, GroupMemberView } from '../../src/consumer/assignors/assignor.ts'
import { cooperativeStickyAssignor } from '../../src/consumer/assignors/cooperative-sticky.ts'
import { rangeAssignor } from '../../src/consumer/assignors/range.ts'
import { roundRobinAssignor } from '../../src/consumer/assignors/round-robin.ts'

function member(
  memberId: string,
  topics: readonly string[],
  owned: readonly string[] = [],
  generation = 1,
): GroupMemberView {
  return { memberId, groupInstanceId: null, topics, owned: owned.map(place), generation }
}

function place(name: string): TopicPartition {
  const dash = name.lastIndexOf('-')
  return { topic: name.slice(0, dash), partition: Number(name.slice(dash + 1)) }
}

function dealt(
  assignor: Assignor,
  members: GroupMemberView[],
  counts: Record<string, number>,
): Record<string, string[]> {
  const assignment = assignor.assign(members, new Map(Object.entries(counts)))
  return Object.fromEntries([...assignment].map(([id, partitions]) => [id, partitions.map(partitionName)]))
}

/** Rounds, each member owning what the last one gave it, until nothing changes. */
function converge(
  members: GroupMemberView[],
  counts: Record<string, number>,
): { last: Record<string, string[]>; rounds: number } {
  let last = dealt(cooperativeStickyAssignor, members, counts)
  for (let rounds = 1; ; rounds++) {
    const next = members.map((each) => ({ ...each, owned: last[each.memberId]!.map(place), generation: rounds + 100 }))
    const now = dealt(cooperativeStickyAssignor, next, counts)
    if (JSON.stringify(now) === JSON.stringify(last)) return { last, rounds }
    last = now
  }
}

interface Group {
  readonly members: GroupMemberView[]
  readonly counts: Record<string, number>
  readonly total: number
}

/** A group of up to seven that all want the same topics, some of whose partitions have owners already. */
function randomGroup(seed: number): Group {
  const random = seededRandom(seed)
  const upTo = (n: number): number => Math.floor(random() * (n + 1))
  const counts = Object.fromEntries(['a', 'b', 'c'].slice(0, 1 + upTo(2)).map((topic) => [topic, upTo(9)]))
  const all = Object.entries(counts).flatMap(([topic, n]) => Array.from({ length: n }, (_, i) => `${topic}-${i}`))
  const size = 1 + upTo(6)
  const owners = all.map(() => upTo(size + 1))
  const members = Array.from({ length: size }, (_, index) =>
    member(
      `m${index}`,
      Object.keys(counts),
      all.filter((_name, at) => owners[at] === index),
    ),
  )
  return { members, counts, total: all.length }
}

const seeds = Array.from({ length: 200 }, (_, seed) => seed)

describe('range', () => {
  it('gives each member a run of every topic, the first ones the odd partitions', () => {
    const members = [member('b', ['x', 'y']), member('a', ['x', 'y']), member('c', ['x'])]
    expect(dealt(rangeAssignor, members, { x: 5, y: 3 })).toEqual({
      a: ['x-0', 'x-1', 'y-0', 'y-1'],
      b: ['x-2', 'x-3', 'y-2'],
      c: ['x-4'],
    })
  })
})

describe('round robin', () => {
  it('deals all topics out in one row, past those who do not want a topic', () => {
    const members = [member('a', ['x']), member('b', ['x', 'y'])]
    expect(dealt(roundRobinAssignor, members, { x: 3, y: 2, z: 4 })).toEqual({
      a: ['x-0', 'x-2'],
      b: ['x-1', 'y-0', 'y-1'],
    })
  })
})

describe('cooperative-sticky', () => {
  it('gives a new member nothing that another still has, and all its share in the next round', () => {
    const before = ['t-0', 't-1', 't-2', 't-3']
    const first = dealt(cooperativeStickyAssignor, [member('a', ['t'], before), member('b', ['t'])], { t: 4 })
    expect(first).toEqual({ a: ['t-0', 't-1'], b: [] })
    const second = dealt(cooperativeStickyAssignor, [member('a', ['t'], first['a']), member('b', ['t'])], { t: 4 })
    expect(second).toEqual({ a: ['t-0', 't-1'], b: ['t-2', 't-3'] })
  })

  it('gives what nobody has to whoever has least, at once', () => {
    const members = [member('a', ['t'], ['t-0', 't-1', 't-2']), member('b', ['t'], ['t-3'])]
    expect(dealt(cooperativeStickyAssignor, members, { t: 6 })).toEqual({
      a: ['t-0', 't-1', 't-2'],
      b: ['t-3', 't-4', 't-5'],
    })
  })

  it('believes the claim of the later generation, and neither of two from the same', () => {
    const late = [member('a', ['t'], ['t-0'], 3), member('b', ['t'], ['t-0'], 5), member('c', ['t'], ['t-1'], 5)]
    expect(dealt(cooperativeStickyAssignor, late, { t: 2 })).toEqual({ a: [], b: ['t-0'], c: ['t-1'] })
    const same = [member('a', ['t'], ['t-0'], 5), member('b', ['t'], ['t-0'], 5)]
    expect(dealt(cooperativeStickyAssignor, same, { t: 1 })).toEqual({ a: [], b: [] })
  })

  it('gives a member only topics that it wants, and evens out what they have in common', () => {
    const members = [member('a', ['x', 'y'], ['x-0', 'y-0', 'y-1', 'y-2']), member('b', ['x'])]
    expect(converge(members, { x: 3, y: 3 }).last).toEqual({ a: ['y-0', 'y-1', 'y-2'], b: ['x-0', 'x-1', 'x-2'] })
  })

  it('comes to rest in two rounds, with every partition at one member, and loads that differ by one at most', () => {
    for (const seed of seeds) {
      const { members, counts, total } = randomGroup(seed)
      const { last, rounds } = converge(members, counts)
      const all = Object.values(last).flat()
      expect([all.length, new Set(all).size], `seed ${seed}`).toEqual([total, total])
      const loads = Object.values(last).map(({ length }) => length)
      expect(Math.max(...loads) - Math.min(...loads), `seed ${seed}`).toBeLessThanOrEqual(1)
      expect(rounds, `seed ${seed}`).toBeLessThanOrEqual(2)
    }
  })

  it('takes away no more than evening out needs', () => {
    for (const seed of seeds) {
      const { members, counts, total } = randomGroup(seed)
      const assignment = dealt(cooperativeStickyAssignor, members, counts)
      const [least, extra] = [Math.floor(total / members.length), total % members.length]
      // Those with most keep one more, as many as there are odd ones.
      const loads = members.map(({ owned }) => owned.length).toSorted((a, b) => b - a)
      const needed = loads.reduce((sum, load, index) => sum + Math.max(0, load - least - (index < extra ? 1 : 0)), 0)
      const taken = members.flatMap(({ memberId, owned }) =>
        owned.map(partitionName).filter((name) => !assignment[memberId]!.includes(name)),
      )
      expect(taken.length, `seed ${seed}`).toBe(needed)
    }
  })
})
