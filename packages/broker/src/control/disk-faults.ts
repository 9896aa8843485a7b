import type { TopicPartition } from '@partita/protocol'

/** Which partitions: all of a topic, or of the broker, where nothing narrower is said. */
export interface DiskPlace {
  readonly topic?: string | undefined
  readonly partition?: number | undefined
}

export interface DiskFailure extends DiskPlace {
  /** What the disk is to say. Default `EIO: i/o error`. */
  readonly error?: string | undefined
}

/** Partitions whose disk is made to fail, be they in memory or in a folder. */
export interface DiskFaults {
  fail(failure?: DiskFailure): void
  /** What is said last of a partition holds: one of a failing topic can be healed alone. */
  heal(place?: DiskPlace): void
  /** What is wrong with a partition's disk; `undefined` where nothing is. */
  faultOf(place: TopicPartition): string | undefined
}

/** @param onChange called when it has changed */
export function createDiskFaults(onChange: () => void): DiskFaults {
  let said: (DiskPlace & { readonly error: string | undefined })[] = []
  return {
    fail({ topic, partition, error = 'EIO: i/o error' } = {}) {
      said.push({ topic, partition, error })
      onChange()
    },
    heal({ topic, partition } = {}) {
      if (topic === undefined && partition === undefined) said = []
      else said.push({ topic, partition, error: undefined })
      onChange()
    },
    faultOf: (place) => (said.length === 0 ? undefined : said.findLast((one) => isAbout(one, place))?.error),
  }
}

function isAbout(one: DiskPlace, { topic, partition }: TopicPartition): boolean {
  return (one.topic ?? topic) === topic && (one.partition ?? partition) === partition
}
