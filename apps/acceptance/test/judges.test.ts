import { describe, expect, it } from 'vitest'
import { judgeLog } from '../src/leader-loss/judge-log.ts'
import { evaluateStorm, type MemberAccount } from '../src/storm/evaluate.ts'
import { createKeyWatch } from '../src/suites/key-watch.ts'

// The judges of the fault runs are judged here: each must see what it is there to see.

describe('judging a log', () => {
  const record = (key: string, counter: number) => ({ partition: 0, key, counter })
  const acknowledged = new Map([['a', new Set([0, 1, 2])]])

  it('a clean log', () => {
    const log = [record('a', 0), record('b', 0), record('a', 1), record('a', 2)]
    expect(judgeLog(log, acknowledged)).toEqual({ records: 4, lost: 0, duplicated: 0, outOfOrder: 0 })
  })
  it('an acknowledged record that is missing', () => {
    expect(judgeLog([record('a', 0), record('a', 2)], acknowledged)).toMatchObject({ lost: 1 })
  })
  it('a batch that was stored twice is duplicated, not out of order', () => {
    const log = [0, 1, 0, 1, 2].map((counter) => record('a', counter))
    expect(judgeLog(log, acknowledged)).toMatchObject({ duplicated: 2, outOfOrder: 0 })
  })
  it('a record behind its successor', () => {
    expect(judgeLog([record('a', 1), record('a', 0), record('a', 2)], acknowledged)).toMatchObject({ outOfOrder: 1 })
  })
})

describe('judging a storm', () => {
  const member = (
    name: string,
    endedAt: number,
    ...spans: readonly (readonly [offset: number, from: number, to?: number])[]
  ): MemberAccount => ({
    name,
    endedAt,
    events: spans.flatMap(([offset, from, to]) => {
      const place = { key: 'k', partition: 0, offset, fence: 1 }
      const start = { kind: 'start' as const, ...place, at: from }
      return to === undefined ? [start] : [start, { kind: 'end' as const, ...place, at: to }]
    }),
  })
  const expected = new Set(['0@0', '0@1'])

  it('a handover', () => {
    const verdict = evaluateStorm([member('one', 20, [0, 1, 5]), member('two', Infinity, [1, 6, 9])], expected)
    expect(verdict).toEqual({ handled: 2, repeated: 0, lost: [], overlaps: [], disorders: [] })
  })
  it('two handlers of one key at a time', () => {
    const verdict = evaluateStorm([member('one', 20, [0, 1, 5]), member('two', Infinity, [1, 4, 9])], expected)
    expect(verdict.overlaps).toHaveLength(1)
  })
  it('what a killed member had begun ended with it, and counts as not done', () => {
    const verdict = evaluateStorm([member('one', 3, [0, 1]), member('two', Infinity, [0, 4, 5], [1, 6, 7])], expected)
    expect(verdict).toMatchObject({ lost: [], overlaps: [], handled: 2, repeated: 0 })
  })
  it('a record that nobody finished', () => {
    expect(evaluateStorm([member('one', 3, [0, 1, 2])], expected).lost).toEqual(['0@1'])
  })
  it('a start at a lower offset within one ownership', () => {
    expect(evaluateStorm([member('one', 9, [1, 1, 2], [0, 3, 4])], expected).disorders).toHaveLength(1)
  })
})

describe('watching keys', () => {
  it('sees two handlers of one key, and a start that goes back', () => {
    const watch = createKeyWatch()
    watch.begin('k', 0, 5)
    watch.begin('k', 0, 4)
    expect(watch.overlaps).toHaveLength(1)
    expect(watch.disorders).toHaveLength(1)
  })
})
