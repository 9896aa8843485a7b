import type { CommittedOffset, TopicPartition } from '@partita/protocol'
import type { TopicAnswers } from './broker-api.ts'

/** What the coordinator knows of a partition's progress. */
export type Committed = TopicPartition & CommittedOffset

/** The commits in an answer; partitions without one come with the offset -1. */
export function readCommitted(
  responses: readonly TopicAnswers<{ readonly offset: string; readonly metadata: string | null }>[],
): readonly Committed[] {
  return responses.flatMap(({ topic, partitions }) =>
    partitions
      .map(({ partition, offset, metadata }) => ({
        topic,
        partition,
        offset: Number(offset),
        metadata: metadata ?? '',
      }))
      .filter(({ offset }) => offset >= 0),
  )
}
