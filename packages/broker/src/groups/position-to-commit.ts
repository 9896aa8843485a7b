import type { KafkaErrorName } from '@partita/protocol'
import type { CommittedPosition } from './committed-offsets.ts'
import type { GroupSettings } from './group-settings.ts'
import type { TopicRegistry } from '../topics/topic-registry.ts'

/** One partition of an OffsetCommit or a TxnOffsetCommit. */
export interface PositionRequest {
  readonly partitionIndex: number
  readonly committedOffset: number
  readonly committedLeaderEpoch: number
  readonly committedMetadata: string | null
}

/** What a request wants committed for one partition, or why that cannot be. */
export function positionToCommit(
  topic: string,
  { partitionIndex, committedOffset: offset, committedLeaderEpoch: leaderEpoch, committedMetadata }: PositionRequest,
  topics: TopicRegistry,
  settings: GroupSettings,
): CommittedPosition | KafkaErrorName {
  const metadata = committedMetadata ?? ''
  if (metadata.length > settings.offsetMetadataMaxBytes) return 'OFFSET_METADATA_TOO_LARGE'
  if (topics.partition(topic, partitionIndex) === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION'
  return { offset, leaderEpoch, metadata }
}
