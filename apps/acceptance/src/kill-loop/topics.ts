import type { TopicOptions } from '@partita/broker'

/** Small segments: the log goes on in new ones, and is compacted, many times between two kills. */
const segments = { 'segment.bytes': 16_384 }

export const partitions = 4
/** Everything that was sent, in order. */
export const historyTopic = 'history'
/** The same, compacted: what was sent last of each key. */
export const latestTopic = 'latest'

export const topics: Readonly<Record<string, TopicOptions>> = {
  [historyTopic]: { partitions, configs: segments },
  [latestTopic]: {
    partitions,
    configs: { ...segments, 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': 0.01 },
  },
}
