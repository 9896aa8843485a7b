import { partitionName, type TopicPartition } from '@partita/protocol'
import type { Backoff } from '../../cluster/backoff.ts'
import type { Portion } from './decode-portion.ts'
import type { FetchedSlice } from './fetched-slice.ts'

/** So many answers' worth of one partition may wait to be handed over when it is fetched on. */
const maxWaiting = 1

/**
 * Where the fetching of one assigned partition stands. A seek makes another object, so that what is still on its way
 * for the old place is told apart and let go.
 */
export class FetchPosition implements TopicPartition {
  readonly topic: string
  readonly partition: number
  /** `orders-3`: made once, since it is looked up with every batch. */
  readonly name: string
  /** What is asked for next; `null` until it is found out. */
  offset: number | null
  /** Of the batch before `offset`; -1 where nothing was fetched yet. */
  lastFetchedEpoch = -1
  /** The leader's when the position was last known to be in its log. */
  leaderEpoch = -1
  topicId = ''
  /** The node it was last asked of. */
  node = -1
  paused = false
  /** Part of a request under way: a partition is never in two. */
  inRequest = false
  /** Waits after a failure, or while something about it is being found out. */
  resting = false
  /** Once something failed. */
  backoff: Backoff | undefined
  /** Decodings that failed in a row. */
  corruptions = 0
  /** A replica that is nearer than the leader, while that holds (KIP-392). */
  replica: { readonly node: number; readonly until: number } | undefined
  /** What comes next is of another log than what was handed over. */
  startsOver = false
  /** What has come and is not handed over yet: it is being decoded, or the partition is paused. */
  readonly waiting: FetchedSlice[] = []
  /** The next portion of it is being decompressed. */
  decoding = false
  /** The next portion of it, where that took a while and the partition was paused meanwhile. */
  decoded: Portion | null = null

  constructor({ topic, partition }: TopicPartition, offset: number | null) {
    this.topic = topic
    this.partition = partition
    this.name = partitionName(this)
    this.offset = offset
  }

  get wanted(): boolean {
    return !this.paused && !this.inRequest && !this.resting && !this.isBehind
  }

  /** More has come of it than was handed over yet: as soon as that is done, it is wanted. */
  get isBehind(): boolean {
    return !this.paused && this.waiting.length > maxWaiting
  }
}
