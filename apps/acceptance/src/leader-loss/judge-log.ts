/** A record of the log, in log order within its partition. */
export interface LoggedRecord {
  readonly partition: number
  readonly key: string
  readonly counter: number
}

export interface LogVerdict {
  readonly records: number
  /** Acknowledged, but not in the log. */
  readonly lost: number
  /** In the log more than once. */
  readonly duplicated: number
  /** Times that a key's counter goes down along the log; a repeat of the same counter is a duplicate, not a disorder. */
  readonly outOfOrder: number
}

/** Compares a log with what its producer was told. */
export function judgeLog(
  log: readonly LoggedRecord[],
  acknowledged: ReadonlyMap<string, ReadonlySet<number>>,
): LogVerdict {
  const seen = new Map<string, Set<number>>()
  const last = new Map<string, number>()
  let duplicated = 0
  let outOfOrder = 0
  for (const { key, counter } of log) {
    const counters = seen.get(key) ?? new Set()
    seen.set(key, counters)
    if (counters.has(counter)) duplicated++
    else if (counter < (last.get(key) ?? -1)) outOfOrder++
    counters.add(counter)
    last.set(key, counter)
  }
  let lost = 0
  for (const [key, counters] of acknowledged) {
    for (const counter of counters) if (!(seen.get(key)?.has(counter) ?? false)) lost++
  }
  return { records: log.length, lost, duplicated, outOfOrder }
}
