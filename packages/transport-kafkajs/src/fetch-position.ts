import type { TopicPartition } from '@partita/protocol'

/** Where the fetching of one assigned partition stands. It lives as long as the assignment. */
export class FetchPosition implements TopicPartition {
  readonly topic: string
  readonly partition: number
  /** What is fetched next. */
  offset: number
  paused = false
  /** Part of a request under way: a partition is never in two. */
  inRequest = false
  /** Waits after a failure, or for its leader. */
  resting = false
  /** Fetched by itself, to find out which partition of a request cannot be decoded. */
  alone = false
  /** A replica nearer than the leader, while that holds (KIP-392). */
  replica: { readonly nodeId: number; readonly until: number } | undefined

  constructor(target: TopicPartition, offset: number) {
    this.topic = target.topic
    this.partition = target.partition
    this.offset = offset
  }

  get wanted(): boolean {
    return !this.paused && !this.inRequest && !this.resting
  }
}
