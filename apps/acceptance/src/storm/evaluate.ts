import type { HandlerEvent } from './events.ts'

/** One process's account, and when it ended (`Infinity` for one that was still there). */
export interface MemberAccount {
  readonly name: string
  readonly endedAt: number
  readonly events: readonly HandlerEvent[]
}

export interface Overlap {
  readonly key: string
  readonly first: string
  readonly second: string
}

export interface StormVerdict {
  readonly handled: number
  /** Records that more than one handler finished: legal, after a member was killed before its commit. */
  readonly repeated: number
  readonly lost: readonly string[]
  /** Two handlers of one key at the same time, in whichever processes. */
  readonly overlaps: readonly Overlap[]
  /** A start at a lower offset than an earlier start of the key within one ownership: never legal. */
  readonly disorders: readonly string[]
}

interface Interval {
  readonly member: string
  readonly key: string
  readonly partition: number
  readonly offset: number
  readonly fence: number
  readonly from: number
  readonly to: number
  readonly finished: boolean
}

/** Judges a storm by what its members wrote down. `expected` names every record as `partition@offset`. */
export function evaluateStorm(members: readonly MemberAccount[], expected: ReadonlySet<string>): StormVerdict {
  const intervals = members.flatMap(intervalsOf)
  const finishes = new Map<string, number>()
  for (const { partition, offset, finished } of intervals) {
    if (finished) finishes.set(`${partition}@${offset}`, (finishes.get(`${partition}@${offset}`) ?? 0) + 1)
  }
  return {
    handled: finishes.size,
    repeated: [...finishes.values()].filter((times) => times > 1).length,
    lost: [...expected].filter((record) => !finishes.has(record)),
    overlaps: overlapsIn(intervals),
    disorders: disordersIn(intervals),
  }
}

function intervalsOf({ name, endedAt, events }: MemberAccount): Interval[] {
  const intervals: Interval[] = []
  const open = new Map<string, HandlerEvent>()
  for (const event of events) {
    const id = `${event.partition}@${event.offset}@${event.fence}`
    if (event.kind === 'start') open.set(id, event)
    else {
      const start = open.get(id)
      if (start !== undefined) intervals.push({ ...start, member: name, from: start.at, to: event.at, finished: true })
      open.delete(id)
    }
  }
  // What a killed process had begun ended with it.
  for (const start of open.values())
    intervals.push({ ...start, member: name, from: start.at, to: endedAt, finished: false })
  return intervals
}

function overlapsIn(intervals: readonly Interval[]): Overlap[] {
  const overlaps: Overlap[] = []
  for (const ofKey of grouped(intervals, ({ key }) => key)) {
    ofKey.sort((one, other) => one.from - other.from)
    let latest = ofKey[0]!
    for (const interval of ofKey.slice(1)) {
      if (interval.from < latest.to)
        overlaps.push({ key: interval.key, first: describe(latest), second: describe(interval) })
      if (interval.to > latest.to) latest = interval
    }
  }
  return overlaps
}

function disordersIn(intervals: readonly Interval[]): string[] {
  const disorders: string[] = []
  for (const ofOwnership of grouped(
    intervals,
    ({ key, member, partition, fence }) => `${key} ${member} ${partition} ${fence}`,
  )) {
    ofOwnership.sort((one, other) => one.from - other.from)
    for (const [index, interval] of ofOwnership.entries()) {
      const before = ofOwnership[index - 1]
      if (before !== undefined && interval.offset < before.offset)
        disorders.push(`${describe(before)} then ${describe(interval)}`)
    }
  }
  return disorders
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Iterable<T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups.values()
}

function describe({ member, partition, offset, fence, from, to }: Interval): string {
  return `${member} partition ${partition} offset ${offset} fence ${fence} [${Math.round(from / 1e6)}–${Math.round(to / 1e6)} ms]`
}
