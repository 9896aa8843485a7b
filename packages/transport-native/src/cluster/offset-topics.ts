import type { OffsetCommit } from '@partita/protocol'
import { groupBy } from './group-by.ts'

/** Of OffsetCommit and OffsetFetch alike: from the next version on, topics go by their ids. */
export const lastOffsetsVersionByName = 9

interface OffsetTopic {
  readonly name: string
  readonly partitions: readonly {
    readonly partitionIndex: number
    readonly committedOffset: number
    readonly committedMetadata: string
  }[]
}

/** Offsets under their topics, as the requests that commit them want them. */
export function offsetTopics(offsets: Iterable<OffsetCommit>): OffsetTopic[] {
  return Array.from(
    groupBy(offsets, ({ topic }) => topic),
    ([name, of]) => ({
      name,
      partitions: of.map(({ partition, offset, metadata }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedMetadata: metadata,
      })),
    }),
  )
}
