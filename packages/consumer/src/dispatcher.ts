import type { Clock } from '@partita/protocol'
import type { Lane, Task } from './lane.ts'
import type { PartitionConsumer } from './partition-consumer.ts'
import { ReadyQueue } from './ready-queue.ts'
import type { Slot, Slots } from './slots.ts'
import { Sources } from './sources.ts'

/** So many records are started before the host gets its turn: sockets and timers must not starve behind quick handlers. */
const startsPerTurn = 1024
/** Or so many milliseconds; looked at every 16 starts, since asking the clock costs too. */
const turnMs = 5

const settled = Promise.resolve()

/**
 * Starts records: takes the lane that has been ready longest and runs its first record in a free slot. When no lane is ready,
 * it sorts more of what was fetched into lanes. Each record costs the same, however many keys there are.
 */
export class Dispatcher {
  readonly #ready: ReadyQueue = new ReadyQueue()
  readonly #sources: Sources = new Sources()
  readonly #slots: Slots
  readonly #clock: Clock
  readonly #start: (slot: Slot) => void
  #paused = false
  #pumping = false
  #pumpDue = false
  #waking = false
  #startedThisTurn = 0
  #turnBegan: number

  constructor(slots: Slots, clock: Clock, start: (slot: Slot) => void) {
    this.#slots = slots
    this.#clock = clock
    this.#start = start
    this.#turnBegan = clock.monotonic()
  }

  get paused(): boolean {
    return this.#paused
  }

  /** Starts no more records. Those that run are left alone. */
  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#wake()
  }

  /** The partition may have records to sort. They start soon, not within this call. */
  feed(partition: PartitionConsumer): void {
    this.#sources.add(partition)
    if (!this.#pumping) this.#wake()
  }

  /** The lane's first record may start: soon, not within this call. */
  makeReady(lane: Lane): void {
    this.#ready.push(lane)
    if (!this.#pumping) this.#wake()
  }

  /** A record of the partition is done, and {@link pumpSoon} will be called. */
  madeRoom(partition: PartitionConsumer): void {
    this.#sources.add(partition)
  }

  /** The task is over, one way or the other: the next one's turn. */
  next({ lane, owner }: Task): void {
    lane.shift()
    lane.state = 'idle'
    if (lane.head === null) owner.lanes.remove(lane)
    else this.#ready.push(lane)
  }

  /**
   * There is a free slot: starts what can be started, when all handlers that settle at this moment have been seen to. (To finish
   * many and then to start many costs a tenth less than to do both by turns.) Called from within the loop itself, by a handler
   * that is done at once, it leaves that to the loop.
   */
  pumpSoon(): void {
    if (this.#pumping || this.#pumpDue) return
    this.#pumpDue = true
    void settled.then(() => {
      this.#pumpDue = false
      this.#pump()
    })
  }

  #pump(): void {
    this.#pumping = true
    while (!this.#paused && !this.#slots.full) {
      if (this.#turnIsOver()) {
        this.#wake()
        break
      }
      const lane = this.#ready.take() ?? this.#sources.nextIdleLane()
      if (lane === null) break
      this.#run(lane)
    }
    this.#pumping = false
  }

  #run(lane: Lane): void {
    const task = lane.head!
    lane.state = 'running'
    task.attempt += 1
    this.#startedThisTurn += 1
    this.#start(this.#slots.take(task))
  }

  #turnIsOver(): boolean {
    if (this.#startedThisTurn >= startsPerTurn) return true
    const look = this.#startedThisTurn > 0 && (this.#startedThisTurn & 15) === 0
    return look && this.#clock.monotonic() - this.#turnBegan >= turnMs
  }

  #wake(): void {
    if (this.#waking) return
    this.#waking = true
    this.#clock.defer(() => {
      this.#waking = false
      this.#startedThisTurn = 0
      this.#turnBegan = this.#clock.monotonic()
      this.#pump()
    })
  }
}
