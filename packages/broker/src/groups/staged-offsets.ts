import type { ControlMarker } from '@partita/wire'
import {
  type CommittedOffsets,
  type CommittedPosition,
  createCommittedOffsets,
  type PositionListener,
} from './committed-offsets.ts'

/** What producers want committed for one group when their transactions commit. */
export interface StagedOffsets {
  /** How many producers want something committed. */
  readonly size: number
  stage(producerId: number, topic: string, partition: number, position: CommittedPosition): void
  /** Whether an open transaction wants to commit for a partition: then what is committed may soon be something else. */
  has(topic: string, partition: number): boolean
  /** Someone committed outside of any transaction: where that is later than what is staged, it is what stays. */
  overtake(topic: string, partition: number, position: CommittedPosition): void
  /** A transaction is over: what it staged is committed to `offsets`, or forgotten. */
  end(producerId: number, marker: ControlMarker, offsets: CommittedOffsets): void
  /** Forgets a topic that was deleted. */
  deleteTopic(topic: string): void
  clear(): void
  /** The producers that want something committed. */
  producers(): Iterable<number>
}

/** Hears of every position that is staged, or with `undefined`, that is so no more. */
export type StagingListener = (producerId: number, ...change: Parameters<PositionListener>) => void

/** @param onChange called before each change */
export function createStagedOffsets(onChange: StagingListener = ignore): StagedOffsets {
  const byProducer = new Map<number, CommittedOffsets>()
  return {
    get size() {
      return byProducer.size
    },
    stage(producerId, topic, partition, position) {
      let staged = byProducer.get(producerId)
      if (staged === undefined) {
        staged = createCommittedOffsets((...change) => onChange(producerId, ...change))
        byProducer.set(producerId, staged)
      }
      staged.set(topic, partition, position)
    },
    has: (topic, partition) => Array.from(byProducer.values()).some((staged) => staged.get(topic, partition)),
    overtake(topic, partition, position) {
      for (const staged of byProducer.values()) {
        if (staged.get(topic, partition) !== undefined) staged.set(topic, partition, position)
      }
    },
    end(producerId, marker, offsets) {
      const staged = byProducer.get(producerId)
      byProducer.delete(producerId)
      if (staged === undefined) return
      if (marker === 'commit') {
        for (const { topic, partition, ...position } of staged.all()) offsets.set(topic, partition, position)
      }
      staged.clear()
    },
    deleteTopic(topic) {
      for (const staged of byProducer.values()) staged.deleteTopic(topic)
    },
    clear() {
      for (const staged of byProducer.values()) staged.clear()
      byProducer.clear()
    },
    producers: () => byProducer.keys(),
  }
}

function ignore(): void {
  // Nobody asked.
}
