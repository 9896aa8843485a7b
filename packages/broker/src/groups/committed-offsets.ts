import type { TopicPartition } from '@partita/protocol'

/** What a group committed for one partition. It comes back as it was given. */
export interface CommittedPosition {
  readonly offset: number
  /** -1 where the client did not say. */
  readonly leaderEpoch: number
  readonly metadata: string
}

/** The offsets of one group. */
export interface CommittedOffsets {
  readonly size: number
  get(topic: string, partition: number): CommittedPosition | undefined
  set(topic: string, partition: number, position: CommittedPosition): void
  delete(topic: string, partition: number): void
  /** Forgets a topic that was deleted. */
  deleteTopic(topic: string): void
  clear(): void
  all(): Iterable<TopicPartition & CommittedPosition>
}

/** Hears of every position that is set, or with `undefined`, forgotten. */
export type PositionListener = (topic: string, partition: number, position: CommittedPosition | undefined) => void

/** @param onChange called before each change */
export function createCommittedOffsets(onChange: PositionListener = ignore): CommittedOffsets {
  const topics = new Map<string, Map<number, CommittedPosition>>()

  function deleteTopic(topic: string): void {
    for (const partition of topics.get(topic)?.keys() ?? []) onChange(topic, partition, undefined)
    topics.delete(topic)
  }

  return {
    get size() {
      let size = 0
      for (const partitions of topics.values()) size += partitions.size
      return size
    },
    get: (topic, partition) => topics.get(topic)?.get(partition),
    set(topic, partition, position) {
      onChange(topic, partition, position)
      let partitions = topics.get(topic)
      if (partitions === undefined) topics.set(topic, (partitions = new Map()))
      partitions.set(partition, position)
    },
    delete(topic, partition) {
      onChange(topic, partition, undefined)
      const partitions = topics.get(topic)
      partitions?.delete(partition)
      if (partitions?.size === 0) topics.delete(topic)
    },
    deleteTopic,
    clear() {
      for (const topic of topics.keys()) deleteTopic(topic)
    },
    *all() {
      for (const [topic, partitions] of topics) {
        for (const [partition, position] of partitions) yield { topic, partition, ...position }
      }
    },
  }
}

function ignore(): void {
  // Nobody asked.
}
