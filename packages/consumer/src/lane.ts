import type { ConsumedOffsets, FetchedRecord, PartitaError, Timer, TopicPartition } from '@partita/protocol'

/**
 * Where a lane stands.
 *
 * | state | meaning |
 * |---|---|
 * | `idle` | nothing in it |
 * | `ready` | in the ready queue, once; found empty there, it is passed over |
 * | `running` | its first record is with the handler |
 * | `backing-off` | its first record failed and `timer` will make the lane ready again |
 * | `stopped` | its first record failed for the last time and the consumer is stopping |
 */
export type LaneState = 'idle' | 'ready' | 'running' | 'backing-off' | 'stopped'

/** Where lanes are found by their key. */
export interface LaneHome {
  /** An empty lane is not kept. */
  remove(lane: Lane): void
}

/** What a task asks of the assigned partition that it came from. */
export interface TaskOwner extends TopicPartition {
  readonly lanes: LaneHome
  /** The epoch of the assignment, as handlers see it. */
  readonly fence: number
  /** Records are started and retried. No longer so once the partition is being given up. */
  readonly open: boolean
  /** The partition is gone: nothing that its handlers still do counts. */
  readonly ended: boolean
  /** Set once the handlers were told to stop. */
  readonly abortReason: PartitaError | null
  /** Nobody knows whether a transaction with its records was committed: nothing of it can be tried again. */
  readonly inDoubt: boolean
  /** Takes note that the record is done. `false`: too late, the partition is gone. */
  finish(task: Task): boolean
  /** The record as work that a transaction takes along. */
  consumed(task: Task): ConsumedOffsets
}

/** One record in a lane, until it is finished or given up. */
export class Task {
  readonly owner: TaskOwner
  readonly lane: Lane
  readonly source: FetchedRecord
  /** Cut once, here: a transport's record cuts a new view each time it is asked. */
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  /** How often the handler was called. */
  attempt = 0
  /** It is done; its handler may still run, where a transaction has taken it along. */
  finished = false
  nextInLane: Task | null = null
  /** Neighbours among the partition's unfinished records, by offset. */
  before: Task | null = null
  after: Task | null = null
  #controller: AbortController | null = null

  constructor(owner: TaskOwner, lane: Lane, source: FetchedRecord, key: Uint8Array | null) {
    this.owner = owner
    this.lane = lane
    this.source = source
    this.key = key
    this.value = source.value
  }

  get offset(): number {
    return this.source.offset
  }

  /** Made when first asked for: most handlers never ask, and a controller costs more than the rest of a record's way. */
  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController()
      if (this.owner.abortReason !== null) this.#controller.abort(this.owner.abortReason)
    }
    return this.#controller.signal
  }

  abort(reason: PartitaError): void {
    this.#controller?.abort(reason)
  }
}

/** Records that run one at a time, in the order they came. The first one stays in its place until it is done. */
export class Lane {
  /** `null`: the lane is not found by a key. */
  readonly key: Uint8Array | null
  readonly hash: number
  state: LaneState = 'idle'
  /** Ends the back-off. */
  timer: Timer | null = null
  head: Task | null = null
  #tail: Task | null = null
  #length = 0
  nextReady: Lane | null = null
  nextInBucket: Lane | null = null

  constructor(key: Uint8Array | null = null, hash = 0) {
    this.key = key
    this.hash = hash
  }

  /** Records in the lane, the running one among them. */
  get length(): number {
    return this.#length
  }

  push(task: Task): void {
    if (this.#tail === null) this.head = task
    else this.#tail.nextInLane = task
    this.#tail = task
    this.#length += 1
  }

  /** Takes the first record out. */
  shift(): void {
    const first = this.head
    if (first === null) return
    this.head = first.nextInLane
    first.nextInLane = null
    if (this.head === null) this.#tail = null
    this.#length -= 1
  }

  /** Drops what is waiting; a record that is running stays until it is done. */
  clear(): void {
    this.timer?.cancel()
    this.timer = null
    if (this.state === 'running' && this.head !== null) {
      this.head.nextInLane = null
      this.#tail = this.head
      this.#length = 1
      return
    }
    this.head = null
    this.#tail = null
    this.#length = 0
    // In the ready queue it stays what it is: it will be passed over there, or be filled again by then.
    if (this.state !== 'ready') this.state = 'idle'
  }
}
