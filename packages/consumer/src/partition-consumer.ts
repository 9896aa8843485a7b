import type {
  AssignedPartition,
  CommittedOffset,
  ConsumedOffsets,
  FetchedBatch,
  OffsetCommit,
  PartitaError,
} from '@partita/protocol'
import { ConsumedWork, type ConsumingMember, TransactionClaim } from './consumed-work.ts'
import { Inbox } from './inbox.ts'
import { Task, type Lane, type TaskOwner } from './lane.ts'
import type { LaneTable } from './lane-table.ts'
import { decodeOffsetMap, encodeOffsetMap, reachLimits, type OffsetRange, type ReachLimits } from './offset-map.ts'
import { RememberedOffsets } from './remembered-offsets.ts'
import { UnfinishedRecords } from './unfinished-records.ts'

/** `owned`, then `draining` while it is given up, then `ended`: from there on nothing counts any more. */
export type PartitionState = 'owned' | 'draining' | 'ended'

const nothing: ReadonlySet<Task> = new Set()

/** What a partition tells whoever runs it, and asks of them. */
export interface PartitionEvents extends ConsumingMember {
  /** A record is done with: there may be room to fetch, and to sort, more. */
  madeRoom(partition: PartitionConsumer): void
  warning(message: string): void
}

/**
 * One partition for as long as one assignment of it lasts. A partition that is lost and comes back is another object: what
 * is late from the first can not be mistaken for the second's, whatever the offsets say.
 */
export class PartitionConsumer implements TaskOwner {
  readonly topic: string
  readonly partition: number
  readonly fence: number
  readonly lanes: LaneTable
  readonly inbox: Inbox = new Inbox()
  readonly unfinished: UnfinishedRecords = new UnfinishedRecords()
  readonly claim: TransactionClaim = new TransactionClaim()
  state: PartitionState = 'owned'
  abortReason: PartitaError | null = null
  /** Where the fetch goes on; unknown until the first batch where nothing is committed. */
  position: number | null
  highWatermark: number | null = null
  /** Bytes of the keys and values of what waits or runs. */
  bufferedBytes = 0
  /** No more batches were asked for, since too much is waiting. */
  fetchPaused = false
  /** Stands in the dispatcher's queue of partitions whose inbox may be sorted. */
  queued = false
  /** Lanes over their limit: until they are down to half of it, nothing more is sorted. */
  readonly #crowded: Set<Lane> = new Set()
  /** What the coordinator has acknowledged, or had when the partition came. */
  #committed: CommittedOffset | null
  readonly #remembered: RememberedOffsets
  /** Everything that is finished is below this offset. */
  #finishedEnd: number
  readonly #reach: ReachLimits
  readonly #events: PartitionEvents
  readonly #metadataMaxBytes: number

  constructor(
    assigned: AssignedPartition,
    fence: number,
    lanes: LaneTable,
    metadataMaxBytes: number,
    events: PartitionEvents,
  ) {
    const { topic, partition, committed } = assigned
    this.topic = topic
    this.partition = partition
    this.fence = fence
    this.lanes = lanes
    this.#reach = reachLimits(metadataMaxBytes)
    this.#metadataMaxBytes = metadataMaxBytes
    this.#events = events
    const map = committed === null ? null : decodeOffsetMap(committed.offset, committed.metadata)
    if (committed !== null && committed.metadata !== '' && map === null) {
      events.warning(
        `The metadata committed for ${topic}-${partition} at offset ${committed.offset} is not an offset map of ours for ` +
          `that offset, and is ignored: everything from there on is handled.`,
      )
    }
    this.position = committed === null ? null : committed.offset
    // Metadata that means nothing to us is no reason to commit before anything is finished.
    this.#committed = committed === null || map !== null ? committed : { offset: committed.offset, metadata: '' }
    this.#remembered = new RememberedOffsets(map)
    this.#finishedEnd = this.#remembered.end
  }

  get open(): boolean {
    return this.state === 'owned'
  }

  get ended(): boolean {
    return this.state === 'ended'
  }

  get inDoubt(): boolean {
    return this.claim.inDoubt
  }

  get committed(): CommittedOffset | null {
    return this.#committed
  }

  /** Records that wait or run. */
  get buffered(): number {
    return this.inbox.count + this.unfinished.count
  }

  /** Up to here records were sorted into lanes. */
  get sortedTo(): number | null {
    return this.inbox.peek()?.offset ?? this.position
  }

  /** The first offset that is not finished: what may be committed. `null`: not known yet. */
  get watermark(): number | null {
    return this.#watermarkWith(nothing)
  }

  #watermarkWith(done: ReadonlySet<Task>): number | null {
    for (const task of this.unfinished) if (!done.has(task)) return task.offset
    return this.sortedTo === null ? null : this.#remembered.pass(this.sortedTo)
  }

  /** Takes a batch in. */
  deliver({ records, nextOffset, highWatermark }: FetchedBatch): void {
    const from = this.position ?? 0
    const first = records[0]
    // A broker's batches are whole: what comes before the place that was asked for is a repeat.
    const news = first === undefined || first.offset >= from ? records : records.filter(({ offset }) => offset >= from)
    this.inbox.push(news)
    for (const record of news) this.bufferedBytes += record.byteLength
    this.position = Math.max(from, nextOffset, (records.at(-1)?.offset ?? -1) + 1)
    this.highWatermark = highWatermark
  }

  /** Whether the next record of the inbox may go into its lane now. */
  canSort(): boolean {
    if (this.state !== 'owned' || this.inbox.count === 0) return false
    return !(this.#crowded.size > 0 && this.#isCrowded()) && !this.tooFarAhead
  }

  #isCrowded(): boolean {
    for (const lane of this.#crowded) {
      if (lane.length > this.lanes.limit / 2) return true
      this.#crowded.delete(lane)
    }
    return false
  }

  /** So much is unfinished before the next record that the offset map might not hold it. */
  get tooFarAhead(): boolean {
    const { first, count } = this.unfinished
    if (count < this.#reach.records || first === null) return false
    const next = this.inbox.peek()
    return next !== null && next.offset - first.offset >= this.#reach.offsets
  }

  /** Puts the next record of the inbox into its lane, and gives that; `null` for one that was finished before. */
  sortNext(): Lane | null {
    const source = this.inbox.peek()!
    this.inbox.shift()
    if (this.#remembered.has(source.offset)) {
      this.bufferedBytes -= source.byteLength
      this.#events.madeRoom(this)
      return null
    }
    const { key } = source
    const lane = this.lanes.laneFor(key)
    const task = new Task(this, lane, source, key)
    this.unfinished.append(task)
    lane.push(task)
    if (lane.length > this.lanes.limit) this.#crowded.add(lane)
    return lane
  }

  consumed(task: Task): ConsumedOffsets {
    return new ConsumedWork(task, this, this.#events)
  }

  finish(task: Task): boolean {
    if (task.finished) return true
    if (this.state === 'ended') return false
    task.finished = true
    this.unfinished.remove(task)
    this.bufferedBytes -= task.source.byteLength
    if (task.offset >= this.#finishedEnd) this.#finishedEnd = task.offset + 1
    this.#events.madeRoom(this)
    return true
  }

  /** Starts nothing more of it. What is waiting is dropped, and stays unfinished. */
  drain(): void {
    if (this.state === 'owned') this.state = 'draining'
    this.position = this.sortedTo
    this.inbox.clear()
    this.bufferedBytes = 0
    for (const { lane, source } of this.unfinished) {
      lane.clear()
      if (lane.head === null) this.lanes.remove(lane)
      this.bufferedBytes += source.byteLength
    }
  }

  /** From here on nothing counts. `false`: so it was before. */
  end(): boolean {
    if (this.state === 'ended') return false
    this.drain()
    this.state = 'ended'
    return true
  }

  /** What there is to commit; `null` where all is committed, or where a transaction sees to it. */
  uncommitted(): OffsetCommit | null {
    if (this.claim.held) return null
    const position = this.positionWith(nothing)
    if (this.#committed?.offset === position?.offset && this.#committed?.metadata === position?.metadata) return null
    return position
  }

  /** What would be to commit if these records were finished too; `null`: not known yet. */
  positionWith(done: ReadonlySet<Task>): OffsetCommit | null {
    const offset = this.#watermarkWith(done)
    if (offset === null) return null
    const { topic, partition } = this
    return { topic, partition, offset, metadata: this.#offsetMap(offset, done) }
  }

  /** The coordinator has what {@link uncommitted} gave. What was finished since then is still to be committed. */
  acknowledge({ offset, metadata }: OffsetCommit): void {
    this.#committed = { offset, metadata }
  }

  #offsetMap(offset: number, done: ReadonlySet<Task>): string {
    let end = this.#finishedEnd
    for (const task of done) end = Math.max(end, task.offset + 1)
    const map = encodeOffsetMap(offset, end, this.#unfinishedRanges(done), this.#metadataMaxBytes)
    if (map !== null) return map
    this.#events.warning(
      `What is finished beyond offset ${offset} of ${this.topic}-${this.partition} does not fit into ` +
        `${this.#metadataMaxBytes} characters: after a restart it is handled again. Was an earlier member's limit higher?`,
    )
    return ''
  }

  *#unfinishedRanges(done: ReadonlySet<Task>): Generator<OffsetRange> {
    for (const task of this.unfinished) if (!done.has(task)) yield { start: task.offset, end: task.offset + 1 }
    yield* this.#remembered.unfinishedFrom(this.sortedTo ?? 0)
  }
}
