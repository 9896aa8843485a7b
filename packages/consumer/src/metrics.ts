import type { TopicPartition } from '@partita/protocol'
import type { Attempts } from './attempts.ts'
import { keyPreview } from './failure-policy.ts'
import type { GroupMember } from './group-member.ts'
import type { News, Warning } from './hooks.ts'
import type { Lane } from './lane.ts'
import type { PartitionConsumer, PartitionState } from './partition-consumer.ts'

/**
 * `new`: not run yet. `joining`, `running`. `closing`: draining, committing, leaving. `closed`: `run()` has settled, or
 * will not be called any more.
 */
export type ConsumerState = 'new' | 'joining' | 'running' | 'closing' | 'closed'

export interface PartitionMetrics extends TopicPartition {
  readonly state: PartitionState
  readonly fence: number
  /** The first offset that is not finished; `null` as long as nothing was fetched and nothing is committed. */
  readonly watermark: number | null
  /** The next offset to come with a fetch. */
  readonly position: number | null
  /** As the coordinator acknowledged it last. */
  readonly committed: number | null
  /** The end of the log, as the last fetch told it. */
  readonly highWatermark: number | null
  /** Records, or offsets without one, from the watermark to the end of the log. */
  readonly lag: number | null
  /** Handlers that run. */
  readonly inFlight: number
  /** Records that were fetched and are not finished, those in flight among them. */
  readonly buffered: number
  readonly bufferedBytes: number
  /** Fetching waits until there is room. */
  readonly fetchPaused: boolean
}

/** A key with records waiting. */
export interface BusyKey extends TopicPartition {
  /** For people: text or hexadecimal, cut to 40 bytes. */
  readonly key: string
  readonly records: number
}

/** A consumer as it stands at one moment. */
export interface ConsumerMetrics {
  readonly state: ConsumerState
  readonly paused: boolean
  readonly memberId: string | null
  readonly epoch: number
  readonly partitions: readonly PartitionMetrics[]
  /** Since the start. */
  readonly recordsHandled: number
  /** Given up by `onExhausted`: skipped or handed over. */
  readonly recordsSkipped: number
  readonly failedAttempts: number
  readonly retries: number
  readonly failedCommits: number
  readonly runningHandlers: number
  readonly peakConcurrency: number
  /**
   * The ten keys with the most records in their lanes, the running one among them. Empty unless `ordering` is `'key'`. A key
   * that keeps up has none waiting: records are sorted into lanes when handlers are free.
   */
  readonly busiestKeys: readonly BusyKey[]
  readonly lastWarning: Warning | null
}

/** What a snapshot is read from; nothing is counted for its sake that could be derived. */
export interface MetricsSources {
  readonly state: ConsumerState
  readonly member: GroupMember
  readonly attempts: Pick<
    Attempts<unknown, unknown>,
    'handled' | 'skipped' | 'failed' | 'retried' | 'slots' | 'dispatcher'
  >
  readonly news: News
}

export function takeMetrics({ state, member, attempts, news }: MetricsSources): ConsumerMetrics {
  const { slots, dispatcher } = attempts
  const inFlight = new Map<unknown, number>()
  for (const { owner } of slots.tasks()) inFlight.set(owner, (inFlight.get(owner) ?? 0) + 1)
  return {
    state,
    paused: dispatcher.paused,
    memberId: member.membership?.memberId ?? null,
    epoch: member.membership?.epoch ?? -1,
    partitions: member.partitions.map((partition) => partitionMetrics(partition, inFlight.get(partition) ?? 0)),
    recordsHandled: attempts.handled,
    recordsSkipped: attempts.skipped,
    failedAttempts: attempts.failed,
    retries: attempts.retried,
    failedCommits: member.committer.failures,
    runningHandlers: slots.running,
    peakConcurrency: slots.peak,
    busiestKeys: busiestKeys(member.partitions, 10),
    lastWarning: news.lastWarning,
  }
}

function partitionMetrics(partition: PartitionConsumer, inFlight: number): PartitionMetrics {
  const { topic, state, fence, watermark, position, committed, highWatermark, buffered, bufferedBytes, fetchPaused } =
    partition
  return {
    topic,
    partition: partition.partition,
    state,
    fence,
    watermark,
    position,
    committed: committed?.offset ?? null,
    highWatermark,
    lag: highWatermark === null || watermark === null ? null : Math.max(0, highWatermark - watermark),
    inFlight,
    buffered,
    bufferedBytes,
    fetchPaused,
  }
}

function busiestKeys(partitions: readonly PartitionConsumer[], most: number): BusyKey[] {
  const found: { partition: PartitionConsumer; lane: Lane }[] = []
  for (const partition of partitions) {
    for (const lane of partition.lanes.keyed()) {
      if (found.length === most && lane.length <= found[most - 1]!.lane.length) continue
      const at = found.findIndex((other) => other.lane.length < lane.length)
      found.splice(at < 0 ? found.length : at, 0, { partition, lane })
      if (found.length > most) found.pop()
    }
  }
  return found.map(({ partition: { topic, partition }, lane }) => {
    return { topic, partition, key: keyPreview(lane.key!), records: lane.length }
  })
}
