import type { ControlMarker } from '@partita/wire'
import { type CommittedOffsets, type CommittedPosition, createCommittedOffsets } from './committed-offsets.ts'

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
}

export function createStagedOffsets(): StagedOffsets {
  const byProducer = new Map<number, CommittedOffsets>()
  return {
    get size() {
      return byProducer.size
    },
    stage(producerId, topic, partition, position) {
      let staged = byProducer.get(producerId)
      if (staged === undefined) byProducer.set(producerId, (staged = createCommittedOffsets()))
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
      if (staged === undefined || marker === 'abort') return
      for (const { topic, partition, ...position } of staged.all()) offsets.set(topic, partition, position)
    },
    deleteTopic(topic) {
      for (const staged of byProducer.values()) staged.deleteTopic(topic)
    },
  }
}
