import type { Clock } from '@partita/protocol'
import type { Task, TaskOwner } from './lane.ts'

/** A place in which one handler runs. Its two callbacks are made once, not for every record. */
export class Slot {
  task: Task | null = null
  readonly fulfilled: () => void
  readonly rejected: (error: unknown) => void

  constructor(events: SlotEvents) {
    this.fulfilled = () => events.fulfilled(this)
    this.rejected = (error) => events.rejected(this, error)
  }
}

/** What becomes of a handler's promise. */
export interface SlotEvents {
  fulfilled(slot: Slot): void
  rejected(slot: Slot, error: unknown): void
}

interface Waiter {
  /** `null`: all, also those that have ended. */
  readonly owners: ReadonlySet<TaskOwner> | null
  readonly settle: (idle: boolean) => void
}

/** The running handlers: at most so many at once. */
export class Slots {
  readonly #max: number
  readonly #events: SlotEvents
  readonly #clock: Clock
  readonly #all: Slot[] = []
  readonly #free: Slot[] = []
  readonly #waiters: Set<Waiter> = new Set()

  constructor(max: number, clock: Clock, events: SlotEvents) {
    this.#max = max
    this.#clock = clock
    this.#events = events
  }

  get running(): number {
    return this.#all.length - this.#free.length
  }

  /** The most that ever ran at once: a slot is made only when all others are taken. */
  get peak(): number {
    return this.#all.length
  }

  get full(): boolean {
    return this.#free.length === 0 && this.#all.length >= this.#max
  }

  take(task: Task): Slot {
    let slot = this.#free.pop()
    if (slot === undefined) this.#all.push((slot = new Slot(this.#events)))
    slot.task = task
    return slot
  }

  /** Frees the slot; gives what ran in it. */
  release(slot: Slot): Task {
    const task = slot.task!
    slot.task = null
    this.#free.push(slot)
    if (this.#waiters.size > 0) this.#notify()
    return task
  }

  *tasks(): Generator<Task> {
    for (const { task } of this.#all) if (task !== null) yield task
  }

  /**
   * Waits until no handler of these partitions runs, at most so long; handlers of a partition that has ended meanwhile are
   * not waited for. `null`: until no handler runs at all. `false`: time is up.
   */
  idle(owners: ReadonlySet<TaskOwner> | null, timeoutMs: number): Promise<boolean> {
    if (!this.#anyRuns(owners)) return Promise.resolve(true)
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(timeoutMs, () => waiter.settle(false))
      const waiter: Waiter = {
        owners,
        settle: (idle) => {
          timer.cancel()
          this.#waiters.delete(waiter)
          resolve(idle)
        },
      }
      this.#waiters.add(waiter)
    })
  }

  /** Tells the handlers of a partition to stop. */
  abort(owner: TaskOwner): void {
    if (owner.abortReason === null) return
    for (const task of this.tasks()) if (task.owner === owner) task.abort(owner.abortReason)
  }

  /** A partition has ended: whoever waited for its handlers need not any more. */
  ended(): void {
    if (this.#waiters.size > 0) this.#notify()
  }

  #notify(): void {
    for (const waiter of this.#waiters) if (!this.#anyRuns(waiter.owners)) waiter.settle(true)
  }

  #anyRuns(owners: ReadonlySet<TaskOwner> | null): boolean {
    if (owners === null) return this.running > 0
    for (const { owner } of this.tasks()) if (owners.has(owner) && !owner.ended) return true
    return false
  }
}
