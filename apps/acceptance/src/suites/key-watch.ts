/** Watches handlers from outside: who runs at one moment, per key, and in which order records were begun. */
export interface KeyWatch {
  begin(key: string, partition: number, offset: number): void
  end(key: string): void
  readonly mostAtOnce: number
  /** Keys that two handlers worked on at the same time. */
  readonly overlaps: readonly string[]
  /** Begun at a lower offset than one that was begun before, of the same key. */
  readonly disorders: readonly string[]
  /** Times each record (`partition@offset`) was begun. */
  readonly begun: ReadonlyMap<string, number>
}

export function createKeyWatch(): KeyWatch {
  const running = new Map<string, number>()
  const latest = new Map<string, number>()
  const begun = new Map<string, number>()
  const overlaps: string[] = []
  const disorders: string[] = []
  let mostAtOnce = 0
  return {
    overlaps,
    disorders,
    begun,
    get mostAtOnce() {
      return mostAtOnce
    },
    begin(key, partition, offset) {
      if (running.has(key)) overlaps.push(`${key} at offset ${offset} beside ${running.get(key)}`)
      if (offset < (latest.get(key) ?? -1)) disorders.push(`${key}: ${offset} after ${latest.get(key)}`)
      running.set(key, offset)
      latest.set(key, offset)
      begun.set(`${partition}@${offset}`, (begun.get(`${partition}@${offset}`) ?? 0) + 1)
      mostAtOnce = Math.max(mostAtOnce, running.size)
    },
    end: (key) => void running.delete(key),
  }
}
