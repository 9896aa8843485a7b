import {
  PartitaError,
  partitionName,
  type AssignedPartition,
  type Clock,
  type FetchedBatch,
  type GroupListener,
  type GroupMembership,
  type IsolationLevel,
  type TopicPartition,
} from '@partita/protocol'
import { hasRoom, isFull, type BufferLimits } from './back-pressure.ts'
import { Committer } from './committer.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { News } from './hooks.ts'
import { LaneTable, type Ordering } from './lane-table.ts'
import { PartitionConsumer, type PartitionEvents } from './partition-consumer.ts'
import { PartitionMap } from './partition-map.ts'
import type { Slots } from './slots.ts'

export interface GroupMemberOptions extends BufferLimits {
  readonly ordering: Ordering
  readonly maxBufferedRecordsPerKey: number
  readonly offsetMetadataMaxBytes: number
  readonly rebalanceTimeoutMs: number
  readonly isolationLevel: IsolationLevel
  /** Whether there is a group to commit to. */
  readonly commits: boolean
  readonly clock: Clock
  readonly news: News
  readonly slots: Slots
  readonly dispatcher: Dispatcher
  readonly fatal: (error: PartitaError) => void
}

/**
 * Of the time there is to give partitions up: until the handlers are told to stop, and until they are given up on. The
 * rest is for the commit.
 */
const drainShare = 0.8
const abortedShare = 0.1

/** What the group hears from us and we from it: which partitions are ours, and how they come and go. */
export class GroupMember implements GroupListener {
  readonly committer: Committer
  readonly #options: GroupMemberOptions
  readonly #partitions: PartitionMap<PartitionConsumer> = new PartitionMap()
  /** By partition, and kept for the consumer's life: see `LaneTable`. */
  readonly #lanes: PartitionMap<LaneTable> = new PartitionMap()
  readonly #events: PartitionEvents
  #membership: GroupMembership | null = null
  #leaving = false

  constructor(options: GroupMemberOptions) {
    this.#options = options
    const { clock, news, dispatcher, commits } = options
    this.committer = new Committer(
      () => this.#partitions.values(),
      () => (commits ? this.#membership : null),
      clock,
      news,
    )
    // A getter among these would make V8 look up each of them by name, which a record pays for.
    this.#events = {
      group: () => this.#membership?.groupMetadata() ?? null,
      committing: () => this.committer.underWay,
      readsCommitted: options.isolationLevel === 'read_committed',
      madeRoom: (partition) => {
        dispatcher.madeRoom(partition)
        this.#fetchAgain(partition)
      },
      warning: (message) => news.warn(message),
    }
  }

  get membership(): GroupMembership | null {
    return this.#membership
  }

  /** Partitions that are ours, or being given up. */
  get partitions(): readonly PartitionConsumer[] {
    return [...this.#partitions.values()]
  }

  find(partition: TopicPartition): PartitionConsumer | undefined {
    return this.#partitions.get(partition)
  }

  /** From here on partitions can be paused and offsets committed. */
  joined(membership: GroupMembership): void {
    this.#membership = membership
    const paused = this.partitions.filter(({ fetchPaused }) => fetchPaused)
    if (paused.length > 0) membership.pause(paused.map(placeOf))
  }

  assigned(partitions: readonly AssignedPartition[], epoch: number): void {
    if (this.#leaving) return
    for (const assigned of partitions) this.#begin(assigned, epoch)
    this.#options.news.tell('partitionsAssigned', partitions.map(placeOf), epoch)
  }

  async revoked(partitions: readonly TopicPartition[]): Promise<void> {
    const reason = (place: TopicPartition): PartitaError =>
      new PartitaError(
        'PARTITION_LOST',
        'The partition goes to another member, and time to finish is nearly over.',
        place,
      )
    await this.giveUp(this.#found(partitions), this.#options.rebalanceTimeoutMs, reason)
  }

  lost(partitions: readonly TopicPartition[]): void {
    const lost = this.#found(partitions)
    for (const partition of lost) {
      const place = placeOf(partition)
      this.#abort(partition, new PartitaError('PARTITION_LOST', 'The partition may belong to another member.', place))
    }
    this.#forget(lost, 'lost')
  }

  records(batch: FetchedBatch): void {
    const partition = this.find(batch)
    if (partition === undefined || !partition.open) return
    if (goesBack(partition, batch)) return this.#startOver(partition, batch)
    partition.deliver(batch)
    this.#options.dispatcher.feed(partition)
    if (partition.fetchPaused || !isFull(partition, this.#options, this.#partitions.size)) return
    partition.fetchPaused = true
    this.#membership?.pause([placeOf(partition)])
  }

  failed(error: PartitaError): void {
    this.#membership = null
    this.lost(this.partitions)
    this.#options.fatal(error)
  }

  /**
   * Starts nothing more of the partitions, waits for their running handlers, tells those to stop that take too long, commits.
   * All of it takes `timeoutMs` at most. Never rejects.
   */
  async giveUp(
    partitions: readonly PartitionConsumer[],
    timeoutMs: number,
    reason: (place: TopicPartition) => PartitaError,
  ): Promise<void> {
    const { clock, slots, news } = this.#options
    const until = clock.monotonic() + timeoutMs
    const owners = new Set(partitions)
    for (const partition of partitions) partition.drain()
    if (!(await slots.idle(owners, timeoutMs * drainShare))) {
      const slow = [...slots.tasks()].filter(({ owner }) => owners.has(owner as PartitionConsumer)).length
      news.warn(`${slow} handlers still ran after ${timeoutMs * drainShare} ms of draining, and are told to stop.`)
      for (const partition of partitions) this.#abort(partition, reason(placeOf(partition)))
      await slots.idle(owners, timeoutMs * abortedShare)
    }
    if (partitions.some(({ ended }) => !ended)) await this.committer.commitWithin(until - clock.monotonic())
    this.#forget(partitions, 'drained')
  }

  /** Starts nothing more, at once; what is assigned from now on is left alone. */
  stop(): void {
    this.#leaving = true
    for (const partition of this.partitions) partition.drain()
  }

  /** Gives up all there is, in order to leave. */
  async giveUpAll(timeoutMs: number): Promise<void> {
    const reason = (place: TopicPartition): PartitaError =>
      new PartitaError('CLOSED', 'The consumer is closing, and time to finish is nearly over.', place)
    await this.giveUp(this.partitions, timeoutMs, reason)
  }

  #begin(assigned: AssignedPartition, epoch: number): void {
    // A transport that could not wait any longer for the last assignment to be given up.
    if (this.find(assigned) !== undefined) this.lost([assigned])
    const { ordering, maxBufferedRecordsPerKey, clock, offsetMetadataMaxBytes } = this.#options
    let lanes = this.#lanes.get(assigned)
    if (lanes === undefined) {
      lanes = new LaneTable(ordering, maxBufferedRecordsPerKey, Math.floor(clock.random() * 2 ** 32) | 0)
      this.#lanes.set(assigned, lanes)
    }
    this.#partitions.set(assigned, new PartitionConsumer(assigned, epoch, lanes, offsetMetadataMaxBytes, this.#events))
  }

  /** The log was cut, or the topic made anew: what was known of the partition is about other records. */
  #startOver(partition: PartitionConsumer, batch: FetchedBatch): void {
    const first = batch.records[0]!.offset
    this.#options.news.warn(
      `${partitionName(batch)} goes back from offset ${partition.position} to ${first}: ` +
        `the log was cut, or the group's offset was out of its range. It is handled from there on.`,
    )
    this.lost([batch])
    this.assigned([{ ...placeOf(batch), committed: null }], partition.fence)
    this.records({ ...batch, startsOver: false })
  }

  #fetchAgain(partition: PartitionConsumer): void {
    if (!partition.fetchPaused || !partition.open) return
    if (!hasRoom(partition, this.#options, this.#partitions.size)) return
    partition.fetchPaused = false
    this.#membership?.resume([placeOf(partition)])
  }

  #abort(partition: PartitionConsumer, reason: PartitaError): void {
    if (partition.ended) return
    partition.abortReason ??= reason
    this.#options.slots.abort(partition)
  }

  #forget(partitions: readonly PartitionConsumer[], how: 'drained' | 'lost'): void {
    const ended = partitions.filter((partition) => partition.end())
    for (const partition of ended) {
      if (this.find(partition) === partition) this.#partitions.delete(partition)
    }
    if (ended.length === 0) return
    this.#options.slots.ended()
    this.#options.news.tell('partitionsRevoked', ended.map(placeOf), how)
  }

  #found(partitions: readonly TopicPartition[]): PartitionConsumer[] {
    return partitions.map((partition) => this.find(partition)).filter((found) => found !== undefined)
  }
}

/**
 * A whole batch from below where the partition stood, or one that says so. (Other records from there are repeats, and passed
 * over.)
 */
function goesBack(partition: PartitionConsumer, batch: FetchedBatch): boolean {
  if (batch.records.length === 0 || partition.position === null) return false
  return batch.nextOffset <= partition.position || batch.startsOver === true
}

function placeOf({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition }
}
